"""Synthetic public originals, each in the form in which the real one is published.

Texts are made up; ``write`` puts a whole set into a folder, ``Words`` makes sentences that differ.
"""

import bz2
import gzip
import io
import json
import random
import tarfile
import zipfile
from pathlib import Path
from typing import Any

GOEMOTIONS = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
]  # the order of the published emotions.txt, whose last number is 27
NUMBER = {name: str(number) for number, name in enumerate(GOEMOTIONS)}
EKMAN = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
THREE = {"fr": "fra", "es": "spa", "nl": "nld", "ru": "rus"}


class Words:
    """Sentences of made-up words, none twice."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = random.Random(seed)
        self.made = 0

    def __call__(self, count: int = 4) -> str:
        self.made += 1
        words = ["".join(self.rng.choices("bdfgklmnprstv", k=5)) for _ in range(count)]
        return " ".join([*words, f"w{self.made}"])


def put(root: Path, name: str, content: str | bytes) -> Path:
    """A file; packed where its name says so."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode() if isinstance(content, str) else content
    packers: dict[str, Any] = {".gz": gzip.compress, ".bz2": bz2.compress}
    path.write_bytes(packers.get(path.suffix, lambda same: same)(raw))
    return path


def tsv(rows: list[tuple[str, ...]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def lines(texts: list[str]) -> str:
    return "".join(text + "\n" for text in texts)


def goemotions_row(text: str, *names: str) -> tuple[str, ...]:
    return (text, ",".join(NUMBER[name] for name in names), "eabc123")


def brighter(rows: list[tuple[str, tuple[str, ...]]], columns: tuple[str, ...] = EKMAN) -> str:
    """CSV with quoted texts, 0 and 1."""
    head = ",".join(("id", "text", *columns))
    body = (
        ",".join((f"x{i}", '"' + text.replace('"', '""') + '"', *("01"[c in on] for c in columns)))
        for i, (text, on) in enumerate(rows)
    )
    return lines([head, *body])


def cedr(rows: list[tuple[str, list[int], str]]) -> str:
    return lines(
        [
            json.dumps({"text": text, "labels": labels, "source": source}, ensure_ascii=False)
            for text, labels, source in rows
        ]
    )


def cldr(folder: str, names: dict[str, tuple[str, list[str]]]) -> str:
    entries = {emoji: {"default": words, "tts": [name]} for emoji, (name, words) in names.items()}
    return json.dumps({folder: {"identity": {}, "annotations": entries}}, ensure_ascii=False)


def archive(members: dict[str, str], kind: str) -> bytes:
    """A zip or tar.gz of files."""
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as target:
            for name, content in members.items():
                target.writestr(name, content)
        return packed.getvalue()
    with tarfile.open(fileobj=packed, mode="w:gz") as target_tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            target_tar.addfile(info, io.BytesIO(content.encode()))
    return packed.getvalue()


def write(root: Path, seed: int = 0) -> None:
    """Every expected file of all sources that are not optional; no bad row among them."""
    words = Words(seed)
    _emotions(root, words)
    _pairs(root, words)
    _texts(root, words)


def _emotions(root: Path, words: Words) -> None:
    exalt = [("ID", "Texts", "Labels"), *((str(i), words(), "Joy") for i in range(4))]
    for task in ("emotion", "triggers"):
        for part in ("dev_participants", "test_participants"):
            rows = [("ID", "Texts"), *((str(i), words()) for i in range(3))]
            put(root, f"exalt/exalt_{task}_{part}.tsv", tsv(rows))
    put(root, "exalt/exalt_emotion_train.tsv", tsv(exalt))
    triggers = [("ID", "Texts", "Labels"), ("1", "so happy now", "[0, 1, 0]")]
    put(root, "exalt/exalt_triggers_train.tsv", tsv(triggers))
    put(root, "goemotions/emotions.txt", "\n".join(GOEMOTIONS))
    for part in ("train", "dev", "test"):
        rows = [goemotions_row(words(), name) for name in GOEMOTIONS]
        put(root, f"goemotions/{part}.tsv", tsv(rows))
    dutch = tsv([goemotions_row(words(), name) for name in GOEMOTIONS])
    put(root, "goemotions_nl/test.tsv", dutch)
    for code in ("eng", "esp", "rus"):
        for part in ("train", "dev", "test"):
            columns = EKMAN if code != "eng" else tuple(c for c in EKMAN if c != "disgust")
            rows_of = [(words(), (name,)) for name in columns] + [(words(), ())]
            put(root, f"brighter/{code}/{part}.csv", brighter(rows_of, columns))
    for part in ("train", "test"):
        rows_cedr = [(words(), [n], s) for n in range(5) for s in ("twitter", "lj", "lenta")]
        put(root, f"cedr/{part}.jsonl", cedr([*rows_cedr, (words(), [], "lj")]))
    kajava = [("en", "fr", "label"), *((words(), words(), n) for n in ("anger", "joy", "trust"))]
    put(root, "kajava/en-fr.tsv", tsv(kajava))
    annotated = [(words(), str(number)) for number in range(1, 9)]
    put(root, "xed/en-annotated.tsv", tsv(annotated))
    put(root, "xed/neu_en.txt", tsv([("9", words()) for _ in range(3)]))


def _pairs(root: Path, words: Words) -> None:
    german = [words() for _ in range(6)]
    put(
        root,
        "tatoeba_challenge/deu-eng/test.txt",
        tsv([("deu", "eng", g, words()) for g in german]),
    )
    for code, three in THREE.items():
        first, second = sorted((three, "eng"))
        direct = [(first, second, words(), words()) for _ in range(40)]
        put(root, f"tatoeba_challenge/{first}-{second}/test.txt", tsv(direct))
        joined = [("deu", three, g, words()) for g in german]
        put(root, f"tatoeba_challenge/deu-{three}/test.txt", tsv(joined))
        if code != "ru":
            anki = [(words(), words(), "CC-BY 2.0 (France) Attribution: …") for _ in range(5)]
            put(root, f"tatoeba_manythings/{three}.txt", tsv(anki))
        place = ("en/a.xml.gz", f"{code}/a.xml.gz", "1", "1 2")
        put(root, f"xed/pairs-{code}.txt", tsv([(*place, words(), words()) for _ in range(3)]))
        for side in (three, "eng"):
            name = f"laser_tatoeba/tatoeba.{three}-eng.{side}"
            put(root, name, lines([words() for _ in range(3)]))
        for domain in ("telephony", "topical_chat"):
            for end in ("en", f"formal.{code}", f"informal.{code}"):
                name = f"cocoa_mt/en-{code}/formality-control.train.{domain}.en-{code}.{end}"
                put(root, name, lines([words() for _ in range(2)]))
        for part in ("dev", "test") if code != "nl" else ():
            for gender in ("feminine", "masculine"):
                for side in ("en", code):
                    name = f"{part}/geneval-sentences-{gender}-{part}.en_{code}.{side}"
                    put(root, f"mt_geneval/{name}", lines([words() for _ in range(2)]))
    for name in ("src.eng", "ref.fra", "ref.fra-CA", "ref.spa", "ref.spa-MX", "ref.nld", "ref.rus"):
        put(root, f"ntrex/newstest2019-{name}.txt", lines([words() for _ in range(3)]))
    tico = [
        ("sourceLang", "targetLang", "sourceString", "targetString"),
        ("en", "ru", 'a "b', "в г"),
    ]
    put(root, "tico19/tico19-testset/test/test.en-ru.tsv", tsv(tico))
    russian = [{"ru_text": words(), "text": words(), "labels": [1]} for _ in range(3)]
    put(root, "goemotions_mt/validation.jsonl", lines([json.dumps(row) for row in russian]))
    for part in ("train", "test"):
        for end in ("src", "pe"):
            name = f"mlqe_pe/post-editing/ru-en-{part}/{part}.{end}"
            put(root, name, lines([words() for _ in range(3)]))


def _texts(root: Path, words: Words) -> None:
    head = ("index", "original", "translation", "scores", "mean", "z_mean")
    scored = [(str(i), words(), words(), "[1, 2]", "39.5", "-0.25") for i in range(4)]
    put(root, "mlqe_pe/direct-assessments/dev.ruen.df.short.tsv", tsv([head, *scored]))
    for code in ("en", "ru", "nl", "fr", "es"):
        single = {"{": (f"{code} bracket", ["b", "c"]), "😂": (f"{code} tears", ["face", "joy"])}
        derived = {"👍🏽": (f"{code} thumbs up: medium", ["hand"])}
        put(root, f"cldr/annotations/{code}.json", cldr("annotations", single))
        put(root, f"cldr/annotationsDerived/{code}.json", cldr("annotationsDerived", derived))
    for code in THREE:
        put(root, f"common_voice/{code}/issue_12.txt", lines([words() for _ in range(4)]))
