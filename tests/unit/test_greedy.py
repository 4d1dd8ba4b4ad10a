"""The plain search against transformers' ``generate``, row by row."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core import greedy as searching
from core.greedy import greedy, plain
from core.searching import search
from core.translators import load_translator

DEMO = Path(__file__).parents[2] / "assets" / "models" / "demo" / "translator"
EXAMPLES = Path(__file__).parents[2] / "assets" / "examples" / "batch_emotions.tsv"
TEXT = "je suis très content triste ik ben bang boos люблю грустно hoy feliz miedo zzz so"
WORDS = tuple(TEXT.split(" "))


@pytest.fixture(scope="module")
def unit(folders: Any) -> Any:
    return next(iter(load_translator(folders.translator).units.values()))


def sources(unit: Any, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    batch = unit.tokenizer(list(texts), return_tensors="pt", padding=True)
    return batch["input_ids"], batch["attention_mask"]


def generated(unit: Any, text: str, most: int) -> list[int]:
    """What transformers makes of one text alone, the end mark included, at most so long."""
    ids, mask = sources(unit, [text])
    with torch.no_grad():
        found = unit.module.generate(
            input_ids=ids,
            attention_mask=mask,
            num_beams=1,
            do_sample=False,
            use_cache=True,
            max_length=None,
            max_new_tokens=most,
        )
    row: list[int] = found[0, 1:].tolist()
    return row


def found(unit: Any, texts: Sequence[str], limits: Sequence[int]) -> list[list[int]]:
    ids, mask = sources(unit, texts)
    end = unit.tokenizer.eos_token_id
    with torch.inference_mode():
        hidden = unit.module.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        return greedy(unit.module, hidden, mask, torch.tensor(limits), end)


@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.25, 1.0]))
@settings(max_examples=12, deadline=None)
def test_a_batch_is_what_generate_makes_of_each_row(unit: Any, seed: int, leave: float) -> None:
    """Sources and limits of different lengths; rows leave early, late, or all at once."""
    rng = random.Random(seed)
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(1, 14))) for _ in range(9)]
    limits = [rng.choice((1, 2, 5, 20, 40)) for _ in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "LEAVE", leave)
        rows = found(unit, texts, limits)
    assert rows == [generated(unit, *pair) for pair in zip(texts, limits, strict=True)]
    assert len({len(row) for row in rows}) > 1


def test_the_embedded_translator_says_the_same() -> None:
    """On tweets of the examples, whatever their language: some outputs end, some run on."""
    unit = next(iter(load_translator(DEMO).units.values()))
    assert plain(unit.module)
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()[1:]
    texts = [line.split("\t")[1] for line in lines][::2]
    rows = found(unit, texts, [40] * len(texts))
    assert rows == [generated(unit, text, 40) for text in texts]
    assert any(row[-1] == unit.tokenizer.eos_token_id and len(row) < 40 for row in rows)


@pytest.mark.parametrize(
    "settings",
    [
        {"no_repeat_ngram_size": 2},
        {"repetition_penalty": 1.3},
        {"min_new_tokens": 4},
        {"bad_words_ids": [[5, 6]]},
        {"suppress_tokens": [7]},
        {"eos_token_id": [0, 3]},
    ],
)
def test_other_settings_are_left_to_generate(
    unit: Any, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain(unit.module)
    for name, value in settings.items():
        monkeypatch.setattr(unit.module.generation_config, name, value)
    assert not plain(unit.module)


@pytest.mark.parametrize("banned", [5, 12])
def test_what_is_banned_is_never_said(
    unit: Any, banned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pad = unit.module.config.pad_token_id
    monkeypatch.setattr(unit.module.generation_config, "bad_words_ids", [[pad], [banned]])
    texts = [" ".join(WORDS[at : at + 5]) for at in range(8)]
    rows = found(unit, texts, [30] * len(texts))
    assert rows == [generated(unit, text, 30) for text in texts]
    assert not any(banned in row for row in rows)


def test_a_search_with_looks_in_between_finds_the_same(
    unit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way of settings that are not plain: transformers', stopped and gone on with."""
    texts = [" ".join(WORDS[at : at + 1 + at % 6]) for at in range(10)]
    ids, mask = sources(unit, texts)
    limits = torch.tensor([3 + 5 * row for row in range(10)])
    with torch.inference_mode():
        ours = search(unit.module, ids, mask, limits, 1, unit.tokenizer.eos_token_id)
        monkeypatch.setattr("core.searching.plain", lambda module: False)
        theirs = search(unit.module, ids, mask, limits, 1, unit.tokenizer.eos_token_id)
    assert ours == theirs
