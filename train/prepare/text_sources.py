"""The originals without emotion labels: sentence pairs, single texts, emoji, translation quality.

Seen in stored copies (paths and form): tatoeba_challenge, the file names of cocoa_mt and
mt_geneval, what mlqe_pe's folders hold, the places of cldr and common_voice. From knowledge of the
form alone: tatoeba_manythings, tatoeba, laser, ntrex, tico19, the inside of mlqe_pe's archives, the
parquet name of goemotions_ru (its columns are on a dataset card). mlqe_pe's licence is taken from
this project's data; the older facebookresearch/mlqe, without Russian, states CC-BY-SA for its own.
"""

from train.prepare.source import GITHUB, HUB, THREE, Download, Source, plain, same

TATOEBA = "CC-BY-2.0-FR"  # of a Tatoeba sentence, unless its author gave it to CC0
PIVOT = "deu"  # the third language that pivot pairs are joined over
MANYTHINGS = ("fr", "es", "nl")  # there were no Russian pairs of it in this project's data
DOMAINS = ("telephony", "topical_chat")  # of CoCoA-MT's training part
GENDERED = ("es", "fr", "ru")  # MT-GenEval has no Dutch sentences, only contexts
NTREX = {
    "fr": ("ref.fra", "ref.fra-CA"),
    "es": ("ref.spa", "ref.spa-MX"),
    "nl": ("ref.nld",),
    "ru": ("ref.rus",),
}
EMOJI = ("en", "ru", "nl", "fr", "es")  # in the order of emoji.tsv's columns


def tested(first: str, second: str) -> str:
    """Where Tatoeba Challenge keeps the test pairs of two languages."""
    return f"{'-'.join(sorted((first, second)))}/test.txt"


def cocoa(code: str, domain: str, end: str) -> str:
    """A CoCoA-MT file; ``end`` is en, formal.XX or informal.XX."""
    return f"en-{code}/formality-control.train.{domain}.en-{code}.{end}"


def geneval(code: str, part: str, gender: str, side: str) -> str:
    """An MT-GenEval file; ``side`` is en or the other language."""
    return f"{part}/geneval-sentences-{gender}-{part}.en_{code}.{side}"


_CHALLENGE = tuple(
    [tested(code, "eng") for code in THREE.values()]
    + [tested(code, PIVOT) for code in (*THREE.values(), "eng")]
)
_COCOA = tuple(
    cocoa(code, domain, end)
    for code in THREE
    for domain in DOMAINS
    for end in ("en", f"formal.{code}", f"informal.{code}")
)
_GENEVAL = tuple(
    geneval(code, part, gender, side)
    for code in GENDERED
    for part in ("dev", "test")
    for gender in ("feminine", "masculine")
    for side in ("en", code)
)
_LASER = tuple(f"tatoeba.{code}-eng.{side}" for code in THREE.values() for side in (code, "eng"))
_NTREX = ("newstest2019-src.eng.txt",) + tuple(
    f"newstest2019-{name}.txt" for names in NTREX.values() for name in names
)
_EXPORTS = {
    f"{code}_{kind}.tsv": f"{code}/{code}_{kind}.tsv.bz2"
    for code in (*THREE.values(), "eng")
    for kind in ("sentences", "sentences_CC0")
} | {f"{code}-eng_links.tsv": f"{code}/{code}-eng_links.tsv.bz2" for code in THREE.values()}
_CLDR = {
    f"{folder}/{code}.json": f"cldr-annotations-{kind}/{folder}/{code}/annotations.json"
    for folder, kind in (("annotations", "full"), ("annotationsDerived", "derived-full"))
    for code in EMOJI
}
_MLQE = f"{GITHUB}/sheffieldnlp/mlqe-pe"
_VOICE = f"{GITHUB}/common-voice/common-voice/102b6fc401eb02553e23b499a5dc4f182e02a36d"
_AMAZON = f"{GITHUB}/amazon-science"

