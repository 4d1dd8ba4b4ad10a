"""Options of recipes that make what emotion models start from: encoders and translators."""

from dataclasses import dataclass

from train.config.limits import (
    LONGEST,
    MOST_AT_ONCE,
    MOST_LAYERS,
    MOST_PIECES,
    MOST_ROWS,
    MOST_STEPS,
    WIDEST,
)
from train.config.training import ParallelConfig
from train.options import RecipeConfig, option


@dataclass(frozen=True, kw_only=True)
class TrimConfig(RecipeConfig):
    """Cut an encoder to fewer layers and to the word pieces that given texts need."""

    model: str = option("", "Encoder to cut: folder or hub id.", path="model")
    texts: tuple[str, ...] = option((), "Data files whose Texts decide what is kept.", path="file")
    layers: tuple[int, ...] = option((), "Layers to keep, by number; none keeps all.")
    vocabulary: int = option(
        8000, "Word pieces to keep, the most frequent.", unit="pieces", low=100, high=MOST_PIECES
    )
    positions: int = option(128, "Longest input kept.", unit="sub-tokens", low=8, high=LONGEST)
    emoji: str | None = option(
        None, "Emoji names (TSV): emoji in the texts become tokens.", path="file"
    )
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class BaseConfig(ParallelConfig):
    """A small multilingual encoder, matched to an English one on parallel pairs."""

    model: str = option("", "English sentence encoder to match: folder or hub id.", path="model")
    emoji: str | None = option(None, "Emoji names and keywords (TSV).", path="file")
    emoji_texts: tuple[str, ...] = option(
        (), "Data files: emoji that occur in them get tokens of their own.", path="file"
    )
    english: tuple[str, ...] = option(
        (),
        "English data files with the words of tweets, which parallel texts lack: each text is "
        "matched to itself, with its emoji named.",
        path="file",
    )
    split: str | None = option(
        None, "Split file: its validation texts are left out of english.", path="file"
    )
    layers: tuple[int, ...] = option((0, 2, 5), "Layers of the English encoder to start from.")
    vocabulary: int = option(
        10000, "SentencePiece vocabulary.", unit="pieces", low=500, high=MOST_PIECES
    )
    positions: int = option(128, "Longest input.", unit="sub-tokens", low=8, high=LONGEST)
    learning_rate: float = option(5e-4, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(64, "Pairs per step.", unit="rows", low=1, high=MOST_AT_ONCE)
    warmup_steps: int = option(
        200, "Steps over which the learning rate rises.", low=0, high=MOST_STEPS
    )
    beta2: float = option(0.999, "Adam's second moment decay.", low=0.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig(ParallelConfig):
    """One Marian model, several languages to English, from parallel TSVs."""

    start: str | None = option(
        None, "Translator checkpoint to go on from, with its vocabulary and size.", path="folder"
    )
    languages: tuple[str, ...] = option(("fr", "nl", "ru", "es"), "Source languages.")
    pairs_per_language: int = option(
        90000, "At most this many pairs a file.", unit="pairs", low=1, high=MOST_ROWS
    )
    vocabulary: int = option(
        8000, "Joint SentencePiece vocabulary.", unit="pieces", low=500, high=MOST_PIECES
    )
    width: int = option(192, "Hidden size.", low=16, high=WIDEST)
    encoder_layers: int = option(3, "Encoder layers.", low=1, high=MOST_LAYERS)
    decoder_layers: int = option(1, "Decoder layers.", low=1, high=MOST_LAYERS)
    heads: int = option(4, "Attention heads.", low=1, high=MOST_LAYERS)
    noise: float = option(
        0.3,
        "Share of pairs with tweet-like noise: case, punctuation, accents, @user, http.",
        low=0,
        high=1,
    )
    joined: float = option(
        0.1, "Share of pairs that follow another in the same row, as sentences do.", low=0, high=1
    )
    max_pieces: int = option(60, "Longer pairs are left out.", unit="pieces", low=8, high=LONGEST)
    label_smoothing: float = option(0.1, "Label smoothing.", low=0.0, high=0.9)
    learning_rate: float = option(2e-3, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(96, "Pairs per step.", unit="rows", low=1, high=MOST_AT_ONCE)
    warmup_steps: int = option(
        400, "Steps over which the learning rate rises.", low=0, high=MOST_STEPS
    )
    beta2: float = option(0.98, "Adam's second moment decay.", low=0.0, high=1.0)
