"""The language of a text, against langid's own ranking restricted by hand."""

import threading

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langid.langid import LanguageIdentifier as Langid
from langid.langid import model

from core.errors import InputError
from core.languages import LANGUAGES, NAMES, UNKNOWN, LanguageIdentifier
from core.records import Language

SENTENCES = {
    "en": "I remember reading somewhere that he is a good player .",
    "fr": "Je suis tellement contente de te revoir demain matin .",
    "nl": "Ik vind het heel jammer dat hij morgen niet meekomt .",
    "ru": "Я очень рада тебя видеть сегодня вечером .",
    "es": "Estoy muy triste porque mañana se va mi hermana .",
}


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.fixture(scope="module")
def unrestricted() -> Langid:
    """langid as it comes, which takes a second and a half to load."""
    return Langid.from_modelstring(model, norm_probs=False)


def test_every_language_has_a_name() -> None:
    assert tuple(NAMES) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_plain_sentences(identifier: LanguageIdentifier, code: str) -> None:
    found = identifier.identify(SENTENCES[code])
    assert found.code == code
    assert found.probability is not None and 0.9 < found.probability <= 1


@pytest.mark.parametrize("code", LANGUAGES)
def test_capitals_mentions_and_links_do_not_mislead(
    identifier: LanguageIdentifier, code: str
) -> None:
    plain = identifier.identify(SENTENCES[code])
    dressed = identifier.identify(f"@user {SENTENCES[code].upper()} http https://t.co/x")
    assert dressed.code == plain.code


@pytest.mark.parametrize("emoji", ["😡😡😡", "🎉 🎉", "👨\u200d👩\u200d👧🇫🇷👍🏽", "❤️"])
@pytest.mark.parametrize("text", ["I hate you", "Best day ever", "Merci , on vous aime", "boos"])
def test_emoji_say_nothing_of_the_language(
    identifier: LanguageIdentifier, text: str, emoji: str
) -> None:
    plain = identifier.identify(f"{text} ")
    assert identifier.identify(f"{text} {emoji}").code == plain.code
    assert identifier.identify(f"{emoji} {text} {emoji}").code == plain.code


@pytest.mark.parametrize("code", LANGUAGES)
def test_probabilities_are_langids_renormalised_over_the_five(
    identifier: LanguageIdentifier, unrestricted: Langid, code: str
) -> None:
    text = SENTENCES[code].lower()[:20]
    logs = {name: log for name, log in unrestricted.rank(text) if name in LANGUAGES}
    values = numpy.array([logs[name] for name in LANGUAGES], dtype=float)
    softmax = numpy.exp(values - values.max()) / numpy.exp(values - values.max()).sum()
    found = identifier.identify(text)
    assert found.code == LANGUAGES[int(softmax.argmax())]
    assert found.probability == pytest.approx(softmax.max(), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t",
        "…!?",
        "12:30",
        "😂 ❤️",
        "👩\u200d👩\u200d👧",
        "\u200d",
        "\u0301",
        "@user http",
        "# 1",
    ],
)
def test_nothing_to_go_by_is_unknown(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify(text) == Language(UNKNOWN, None)


@pytest.mark.parametrize(
    "text", ["你好世界", "مرحبا بالعالم", "γειά σου", "hi 你好你好你好", "הביתה"]
)
def test_a_foreign_script_is_unknown(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify(text) == Language(UNKNOWN, None)


def test_only_the_scripts_of_the_configured_languages_count() -> None:
    assert LanguageIdentifier(["en", "fr"]).identify(SENTENCES["ru"]).code == UNKNOWN
    assert LanguageIdentifier(["ru"]).identify(SENTENCES["en"]).code == UNKNOWN


@given(st.text())
@settings(deadline=None, max_examples=200)
def test_any_text_is_answered(identifier: LanguageIdentifier, text: str) -> None:
    found = identifier.identify(text)
    assert found.code in (*LANGUAGES, UNKNOWN)
    assert (found.probability is None) == (found.code == UNKNOWN)


def test_odd_input(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("\ud800").code == UNKNOWN
    assert identifier.identify("so happy \ud800 today").code == "en"
    assert identifier.identify("so happy today " * 700).code == "en"


def test_many_keep_their_order(identifier: LanguageIdentifier) -> None:
    found = identifier.identify_many(SENTENCES.values())
    assert [language.code for language in found] == list(SENTENCES)


def test_restriction_is_ours_alone(identifier: LanguageIdentifier) -> None:
    two = LanguageIdentifier(["en", "nl"])
    assert two.identify(SENTENCES["fr"]).code in ("en", "nl")
    assert identifier.identify(SENTENCES["fr"]).code == "fr"
    from langid import langid

    assert langid.identifier is None  # the process-wide instance was never made


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(InputError, match="does not know the language xx"):
        LanguageIdentifier(["en", "xx"]).identify("hello")


def test_threads_load_once_and_agree() -> None:
    shared = LanguageIdentifier()
    barrier = threading.Barrier(4)
    answers: list[list[str]] = []
    models: list[int] = []

    def work() -> None:
        barrier.wait()
        answers.append([x.code for x in shared.identify_many(list(SENTENCES.values()) * 5)])
        models.append(id(shared._model))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [list(SENTENCES) * 5] * 4
    assert len(set(models)) == 1
