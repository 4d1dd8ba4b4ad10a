"""Cut an encoder to fewer layers and to the word pieces that given texts need; name emoji.

MiniLM spends half of its weights on 30,000 word pieces, none of them an
emoji. Knows BERT-style WordPiece encoders; no emotion.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import PreTrainedTokenizerFast

from core.checkpoints import Manifest, check_output
from core.data import read_texts
from core.errors import ModelError
from core.hub import locate
from core.loading import load_backbone, load_tokenizer, save_encoder
from core.models import module_identity
from train.config import TrimConfig
from train.downloads import told
from train.report import data_entry
from train.run import Run
from train.training.emoji import EmojiName, needed, read_names
from train.training.loop import prepare


def run(config: TrimConfig, run: Run) -> dict[str, object]:
    """Count pieces, keep the frequent ones, drop layers, add emoji tokens, save."""
    check_output(Path(config.output))
    prepare(config)
    run.stage("reading")
    texts = [text for path in config.texts for text in read_texts(path)]
    place = locate(config.model, told(run))
    module, tokenizer = load_backbone(place), load_tokenizer(place)
    names = read_names(config.emoji) if config.emoji else {}
    emoji = needed(texts, names)
    kept = kept_pieces(tokenizer, texts, config.vocabulary)
    smaller = _with_vocabulary(tokenizer, kept, config.positions)
    smaller.add_tokens(emoji)
    vectors = _vectors(module, tokenizer, kept, [names[found] for found in emoji])
    _shrink(module, config, vectors)
    figures = _figures(tokenizer, smaller, texts, module)
    for name, value in figures.items():
        run.metric(name, value)
    manifest = Manifest(
        role="base",
        base=config.model,
        labels=(),
        languages=("en",),
        pooling="mean",
        max_length=config.positions,
        data=tuple(data_entry(path, len(read_texts(path)), "vocabulary") for path in config.texts),
        metrics=dict(figures),
        licence=config.licence,
        command=run.command,
        identity=module_identity(module, "trim"),
    )
    save_encoder(module, smaller, Path(config.output), manifest)
    run.saved(config.output)
    return dict(figures)


def kept_pieces(tokenizer: Any, texts: Sequence[str], size: int) -> list[str]:
    """Special pieces, single characters that occur, then the most frequent pieces; in old order.

    Raises:
        ModelError: when ``tokenizer`` is no WordPiece one.
    """
    vocabulary = tokenizer.get_vocab()
    if "[UNK]" not in vocabulary:
        raise ModelError(
            "Only WordPiece (BERT-style) encoders can be trimmed.", "Use another model."
        )
    ids = (i for row in tokenizer(list(texts), verbose=False)["input_ids"] for i in row)
    counts = Counter(ids)
    special = set(tokenizer.all_special_tokens)
    single = {
        piece
        for piece, index in vocabulary.items()
        if len(piece.removeprefix("##")) == 1 and (counts[index] or piece.isascii())
    }
    chosen = special | single
    for index, _ in counts.most_common():
        if len(chosen) >= size:
            break
        chosen.add(tokenizer.convert_ids_to_tokens(index))
    return sorted(chosen, key=vocabulary.__getitem__)


def _with_vocabulary(tokenizer: Any, kept: Sequence[str], length: int) -> Any:
    """The same tokenizer, same normaliser and template, with fewer pieces."""
    import json

    raw = json.loads(tokenizer.backend_tokenizer.to_str())
    ids = {piece: index for index, piece in enumerate(kept)}
    raw["model"]["vocab"] = ids
    raw["truncation"] = raw["padding"] = None
    for token in raw["added_tokens"]:
        token["id"] = ids[token["content"]]
    for token in raw["post_processor"].get("special_tokens", {}).values():
        token["ids"] = [ids[name] for name in token["tokens"]]
    if raw["post_processor"]["type"] == "BertProcessing":
        for key in ("sep", "cls"):
            raw["post_processor"][key][1] = ids[raw["post_processor"][key][0]]
    names = ("unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(raw)),
        model_max_length=length,
        **{name: getattr(tokenizer, name) for name in names},
    )


def _vectors(
    module: Any, tokenizer: Any, kept: Sequence[str], emoji: Sequence[EmojiName]
) -> torch.Tensor:
    """Embeddings of the kept pieces, then one per emoji: the mean over its name and keywords."""
    weight = module.get_input_embeddings().weight.detach()
    rows = [weight[tokenizer.convert_tokens_to_ids(list(kept))]]
    for name in emoji:
        ids = tokenizer(name.english, add_special_tokens=False)["input_ids"]
        rows.append(weight[ids].mean(dim=0, keepdim=True))
    return torch.cat(rows)


def _shrink(module: Any, config: TrimConfig, vectors: torch.Tensor) -> None:
    if config.layers:
        module.encoder.layer = nn.ModuleList(module.encoder.layer[i] for i in config.layers)
        module.config.num_hidden_layers = len(config.layers)
    module.set_input_embeddings(nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=0))
    module.config.vocab_size = len(vectors)
    positions = module.embeddings.position_embeddings.weight.detach()[: config.positions].clone()
    module.embeddings.position_embeddings = nn.Embedding.from_pretrained(positions, freeze=False)
    module.embeddings.position_ids = module.embeddings.position_ids[:, : config.positions]
    module.embeddings.token_type_ids = module.embeddings.token_type_ids[:, : config.positions]
    module.config.max_position_embeddings = config.positions


def _figures(before: Any, after: Any, texts: Sequence[str], module: Any) -> dict[str, float]:
    """Share of unknown pieces in the texts, before and after, and the weights left."""
    figures = {"parameters": float(sum(p.numel() for p in module.parameters()))}
    for name, tokenizer in (("before", before), ("after", after)):
        ids = [i for row in tokenizer(list(texts), verbose=False)["input_ids"] for i in row]
        figures[f"unknown_{name}"] = ids.count(tokenizer.unk_token_id) / max(1, len(ids))
    return figures
