"""How well each attention of the translator tells word links, and what links add to a comparison.

Run by ``make bench``; figures, nothing asserted about time. Sentence pairs come from a folder with
files such as ``dev_fr-en.tsv``: ``TANDEM_BENCH_PAIRS=data/parallel make bench``. The best choice
belongs into ``settings.alignment`` of the translator's tandem.json; a training writes it itself.
"""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from measure import ROLES, TWEETS, report, side_by_side

from core.engine import Engine, EngineSources
from core.translators import load_unit
from dashboard.linked import linked
from dashboard.services import Services
from train.figures.heads import measured
from train.training.parallel import read_pairs


def test_each_attention_on_links_that_are_obvious(models: Path) -> None:
    folder = os.environ.get("TANDEM_BENCH_PAIRS")
    if folder is None:
        pytest.skip("TANDEM_BENCH_PAIRS names no folder of parallel files")
    unit, languages = load_unit(models / "translator")
    files = [path for code in languages if (path := Path(folder, f"dev_{code}-en.tsv")).is_file()]
    scores = measured(unit, [read_pairs(str(path)) for path in files])
    report("links that are obvious, in all languages", scores[0].total)
    for score in scores:
        report("", score)
    assert unit.heads in (None, scores[0].heads), "another choice would be better"


def test_links_of_five_cards(models: Path) -> None:
    teacher, student, before, translator = (str(models / role) for role in ROLES)
    engine = Engine(EngineSources(teacher, student, before, translator))
    services = Services(lambda: engine)
    services.start()
    tweets = list(TWEETS.values())
    shown = services.compare(tweets)

    def compare() -> None:
        engine.forget()
        services.compare(tweets)

    kept = SimpleNamespace(links=[])

    def link() -> None:
        kept.links = [linked(services, one) for one in shown]

    asked, told = side_by_side(7, compare, link)
    assert [one is None for one in kept.links] == [code == "en" for code in TWEETS]
    report("compare five tweets", asked)
    report("their word links, four of them", told)
