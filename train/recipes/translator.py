"""Marian, several languages to English, trained from scratch on parallel TSVs.

Knows pairs, vocabulary and teacher forcing; how a tweet is cut up and put
together again is ``core.translation``.
"""

import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from torch import Tensor, nn
from transformers import MarianConfig, MarianMTModel
from transformers.models.marian.modeling_marian import shift_tokens_right

from core.checkpoints import Manifest, check_output
from core.loading import save_encoder
from core.models import module_identity
from core.translation import Decoding, MarianUnit
from core.translators import load_unit
from train.config import TranslatorConfig
from train.figures.heads import FEWEST, measured
from train.figures.translation_figures import quality, short_sentences, speed
from train.run import Run
from train.training.loop import Fitted, fit, prepare
from train.training.parallel import Pair, joined, language_of, load_pairs, noisy, read_pairs
from train.training.vocabulary import marian_tokenizer, train_sentencepiece

IGNORED = -100
TIMED = 100  # short dev sentences that are translated one by one
# oneDNN keeps what it made for every shape that it meets, in bfloat16 some 4 MB each: pieces are
# counted in blocks and lengths in fours, or an hour's training takes 10 GB.
BLOCK = 128


def run(config: TranslatorConfig, run: Run) -> dict[str, object]:
    """Train, validate by chrF, BLEU, loss and speed on the dev files, write the checkpoint."""
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("pairs")
    clean, data = load_pairs(config, run)
    pairs = as_tweeted(clean, config)
    with run.scratch() as scratch:
        run.stage("vocabulary")
        module, tokenizer, model_file = _begin(config, pairs, Path(scratch), run)
        module.to(device)
        rows = _encode(pairs, model_file, tokenizer, config)
        run.log(f"{len(rows)} pairs, {len(tokenizer)} pieces.")
        run.stage("training")
        held_out = [pair for path in config.dev for pair in read_pairs(path)]
        dev = _encode(held_out, model_file, tokenizer, config)
        fitted = _train(module, rows, dev, tokenizer, config, run)
        run.stage("validation")
        unit = MarianUnit(module, tokenizer, "new", "")
        figures = _validate(unit, config, run)
        history = dict(fitted.history[-1]) if fitted.history else {}
        chosen = _alignment(unit, config, run)
        manifest = _manifest(module, config, run, data, {**history, **figures}, chosen)
        module.generation_config.bad_words_ids = [[tokenizer.pad_token_id]]
        save_encoder(module, tokenizer, Path(config.output), manifest)
    run.saved(config.output)
    return dict(figures)


def as_tweeted(clean: list[Pair], config: TranslatorConfig) -> list[Pair]:
    """Some pairs joined with the one before, some made noisy; seeded."""
    rng = random.Random(config.seed)
    pairs = list(clean)
    for i in range(1, len(clean)):
        if rng.random() < config.joined:
            pairs[i] = joined(clean[i - 1], clean[i])
    return [noisy(pair, rng) if rng.random() < config.noise else pair for pair in pairs]


def _begin(
    config: TranslatorConfig, pairs: list[Pair], scratch: Path, run: Run
) -> tuple[Any, Any, Path]:
    """A new model and vocabulary, or those of the checkpoint to go on from."""
    if config.start is not None:
        unit, _ = load_unit(config.start)
        return unit.module, unit.tokenizer, Path(config.start) / "source.spm"
    texts = [text for pair in pairs for text in pair]
    model_file = train_sentencepiece(texts, run, config.vocabulary, ("@user",), config.seed)
    tokenizer = marian_tokenizer(model_file, scratch / "tokenizer", config.max_pieces)
    return MarianMTModel(_marian_config(config, len(tokenizer))), tokenizer, model_file


def _encode(
    pairs: list[Pair], model_file: Path, tokenizer: Any, config: TranslatorConfig
) -> list[dict[str, Any]]:
    """Pairs as Marian's ids; SentencePiece's own batch encoder is a hundred times faster."""
    model = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    vocabulary = tokenizer.get_vocab()
    unknown, end = tokenizer.unk_token_id, tokenizer.eos_token_id
    ids = np.array(
        [vocabulary.get(model.id_to_piece(i), unknown) for i in range(model.get_piece_size())]
    )
    sources = model.encode([source for source, _ in pairs], num_threads=2)
    targets = model.encode([target for _, target in pairs], num_threads=2)
    return [
        {"input_ids": [*ids[source].tolist(), end], "labels": [*ids[target].tolist(), end]}
        for source, target in zip(sources, targets, strict=True)
        if 0 < len(source) < config.max_pieces and 0 < len(target) < config.max_pieces
    ]


def _marian_config(config: TranslatorConfig, size: int) -> MarianConfig:
    pad = size - 1
    return MarianConfig(
        vocab_size=size,
        decoder_vocab_size=size,
        d_model=config.width,
        encoder_layers=config.encoder_layers,
        decoder_layers=config.decoder_layers,
        encoder_attention_heads=config.heads,
        decoder_attention_heads=config.heads,
        encoder_ffn_dim=4 * config.width,
        decoder_ffn_dim=4 * config.width,
        max_position_embeddings=512,
        dropout=0.1,
        activation_function="swish",
        scale_embedding=True,
        # Of the size of 1 after scaling, as Vaswani et al. 2017: with the default 0.02 positions
        # drown the words, and a model this small never learns to look at its source.
        init_std=config.width**-0.5,
        tie_word_embeddings=True,
        share_encoder_decoder_embeddings=True,
        eos_token_id=0,
        forced_eos_token_id=0,
        pad_token_id=pad,
        decoder_start_token_id=pad,
        bos_token_id=None,
    )


