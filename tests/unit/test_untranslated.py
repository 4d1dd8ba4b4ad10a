"""Tweets of which none has a translation: a distillation has nothing to weigh, and says so."""

import pytest

from core.errors import DataError
from core.records import TranslationStatus as Status
from core.weighting import make_reference
from train.training.frozen import _refuse_untranslated

NONE = [Status.ENGLISH, Status.UNKNOWN, Status.COPIED, Status.PASSED_THROUGH]


def reference(statuses: list[Status]) -> None:
    make_reference(
        [0.5] * len(statuses), ["fr"] * len(statuses), statuses, reading="squared_difference",
        student_hash="", translator_hash="", decoding={},
    )  # fmt: skip


@pytest.mark.parametrize("statuses", [[], [Status.ENGLISH] * 3, NONE])
def test_it_is_told_why(statuses: list[Status]) -> None:
    with pytest.raises(DataError) as told:
        _refuse_untranslated(statuses)
    assert f"None of the {len(statuses)} unlabelled tweets was translated" in told.value.sentence
    assert "other languages than English" in told.value.hint
    for status in set(statuses):
        assert f"{statuses.count(status)} {status.value}" in told.value.sentence
    with pytest.raises(ValueError):
        reference(statuses)


@pytest.mark.parametrize("status", [Status.TRANSLATED, Status.EDITED, Status.GIVEN])
def test_one_is_enough_for_a_reference(status: Status) -> None:
    _refuse_untranslated([*NONE, status])
    reference([*NONE, status])
