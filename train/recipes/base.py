"""A small multilingual encoder whose sentence vectors match an English one's on parallel pairs.

Reimers & Gurevych 2020 (https://arxiv.org/abs/2004.09813): student(source)
and student(English) both approach teacher(English). The stand-in for XLM-R
where there is no hub. Knows no emotion.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import XLMRobertaConfig, XLMRobertaModel

from core.checkpoints import Manifest, check_output
from core.data import read_texts
from core.hub import locate
from core.loading import load_backbone, load_tokenizer, save_encoder
from core.models import mean_pool, module_identity
from core.splits import Split
from train.config import BaseConfig
from train.downloads import told
from train.report import data_entry
from train.run import Run
from train.training.emoji import EmojiName, named, needed, read_names
from train.training.loop import fit, prepare
from train.training.parallel import Pair, language_of, load_pairs, noisy, read_pairs
from train.training.vectors import embed
from train.training.vocabulary import train_sentencepiece, xlmr_tokenizer

NOISE = 0.25  # share of pairs with tweet-like noise
WITH_EMOJI = 0.08  # share of pairs that end in an emoji, English in its name


def run(config: BaseConfig, run: Run) -> dict[str, object]:
    """Train the vocabulary, start from the English encoder's layers, match, save."""
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("pairs")
    names = read_names(config.emoji) if config.emoji else {}
    tweets = [text for path in config.emoji_texts for text in read_texts(path)]
    emoji = needed(tweets, names)
    pairs, data = load_pairs(config, run)
    place = locate(config.model, told(run))
    english, tokenizer_en = (
        load_backbone(place).to(device).eval(),
        load_tokenizer(place),
    )
    with run.scratch() as scratch:
        run.stage("vocabulary")
        tokenizer = _vocabulary(config, pairs, tweets, emoji, Path(scratch), run)
        module = _start(config, english, tokenizer, tokenizer_en, names, emoji).to(device)
        _report_unknowns(tokenizer, pairs, tweets, run)
        pairs = _mixed(pairs + _tweets(config, names, data), names, emoji, config.seed)
        run.stage("English vectors")
        vectors = _vectors([en for _, en in pairs], english, tokenizer_en, config.precision, run)
        run.stage("training")
        rows = _rows(pairs, tokenizer, config.positions)
        evaluation = _retrieval(config, english, tokenizer_en, tokenizer) if config.dev else None
        fitted = fit(
            module,
            rows,
            lambda batch: _collate(batch, tokenizer),
            _loss(vectors),
            config,
            run,
            evaluation=evaluation,
            score="retrieval" if evaluation else "",
        )
        figures = dict(fitted.history[-1]) if fitted.history else {}
        manifest = Manifest(
            role="base",
            base=config.model,
            labels=(),
            languages=("en", *map(language_of, config.parallel)),
            pooling="mean",
            max_length=config.positions,
            data=tuple(data),
            metrics=figures,
            licence=config.licence,
            command=run.command,
            identity=module_identity(module, "base"),
        )
        save_encoder(module, tokenizer, Path(config.output), manifest)
    run.saved(config.output)
    return dict(figures)


def _tweets(
    config: BaseConfig, names: dict[str, EmojiName], data: list[dict[str, Any]]
) -> list[Pair]:
    """English texts and themselves with emoji named; validation texts of the split left out."""
    split = Split.load(config.split) if config.split else None
    pairs: list[Pair] = []
    for path in config.english:
        texts = dict.fromkeys(read_texts(path))
        kept = [text for text in texts if split is None or not split.is_validation(text)]
        pairs += [(text, named(text, names)) for text in kept if text.strip()]
        data.append(data_entry(path, len(kept), "unlabelled"))
    return pairs


def _mixed(
    pairs: Sequence[Pair], names: dict[str, EmojiName], emoji: Sequence[str], seed: int
) -> list[Pair]:
    """Pairs with noise and emoji in them, and every emoji with its name in five languages."""
    rng = random.Random(seed)
    mixed: list[Pair] = []
    for pair in pairs:
        if rng.random() < NOISE:
            pair = noisy(pair, rng)
        if emoji and rng.random() < WITH_EMOJI:
            chosen = rng.choice(emoji[:200])
            pair = f"{pair[0]} {chosen}", f"{pair[1]} {names[chosen].names['en']}"
        mixed.append(pair)
    for chosen in emoji:
        mixed += [(chosen, names[chosen].english)] * 3
        mixed += [
            (names[chosen].names[code], names[chosen].names["en"])
            for code in ("fr", "nl", "ru", "es")
        ]
    rng.shuffle(mixed)
    return mixed


def _vocabulary(
    config: BaseConfig,
    pairs: Sequence[Pair],
    tweets: Sequence[str],
    emoji: Sequence[str],
    scratch: Path,
    run: Run,
) -> Any:
    """English is half of the pairs; a third of it is enough for its pieces."""
    texts = [source for source, _ in pairs] + [en for _, en in pairs[::3]] + list(tweets)
    symbols = ("@user", *emoji)
    model_file = train_sentencepiece(texts, run, config.vocabulary, symbols, config.seed)
    return xlmr_tokenizer(model_file, scratch / "tokenizer", config.positions)


def _report_unknowns(
    tokenizer: Any, pairs: Sequence[Pair], tweets: Sequence[str], run: Run
) -> None:
    for name, texts in (("sources", [s for s, _ in pairs[:5000]]), ("tweets", list(tweets[:5000]))):
        if texts:
            ids = [i for row in tokenizer(texts, verbose=False)["input_ids"] for i in row]
            share = ids.count(tokenizer.unk_token_id) / len(ids)
            run.metric("unknown_share", share, texts=name)
            run.log(f"unknown pieces in {name}: {share:.4%}")


