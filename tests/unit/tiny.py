"""Tiny models of real kinds, made within a second or three; random, but always the same.

Knows how transformers saves a BERT, an XLM-R and a Marian; nothing of Tandem but the labels.
Encoders' weights are drawn wide, so that different texts get clearly different answers; the Marian
is trained to translate the few words of DICTIONARY.
"""

import json
import random
import string
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaModel,
)

from core.labels import LABELS

WORDS = ["love", "joy", "angry", "fear", "sad", "table", "so", "happy", "today", "user", "http"]
MORE = ["très", "content", "triste", "bang", "boos", "люблю", "грустно", "hoy", "feliz", "miedo"]
DICTIONARY = {
    **{word: word for word in ("love", "joy", "so", "happy", "today", "table")},
    "très": "so",
    "content": "happy",
    "triste": "sad",
    "bang": "fear",
    "boos": "angry",
    "люблю": "love",
    "грустно": "sad",
    "hoy": "today",
    "feliz": "happy",
    "miedo": "fear",
}
EMOJI = ["😂", "❤", "😡", "👍"]
LETTERS = string.ascii_lowercase + "éèïüñç" + "абвгдежзийклмнопрстуфхцчшщъыьэюя"
SIGNS = "@#.,!?:;'\"-0123456789"
TEXTS = (
    "so happy today",
    "@user I love this table , so much http",
    "je suis très content 😂",
    "я люблю тебя",
    "ik ben bang !",
    "",
    "   ",
    "😂😂",
    "\u200d",
    "miedo",
    "a" * 300,
    "\ud83d half",
    "hoy  estoy feliz\nmañana no",
)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """The same random weights each time, and nobody else's random numbers touched."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def word_piece() -> PreTrainedTokenizerFast:
    """BERT's kind: lower case, whole words or letters with "##"."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *EMOJI]
    pieces += [*(LETTERS + SIGNS), *(f"##{letter}" for letter in LETTERS + SIGNS[:-1]), "[MASK]"]
    tokenizer = Tokenizer(
        models.WordPiece({piece: row for row, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    ends = [("[CLS]", 2), ("[SEP]", 3)]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    marks = {name: f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{name}_token": mark for name, mark in marks.items()}
    )


def unigram() -> PreTrainedTokenizerFast:
    """XLM-R's kind: pieces with "▁", a lone one before an emoji."""
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -20.0)]
    pieces = [(f"▁{word}", -3.0) for word in WORDS + MORE] + [("▁", -4.0)]
    pieces += [(sign, -5.0) for sign in (*EMOJI, *(LETTERS + SIGNS[:-1]))] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram([*special, *pieces], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    ends = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    marks = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>"}
    marks["mask"] = "<mask>"
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        **{f"{name}_token": mark for name, mark in marks.items()},
    )


SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "initializer_range": 0.4,
    "hidden_dropout_prob": 0.1,
}


def bert_config(**changes: Any) -> BertConfig:
    """Of the tokenizer above; 96 positions."""
    options = {"vocab_size": len(word_piece()), "pad_token_id": 0, "max_position_embeddings": 96}
    return BertConfig(**{**SIZES, **options, **changes})


def xlmr_config(**changes: Any) -> XLMRobertaConfig:
    """Of the tokenizer above; 98 positions, of which XLM-R uses 96."""
    options = {"vocab_size": len(unigram()), "pad_token_id": 1, "max_position_embeddings": 98}
    return XLMRobertaConfig(**{**SIZES, **options, "type_vocab_size": 1, **changes})


def labelled(names: Sequence[str]) -> dict[str, Any]:
    """Config options for a classifier with these classes."""
    return {
        "num_labels": len(names),
        "id2label": dict(enumerate(names)),
        "label2id": {name: row for row, name in enumerate(names)},
    }


def bert(names: Sequence[str] = LABELS, seed: int = 1) -> BertForSequenceClassification:
    """A classifier on ``[CLS]``, in evaluation mode."""
    with seeded(seed):
        return BertForSequenceClassification(bert_config(**labelled(names))).eval()


