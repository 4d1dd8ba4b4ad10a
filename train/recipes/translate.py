"""The texts of a file in English, each with its language and how the translation came to be.

Knows which translator; rows, output and progress are ``train.files.stream``'s.
"""

from collections.abc import Mapping, Sequence

from core.answers import translated
from core.embedded import embedded
from core.translators import identity, load_translator
from train.config import TranslateConfig
from train.downloads import told
from train.files.english import English
from train.files.forms import Record
from train.files.stream import Stream
from train.training.loop import prepare


def run(config: TranslateConfig, run: Stream) -> Mapping[str, object]:
    """Translate every text."""
    device = prepare(config)
    source = config.translator or embedded("translator")
    english = English(load_translator(source, device, progress=told(run)), config.language)

    def answer(texts: Sequence[str]) -> list[Record]:
        found = zip(texts, english.of(texts), strict=True)
        return [translated(text, *made) for text, made in found]

    return run.answer(answer, {"device": device, "translator": identity(english.translator)})
