"""A small world to train in: pseudo-languages, a tiny English encoder, EXALT-like files.

The whole pipeline runs in it once per session; tests look at what it left.
"""

import functools
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from core import languages
from core.labels import LABELS
from train.options import parse
from train.recipes import RECIPES
from train.run import Run, execute

CUES = dict(zip(LABELS, ("adore", "laugh", "furious", "scared", "weeping", "table"), strict=True))
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def words(rng: random.Random, count: int) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.choice((2, 3)))) for _ in range(count)]


@dataclass(frozen=True)
class World:
    """Paths of the files, and where models go."""

    root: Path

    def path(self, name: str) -> str:
        return str(self.root / name)

    def write(self, name: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        lines = ["\t".join(head), *("\t".join(row) for row in rows)]
        (self.root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def train(
        self, recipe: str, output: str, *, resume: bool = False, fresh: bool = False, **options: Any
    ) -> Run:
        """Run a recipe in this process, options as a person would type them."""
        given = [f"{key}={value}" for key, value in options.items()]
        config = parse(
            RECIPES[recipe].config_class,
            overrides=[f"output={self.path(output)}", "threads=1", "device=cpu", *given],
        )
        with open("/dev/null", "w") as nowhere:
            return execute(RECIPES[recipe], config, nowhere, resume=resume, fresh=fresh)

    def distil(self, output: str, **changes: Any) -> Run:
        """Refine the pipeline's student by its teacher; ``changes`` over the usual options."""
        usual = {
            "teacher": self.path("teacher"),
            "student": self.path("before"),
            "translator": self.path("translator"),
            "unlabelled": self.path("unlabelled.tsv"),
            "data": self.path("emotions.tsv"),
            "split": self.path("split.json"),
            "batch_size": 16,
            "learning_rate": 0.005,
            "patience": 0,
        }
        return self.train("distil", output, **{**usual, **changes})


@pytest.fixture(scope="session", autouse=True)
def langid_once() -> Iterator[None]:
    """langid takes seconds to load, and every distillation loads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "_load", functools.cache(languages._load))
        yield


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("world"))
    rng = random.Random(1)
    lexicon = words(rng, 220)
    _emotions(world, rng, lexicon)
    _parallel(world, rng, lexicon)
    _encoder(world, lexicon)
    columns = [
        f"{code}_{kind}" for code in ("en", "fr", "nl", "ru", "es") for kind in ("name", "keywords")
    ]
    names = [("😂", *(["laugh"] * 10)), ("😡", *(["furious"] * 10))]
    world.write("emoji.tsv", ("emoji", *columns), names)
    return world


def _emotions(world: World, rng: random.Random, lexicon: list[str]) -> None:
    rows, triggers = [], []
    for number in range(240):
        label = LABELS[number % 6]
        tokens = rng.choices(lexicon, k=5)
        place = rng.randrange(6)
        tokens.insert(place, CUES[label])
        text = " ".join([*tokens, "😂"] if label == "Joy" and number % 4 else tokens)
        rows.append((str(number), text, label))
        gold = [int(i == place) for i in range(len(text.split(" ")))]
        triggers.append((str(number), text, str(gold)))
    world.write("emotions.tsv", ("ID", "Texts", "Labels"), rows)
    world.write("triggers.tsv", ("ID", "Texts", "Labels"), triggers[:120])
    extra = [(f"x{n}", f"{text} {rng.choice(lexicon)}", label) for n, text, label in rows[:60]]
    world.write(
        "extra.tsv",
        ("ID", "Texts", "Labels", "Source"),
        [(*r, ("a", "b")[i % 2]) for i, r in enumerate(extra)],
    )


def _parallel(world: World, rng: random.Random, lexicon: list[str]) -> None:
    """French of this world: every English word backwards."""
    rows = []
    for _ in range(400):
        english = rng.choices([*lexicon, *CUES.values()], k=rng.randint(3, 6))
        rows.append((" ".join(w[::-1] for w in english), " ".join(english), "made", "CC0-1.0"))
    rows.append(("geheim woord", "secret word", "made", "CC-BY-SA-4.0"))
    world.write("train_fr-en.tsv", ("src", "en", "origin", "licence"), rows)
    world.write("dev_fr-en.tsv", ("src", "en"), [row[:2] for row in rows[:30]])
    tweets = [(str(n), f"je suis {row[0]} très content") for n, row in enumerate(rows[:40])]
    tweets += [
        ("e1", "I am so happy today with my friends 😂"),
        ("e2", "😂 😂"),
        ("e3", "I am so happy today with my friends 😂"),
    ]
    world.write("unlabelled.tsv", ("ID", "Texts"), tweets)


def _encoder(world: World, lexicon: list[str]) -> None:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    corpus = [" ".join(lexicon), *CUES.values(), "I am so happy today with my friends"] * 3
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=special)
    tokenizer.train_from_iterator(corpus, trainer)
    ids = {name: tokenizer.token_to_id(name) for name in special}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    )
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    folder = world.root / "encoder"
    BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)


def stages(world: World) -> dict[str, tuple[str, dict[str, Any]]]:
    """Output → recipe and options, in the order of the pipeline; all tiny."""
    quick = {"batch_size": 16, "epochs": 3, "learning_rate": 0.005, "patience": 0}
    data = {"data": world.path("emotions.tsv"), "triggers": world.path("triggers.tsv")}
    pairs = {"parallel": world.path("train_fr-en.tsv"), "dev": world.path("dev_fr-en.tsv")}
    trim = {
        "model": world.path("encoder"),
        "texts": world.path("emotions.tsv"),
        "emoji": world.path("emoji.tsv"),
        "vocabulary": 300,
        "positions": 40,
        "layers": "1",
    }
    base = {
        "model": world.path("encoder"),
        "layers": "0,1",
        "vocabulary": 500,
        "positions": 40,
        "emoji": world.path("emoji.tsv"),
        "emoji_texts": world.path("emotions.tsv"),
        **pairs,
        **{**quick, "warmup_steps": 5, "epochs": 2},
    }
    translator = {
        "languages": "fr",
        "vocabulary": 500,
        "width": 32,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "heads": 2,
        **pairs,
        **{**quick, "warmup_steps": 5},
    }
    extra = {"extra": world.path("extra.tsv"), "extra_sources": "a"}
    teacher = {"model": world.path("base_en"), "pooling": "mean", **data, **extra, **quick}
    before = {"model": world.path("base"), "pooling": "cls", **data, **quick}
    return {
        "base_en": ("trim", trim),
        "base": ("base", base),
        "translator": ("translator", translator),
        "teacher": ("teacher", teacher),
        "before": ("student", before),
    }


@pytest.fixture(scope="session")
def pipeline(world: World) -> World:
    """trim → base → translator → teacher → student → distil → triggers."""
    for output, (recipe, options) in stages(world).items():
        world.train(recipe, output, **options)
    world.distil("student", select="last", held_out=0.2, epochs=6)
    world.train(
        "triggers",
        "thresholds",
        model=world.path("student"),
        data=world.path("triggers.tsv"),
        split=world.path("split.json"),
    )
    return world


@pytest.fixture
def again(pipeline: World) -> Callable[..., Run]:
    """Run a stage of the pipeline another time, to another output: (stage, output, …)."""

    def run(stage: str, output: str, **how: Any) -> Run:
        recipe, options = stages(pipeline)[stage]
        return pipeline.train(recipe, output, **{**options, **how})

    return run


@pytest.fixture
def in_child() -> Callable[[Callable[[], object]], int]:
    """Work in a forked child; its exit code (9: it raised), or minus the signal that ended it."""

    def work_there(work: Callable[[], object]) -> int:
        number = os.fork()
        if number:
            return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        code = 9
        try:
            work()
            code = 0
        finally:
            os._exit(code)

    return work_there