def collate(rows: list[dict[str, Any]], pad: int) -> dict[str, Tensor]:
    """Pairs padded to (B, T) and (B, T'), both multiples of 4; labels −100 where padded."""
    longest, target = (
        -(-max(len(row[name]) for row in rows) // 4) * 4 for name in ("input_ids", "labels")
    )
    ids = [row["input_ids"] + [pad] * (longest - len(row["input_ids"])) for row in rows]
    labels = [row["labels"] + [IGNORED] * (target - len(row["labels"])) for row in rows]
    tensor = torch.tensor(ids)
    return {
        "input_ids": tensor,
        "attention_mask": (tensor != pad).long(),
        "labels": torch.tensor(labels),
    }


def _train(
    module: Any,
    rows: list[dict[str, Any]],
    dev: list[dict[str, Any]],
    tokenizer: Any,
    config: TranslatorConfig,
    run: Run,
) -> Fitted:
    """Teacher forcing; the weights of the lowest dev loss are kept, where there are dev files."""
    pad = tokenizer.pad_token_id
    zero_pad(module, pad)

    def loss(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        return cross_entropy(model, batch, config.label_smoothing)

    return fit(
        module,
        rows,
        lambda batch: collate(batch, pad),
        loss,
        config,
        run,
        evaluation=(lambda model: dev_loss(model, dev, pad)) if dev else None,
        score="log_likelihood" if dev else "",
    )


def cross_entropy(model: Any, batch: dict[str, Tensor], smoothing: float) -> Tensor:
    """Mean over the N real target pieces of a batch, in nats.

    The output layer, half of the work of a small model, is applied to real pieces only.
    """
    labels = batch["labels"]
    config = model.config
    hidden = model.model(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        decoder_input_ids=shift_tokens_right(
            labels, config.pad_token_id, config.decoder_start_token_id
        ),
        use_cache=False,
    ).last_hidden_state  # (B, T', H)
    real = labels != IGNORED
    fill = -int(real.sum()) % BLOCK
    hidden = nn.functional.pad(hidden[real], (0, 0, 0, fill))
    labels = nn.functional.pad(labels[real], (0, fill), value=IGNORED)
    logits = nn.functional.linear(hidden, model.lm_head.weight, model.final_logits_bias[0])
    return nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)  # (N + fill, V)


@torch.inference_mode()
def dev_loss(model: Any, dev: list[dict[str, Any]], pad: int) -> dict[str, float]:
    """Log-likelihood per dev batch; and with the sources exchanged, which must be lower.

    Where the two are alike, the model writes English without looking at its source.
    """
    device = next(model.parameters()).device
    totals = {"log_likelihood": 0.0, "wrong_source": 0.0}
    batches = [collate(dev[start : start + 64], pad) for start in range(0, len(dev), 64)]
    for batch in batches:
        batch = {name: tensor.to(device) for name, tensor in batch.items()}
        others = {name: batch[name].roll(1, dims=0) for name in ("input_ids", "attention_mask")}
        totals["log_likelihood"] -= float(cross_entropy(model, batch, 0.0)) / len(batches)
        totals["wrong_source"] -= float(cross_entropy(model, {**batch, **others}, 0.0)) / len(
            batches
        )
    return totals


def zero_pad(module: Any, pad: int) -> None:
    """Keep the embedding of ``<pad>`` at zero: CTranslate2 starts decoding from a zero vector.

    Its gradient is zeroed at every step, since the tied output layer gives it one.
    """
    weight = module.get_input_embeddings().weight
    with torch.no_grad():
        weight[pad] = 0

    def without_pad(gradient: Tensor) -> Tensor:
        gradient = gradient.clone()
        gradient[pad] = 0
        return gradient

    weight.register_hook(without_pad)


def _validate(unit: MarianUnit, config: TranslatorConfig, run: Run) -> dict[str, Any]:
    """chrF and BLEU in [0, 1] of greedy translations, per dev file; the time of one sentence."""
    figures: dict[str, Any] = {}
    sentences: list[tuple[MarianUnit, str]] = []
    for path in config.dev:
        code, pairs = language_of(path), read_pairs(path)
        found, english = quality(unit, pairs, Decoding())
        for name, value in found.items():
            figures[f"{name}_{code}"] = value
            run.metric(name, value, language=code)
        shown = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
        run.log(f"{code}: {shown}; e.g. {pairs[0][0]} → {english[0]}")
        sentences += [(unit, text) for text in short_sentences(pairs, -(-TIMED // len(config.dev)))]
    taken = speed(sentences[:TIMED], Decoding())
    if taken:
        figures["speed"] = taken
        run.log(f"A short sentence takes {taken['median_ms']:.0f} ms on the CPU.")
    return figures


def _alignment(unit: MarianUnit, config: TranslatorConfig, run: Run) -> dict[str, Any]:
    """The attention that tells word links best on the dev files, for the manifest's settings."""
    scores = measured(unit, [read_pairs(path) for path in config.dev])
    if scores[0].total < FEWEST:
        run.log("Word links: the dev files are too small to choose attention by.")
        return {}
    run.log(f"Word links, of {scores[0].total} that are obvious: {scores[0]}; then {scores[1]}.")
    return {"alignment": scores[0].heads.settings()}


def _manifest(
    module: Any,
    config: TranslatorConfig,
    run: Run,
    data: list[Any],
    figures: dict[str, Any],
    chosen: dict[str, Any],
) -> Manifest:
    return Manifest(
        role="translator",
        base=config.start or "trained from scratch",
        labels=(),
        languages=tuple(config.languages),
        max_length=config.max_pieces,
        data=tuple(data),
        metrics=dict(figures),
        settings={"decoding": asdict(Decoding()), "width": config.width, **chosen},
        licence=config.licence,
        command=run.command,
        identity=module_identity(module, "translator"),
    )