ALL = (
    Source(
        "tatoeba_manythings",
        "https://www.manythings.org/anki/",
        TATOEBA,
        tuple(f"{THREE[code]}.txt" for code in MANYTHINGS),
        "parallel/train_*; parallel/dev_*",
        downloads=tuple(
            Download(f"https://www.manythings.org/anki/{three}-eng.zip", "", (f"{three}.txt",))
            for three in map(THREE.__getitem__, MANYTHINGS)
        ),
    ),
    Source(
        "tatoeba_challenge",
        "https://github.com/Helsinki-NLP/Tatoeba-Challenge/tree/master/data/test",
        TATOEBA,
        _CHALLENGE,
        "parallel/train_* (direct pairs, and pairs joined over German); parallel/dev_*; mono/",
        downloads=same(
            f"{GITHUB}/Helsinki-NLP/Tatoeba-Challenge/"
            "8bdab36cca8d33f912981c080c81da9a32120b8e/data/test",
            _CHALLENGE,
        ),
    ),
    Source(
        "tatoeba",
        "https://tatoeba.org/en/downloads",
        f"{TATOEBA}, and CC0-1.0 where both sentences of a pair are",
        tuple(_EXPORTS),
        "parallel/train_*; parallel/dev_*; mono/ (weekly exports, another each week)",
        downloads=plain(
            "https://downloads.tatoeba.org/exports/per_language",
            {f"{name}.bz2": path for name, path in _EXPORTS.items()},
        ),
        optional=True,
    ),
    Source(
        "cocoa_mt",
        "https://github.com/amazon-science/contrastive-controlled-mt/tree/main/CoCoA-MT",
        "CDLA-Sharing-1.0",
        _COCOA,
        "parallel/train_*: each sentence in its formal and its informal translation",
        downloads=same(
            f"{_AMAZON}/contrastive-controlled-mt/"
            "fc4e912ed32212ad3687382cc92f3a4f43b930cd/CoCoA-MT/train",
            _COCOA,
        ),
    ),
    Source(
        "laser_tatoeba",
        "https://github.com/facebookresearch/LASER/tree/main/data/tatoeba/v1",
        TATOEBA,
        _LASER,
        "parallel/train_*",
        downloads=same(f"{GITHUB}/facebookresearch/LASER/main/data/tatoeba/v1", _LASER),
    ),
    Source(
        "mt_geneval",
        "https://github.com/amazon-science/machine-translation-gender-eval",
        "CC-BY-SA-3.0",
        _GENEVAL,
        "parallel/train_*: not for models that ship",
        downloads=same(
            f"{_AMAZON}/machine-translation-gender-eval/"
            "c421ecff3b244024a8563602eebbf4f52d7740e9/data/sentences",
            _GENEVAL,
        ),
    ),
    Source(
        "ntrex",
        "https://github.com/MicrosoftTranslator/NTREX",
        "CC-BY-SA-4.0",
        _NTREX,
        "parallel/train_*: not for models that ship",
        downloads=same(f"{GITHUB}/MicrosoftTranslator/NTREX/main/NTREX-128", _NTREX),
    ),
    Source(
        "tico19",
        "https://tico-19.github.io/",
        "CC0-1.0",
        ("**/test.en-ru.tsv",),
        "parallel/train_ru-en.tsv",
        downloads=(
            Download("https://tico-19.github.io/data/tico19-testset.zip", "", ("test.en-ru.tsv",)),
        ),
    ),
    Source(
        "goemotions_mt",
        f"{HUB}/seara/ru_go_emotions",
        "MIT",
        ("validation*",),
        "parallel/train_ru-en.tsv: ru_text (machine translated) and text; no label is read",
        downloads=plain(
            f"{HUB}/seara/ru_go_emotions/resolve/main/simplified",
            {"validation.parquet": "validation-00000-of-00001.parquet"},
        ),
    ),
    Source(
        "mlqe_pe",
        "https://github.com/sheffieldnlp/mlqe-pe",
        "CC0-1.0",
        ("**/dev.ruen.df.short.tsv", "**/train.src", "**/train.pe", "**/test.src", "**/test.pe"),
        "quality/ru-en_dev.tsv (assessed), parallel/train_ru-en.tsv (post-edited)",
        downloads=(
            Download(
                f"{_MLQE}/27b2fd533bdf4d05ef318db1e49ad72e0ca8de4f/data/direct-assessments/dev/"
                "ru-en-dev.tar.gz",
                "direct-assessments",
                ("dev.ruen.df.short.tsv",),
            ),
            *(
                Download(
                    f"{_MLQE}/8b23cfa8b16aef4f91813e942440916919cfcf81/data/post-editing/{part}/"
                    f"ru-en-{part}.tar.gz",
                    "post-editing",
                    (f"{part}.src", f"{part}.pe"),
                )
                for part in ("train", "test")
            ),
        ),
    ),
    Source(
        "cldr",
        "https://github.com/unicode-org/cldr-json",
        "Unicode-3.0",
        tuple(_CLDR),
        "lexicon/emoji.tsv",
        "tts is the name, default are the keywords; characters in English's order",
        plain(
            f"{GITHUB}/unicode-org/cldr-json/f908383fc9ca4da31a85ffea2abdfd15b7e71061/cldr-json",
            _CLDR,
        ),
    ),
    Source(
        "common_voice",
        "https://github.com/common-voice/common-voice/tree/main/server/data",
        "CC0-1.0",
        tuple(f"{code}/*.txt" for code in THREE),
        "mono/; every text file of server/data/XX may be put into its folder",
        downloads=plain(
            f"{_VOICE}/server/data",
            {f"{c}/sentence-collector.txt": f"{c}/sentence-collector.txt" for c in THREE},
        ),
    ),
)
