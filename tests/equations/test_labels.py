"""The six emotions and how foreign label sets map onto them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError
from core.labels import INDEX, LABELS, canonical, map_labels


def test_the_order_of_the_paper() -> None:
    assert LABELS == ("Love", "Joy", "Anger", "Fear", "Sadness", "Neutral")
    assert [INDEX[label] for label in LABELS] == list(range(6))


@given(st.permutations(LABELS))
def test_any_order_maps_back(names: list[str]) -> None:
    mapped = map_labels(names)
    assert [LABELS[index] for index in mapped if index is not None] == names


def test_names_map_whatever_their_case_and_the_rest_is_unmapped() -> None:
    assert map_labels(["joy", "SURPRISE", " Happy-ish", "sadness", "NEUTRAL"]) == (
        *(INDEX["Joy"], None, None),
        *(INDEX["Sadness"], INDEX["Neutral"]),
    )
    assert canonical("disgust") is None


@pytest.mark.parametrize("names", [["LABEL_0", "LABEL_1"], [], ["joy", "happiness"]])
def test_no_name_or_one_emotion_twice_is_refused(names: list[str]) -> None:
    with pytest.raises(ModelError) as caught:
        map_labels(names)
    assert caught.value.hint
