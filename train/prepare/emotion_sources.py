"""The originals that carry emotion labels.

Seen in stored copies (paths and form): goemotions, xed. Seen as dataset cards: brighter, cedr and
exalt (columns, licence, parquet names; exalt's file names are those of this project's data). Not
found anywhere: the published files of kajava and of goemotions_nl; their form is set down here, and
whoever has them brings them into it.
"""

from train.prepare.source import GITHUB, HUB, THREE, Source, plain, same

EXALT = tuple(
    f"exalt_{task}_{part}.tsv"
    for task in ("emotion", "triggers")
    for part in ("train", "dev_participants", "test_participants")
)
GOEMOTIONS = ("train.tsv", "dev.tsv", "test.tsv", "emotions.txt")
BRIGHTER = tuple(f"{c}/{part}" for c in ("eng", "esp", "rus") for part in ("train", "dev", "test"))
_PAIRS = "9798d9ac1edf7814e69132a34ef2f910242008ff/project-annotation/multi"
XED = {
    "en-annotated.tsv": "3cfd061825fddcbefadeb0bb18a5ba2f690701b2/AnnotatedData/en-annotated.tsv",
    "neu_en.txt": "3e711518636f53634f33f5422e92a27216aee084/AnnotatedData/neu_en.txt",
    **{f"pairs-{code}.txt": f"{_PAIRS}/pairs-{code}.txt" for code in THREE},
}

ALL = (
    Source(
        "exalt",
        f"{HUB}/pranaydeeps/EXALT-v1",
        "CC-BY-4.0",
        EXALT,
        "exalt/*.tsv as they are; the emotion training rows also in emotions/train_en.tsv",
        "the six classes as they are",
    ),
    Source(
        "goemotions",
        "https://github.com/google-research/google-research/tree/master/goemotions",
        "CC-BY-4.0",
        GOEMOTIONS,
        "train: emotions/train_en.tsv; dev: emotions/validation_en.tsv; test: held out",
        "rows whose labels fall in one class; the classes: train.prepare.labels.GOEMOTIONS",
        same(f"{GITHUB}/google-research/google-research/master/goemotions/data", GOEMOTIONS),
    ),
    Source(
        "brighter",
        f"{HUB}/brighter-dataset/BRIGHTER-emotion-categories",
        "CC-BY-4.0",
        tuple(f"{name}*" for name in BRIGHTER),
        "eng: emotions/train_en.tsv; esp: emotions/dev_es.tsv; rus: emotions/dev_ru.tsv",
        "disgust is Anger, none is Neutral; surprise and mixed rows are dropped",
        plain(
            f"{HUB}/brighter-dataset/BRIGHTER-emotion-categories/resolve/main",
            {f"{name}.parquet": f"{name}-00000-of-00001.parquet" for name in BRIGHTER},
        ),
    ),
    Source(
        "xed",
        "https://github.com/Helsinki-NLP/XED",
        "CC-BY-4.0",
        tuple(XED),
        "emotions/train_en.tsv; the film subtitles of pairs-XX.txt: parallel/",
        "1 anger and 3 disgust are Anger, 4 Fear, 5 Joy, 6 Sadness, 9 Neutral; rows with "
        "2 anticipation, 7 surprise or 8 trust, and mixed ones, are dropped",
        plain(f"{GITHUB}/Helsinki-NLP/XED", XED),
    ),
    Source(
        "cedr",
        f"{HUB}/sagteam/cedr_v1",
        "Apache-2.0",
        ("train*", "test*"),
        "emotions/dev_ru.tsv; of its sources twitter and lj, not the news",
        "0 Joy, 1 Sadness, 3 Fear, 4 Anger, none is Neutral; 2 surprise and mixed rows are dropped",
        plain(
            f"{HUB}/sagteam/cedr_v1/resolve/main/main",
            {f"{part}.parquet": f"{part}-00000-of-00001.parquet" for part in ("train", "test")},
        ),
    ),
    Source(
        "kajava",
        "Kajava, Öhman, Hui and Tiedemann: Emotion Preservation in Translation (DHN 2020)",
        "Apache-2.0",
        ("en-fr.tsv",),
        "emotions/dev_fr.tsv; its English texts are held out",
        "columns en, fr, label; label: Plutchik's names, a comma between two; as xed",
    ),
    Source(
        "goemotions_nl",
        "GoEmotions' test.tsv with its texts in Dutch by Google Translate",
        "",
        ("test.tsv",),
        "emotions/dev_nl.tsv, for evaluation only; the English texts are held out",
        "as goemotions; no header: Dutch text, label numbers, comment id",
    ),
)
