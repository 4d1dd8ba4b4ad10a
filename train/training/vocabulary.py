"""SentencePiece vocabularies, and tokenizer folders in Marian's and XLM-R's layout.

Knows tokenizers' files; which texts go in is the recipes' business.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sentencepiece
from transformers import MarianTokenizer, XLMRobertaTokenizer

from train.run import Run

MODEL_FILE = "sentencepiece.bpe.model"  # the name that XLM-R's tokenizer looks for


def train_sentencepiece(
    texts: Sequence[str], run: Run, size: int, symbols: Sequence[str] = (), seed: int = 13
) -> Path:
    """Train a unigram SentencePiece model (Kudo 2018), once a run: its pieces must stay.

    Args:
        texts: sentences; newlines in them are read as spaces.
        size: pieces, ``symbols`` and the three special ones included.
        symbols: strings that always are one piece, such as emoji.

    Returns:
        The path of the model file, in the run's folder.
    """

    def make(path: Path) -> None:
        with run.scratch() as scratch:
            path.write_bytes(_train(texts, Path(scratch), size, symbols, seed).read_bytes())

    key = ("SentencePiece", size, list(symbols), seed, list(texts))
    return run.once_file(key, ".model", make)


def _train(
    texts: Sequence[str], output: Path, size: int, symbols: Sequence[str], seed: int
) -> Path:
    sentencepiece.set_random_generator_seed(seed)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.replace("\n", " ") for text in texts),
        model_prefix=str(output / "spm"),
        vocab_size=size,
        model_type="unigram",
        character_coverage=0.9998,
        user_defined_symbols=list(symbols),
        input_sentence_size=300_000,
        shuffle_input_sentence=True,
        num_threads=2,
        train_extremely_large_corpus=False,
        minloglevel=2,
    )
    return output / "spm.model"


def pieces(model_file: Path) -> list[str]:
    """All pieces, by SentencePiece id."""
    model = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    return [model.id_to_piece(index) for index in range(model.get_piece_size())]


def xlmr_tokenizer(model_file: Path, folder: Path, max_length: int) -> Any:
    """XLM-R's fast tokenizer on a SentencePiece model of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model_file, folder / MODEL_FILE)
    tokenizer = XLMRobertaTokenizer.from_pretrained(str(folder))
    tokenizer.model_max_length = max_length
    return tokenizer


def marian_tokenizer(model_file: Path, folder: Path, max_length: int) -> Any:
    """Marian's tokenizer on one joint SentencePiece model.

    ``<pad>`` is the last id: CTranslate2 starts decoding from a zero embedding
    and expects it there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(model_file, folder / name)
    names = ["</s>", "<unk>", *(p for p in pieces(model_file) if p not in _SPECIAL), "<pad>"]
    vocabulary = {piece: index for index, piece in enumerate(names)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    return MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
        source_lang="mul",
        target_lang="en",
        model_max_length=max_length,
    )


_SPECIAL = frozenset({"<s>", "</s>", "<unk>", "<pad>"})