def xlmr(names: Sequence[str] = LABELS, seed: int = 2) -> XLMRobertaForSequenceClassification:
    """A classifier on ``<s>``, in evaluation mode."""
    with seeded(seed):
        return XLMRobertaForSequenceClassification(xlmr_config(**labelled(names))).eval()


def bert_encoder(seed: int = 3) -> BertModel:
    """An encoder without head."""
    with seeded(seed):
        return BertModel(bert_config()).eval()


def xlmr_encoder(seed: int = 4) -> XLMRobertaModel:
    """An encoder without head."""
    with seeded(seed):
        return XLMRobertaModel(xlmr_config()).eval()


def save(folder: Path, module: Any, tokenizer: Any) -> Path:
    """A plain transformers folder."""
    module.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def marian(folder: Path, source: str = "mul", seed: int = 5, steps: int = 120) -> Path:
    """A Marian in a plain transformers folder that has half learned DICTIONARY.

    Some outputs end by themselves, some run on until they are stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _marian_tokenizer(folder, source)
    size = len(tokenizer)
    config = MarianConfig(
        vocab_size=size,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=128,
        scale_embedding=True,
        init_std=0.1,
        dropout=0.0,
        eos_token_id=0,
        forced_eos_token_id=0,
        pad_token_id=size - 1,
        decoder_start_token_id=size - 1,
        use_cache=False,  # as a training leaves it
    )
    with seeded(seed):
        module = MarianMTModel(config)
        _learn(module, tokenizer, random.Random(seed), steps)
    module.generation_config.bad_words_ids = [[size - 1]]
    return save(folder, module.eval(), tokenizer)


def _learn(module: Any, tokenizer: Any, rng: random.Random, steps: int) -> None:
    """Some steps on sentences of words drawn from the dictionary, position by position."""
    attention = module.model.decoder.layers[0].encoder_attn
    with torch.no_grad():  # a start that looks at the word of the same position
        for projection, size in (("q", 3), ("k", 3), ("v", 1), ("out", 1)):
            getattr(attention, f"{projection}_proj").weight.copy_(size * torch.eye(32))
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-2, betas=(0.9, 0.98))
    ids = {word: tokenizer.convert_tokens_to_ids(f"▁{word}") for word in WORDS + MORE}
    for step in range(steps):
        rows = [rng.choices(sorted(DICTIONARY), k=step % 6 + 1) for _ in range(16)]
        sources = torch.tensor([[*(ids[word] for word in row), 0] for row in rows])
        english = torch.tensor([[*(ids[DICTIONARY[word]] for word in row), 0] for row in rows])
        module(input_ids=sources, labels=english).loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = 1e-2 * (1 - step / (1.1 * steps))
        optimiser.step()
        optimiser.zero_grad()


def _marian_tokenizer(folder: Path, source: str) -> MarianTokenizer:
    model = folder / "source.spm"
    corpus = [" ".join([*WORDS, *MORE, letter]) for letter in LETTERS + SIGNS]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus * 3),
        model_prefix=str(folder / "trained"),
        vocab_size=130,
        user_defined_symbols=[f"▁{word}" for word in WORDS + MORE],
        hard_vocab_limit=False,
        minloglevel=2,
        num_threads=1,
    )
    (folder / "trained.model").rename(model)
    (folder / "trained.vocab").unlink()
    (folder / "target.spm").write_bytes(model.read_bytes())
    read = sentencepiece.SentencePieceProcessor(model_file=str(model))
    pieces = [read.id_to_piece(row) for row in range(read.get_piece_size())]
    names = ["</s>", "<unk>", *(p for p in pieces if p not in ("<s>", "</s>", "<unk>")), "<pad>"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({name: row for row, name in enumerate(names)}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MarianTokenizer(
            source_spm=str(model),
            target_spm=str(folder / "target.spm"),
            vocab=str(vocabulary),
            source_lang=source,
            target_lang="en",
            model_max_length=64,
        )