def _start(
    config: BaseConfig,
    english: Any,
    tokenizer: Any,
    tokenizer_en: Any,
    names: dict[str, EmojiName],
    emoji: Sequence[str],
) -> Any:
    """XLM-R's architecture with some of the English encoder's layers and embeddings."""
    source = english.config
    module = XLMRobertaModel(
        XLMRobertaConfig(
            vocab_size=len(tokenizer),
            hidden_size=source.hidden_size,
            num_hidden_layers=len(config.layers),
            num_attention_heads=source.num_attention_heads,
            intermediate_size=source.intermediate_size,
            layer_norm_eps=source.layer_norm_eps,
            max_position_embeddings=config.positions + 2,
            type_vocab_size=1,
        ),
        add_pooling_layer=False,
    )
    for target, layer in enumerate(config.layers):
        module.encoder.layer[target].load_state_dict(english.encoder.layer[layer].state_dict())
    ours, theirs = module.embeddings, english.embeddings
    with torch.no_grad():
        ours.LayerNorm.load_state_dict(theirs.LayerNorm.state_dict())
        ours.token_type_embeddings.weight.copy_(theirs.token_type_embeddings.weight[:1])
        ours.position_embeddings.weight[2:] = theirs.position_embeddings.weight[: config.positions]
        _copy_pieces(
            ours.word_embeddings.weight, theirs.word_embeddings.weight, tokenizer, tokenizer_en
        )
        for chosen in emoji:
            ids = tokenizer_en(names[chosen].english, add_special_tokens=False)["input_ids"]
            row = tokenizer.convert_tokens_to_ids(chosen)
            ours.word_embeddings.weight[row] = theirs.word_embeddings.weight[ids].mean(dim=0)
    return module


def _copy_pieces(ours: Tensor, theirs: Tensor, tokenizer: Any, tokenizer_en: Any) -> None:
    """▁word gets WordPiece's word, a continuation its ##piece; other pieces start random."""
    wordpieces = tokenizer_en.get_vocab()
    ours.normal_(std=float(theirs.std()))
    special = dict(
        zip(("<s>", "</s>", "<pad>", "<unk>"), ("[CLS]", "[SEP]", "[PAD]", "[UNK]"), strict=True)
    )
    for piece, row in tokenizer.get_vocab().items():
        word = piece[1:].lower() if piece.startswith("▁") else "##" + piece.lower()
        source = wordpieces.get(special.get(piece, word))
        if source is not None:
            ours[row] = theirs[source]


def _vectors(
    texts: Sequence[str], english: Any, tokenizer_en: Any, precision: str, run: Run
) -> Tensor:
    """Targets (N, H), one per pair; each distinct English text is encoded once."""
    distinct = list(dict.fromkeys(texts))
    where = {text: index for index, text in enumerate(distinct)}
    key = ("English vectors", module_identity(english), precision, distinct)
    known = run.once(
        key, lambda: embed(english, tokenizer_en, distinct, 128, run, precision).numpy()
    )
    vectors = torch.from_numpy(known)
    return vectors[[where[text] for text in texts]]


def _rows(pairs: Sequence[Pair], tokenizer: Any, length: int) -> list[dict[str, Any]]:
    sources = tokenizer([s for s, _ in pairs], truncation=True, max_length=length)["input_ids"]
    targets = tokenizer([e for _, e in pairs], truncation=True, max_length=length)["input_ids"]
    return [
        {"input_ids": source, "english_ids": target, "pair": index}
        for index, (source, target) in enumerate(zip(sources, targets, strict=True))
    ]


def _collate(rows: list[dict[str, Any]], tokenizer: Any) -> dict[str, Tensor]:
    """Sources, then their English, as one batch (2B, T)."""
    texts = [{"input_ids": row[key]} for key in ("input_ids", "english_ids") for row in rows]
    batch = tokenizer.pad(texts, return_tensors="pt")
    return {**batch, "pair": torch.tensor([row["pair"] for row in rows])}


def _loss(vectors: Tensor) -> Any:
    scale = vectors.pow(2).sum(dim=1).mean()

    def loss(module: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        """Mean squared distance of both sides to the English vector, in units of its own length."""
        target = vectors[batch.pop("pair").cpu()].to(batch["input_ids"].device)  # (B, H)
        hidden = module(**batch).last_hidden_state  # (2B, T, H)
        ours = mean_pool(hidden, batch["attention_mask"])  # (2B, H)
        return (ours - target.repeat(2, 1)).pow(2).sum(dim=1).mean() / scale.to(ours.device)

    return loss


def _retrieval(config: BaseConfig, english: Any, tokenizer_en: Any, tokenizer: Any) -> Any:
    """Share of dev sources whose own English is the nearest by cosine, per language and mean."""
    files = {language_of(path): read_pairs(path) for path in config.dev}
    targets = {
        code: nn.functional.normalize(embed(english, tokenizer_en, [e for _, e in pairs], 128))
        for code, pairs in files.items()
    }

    def evaluate(module: nn.Module) -> dict[str, float]:
        figures = {}
        for code, pairs in files.items():
            ours = embed(module, tokenizer, [s for s, _ in pairs], config.positions)
            nearest = (nn.functional.normalize(ours) @ targets[code].T).argmax(dim=1)
            figures[code] = float((nearest == torch.arange(len(pairs))).float().mean())
        return {"retrieval": sum(figures.values()) / len(figures), **figures}

    return evaluate
