"""The sentences that answer first, from the figures behind them.

Knows a metrics record and which of its numbers a sentence needs; the words are
dashboard/wording/batch_answers.py.
"""

from collections.abc import Iterator, Mapping

from core.evaluation.plan import BEFORE, STUDENT
from core.evaluation.schema import Calibration, Metrics, Scores, SystemMetrics
from core.labels import LABELS
from core.records import UNKNOWN
from dashboard.views import markup
from dashboard.views.batch import parts, reading
from dashboard.wording import batch_answers as said
from dashboard.wording import batch_refinement
from dashboard.wording import batch_results as words

BASELINES = ("random", "all_words")
LEAST_NET = 5  # rows: fewer on balance are no class's gain or loss


def section(metrics: Metrics) -> str:
    """A list of questions and their answers."""
    found = {key: " ".join(filter(None, lines)) for key, lines in _answers(metrics)}
    rows = "".join(
        f"<dt>{said.HEADS[key]}</dt><dd>{markup.text(answer)}</dd>"
        for key, answer in found.items()
        if answer
    )
    return f'{parts.lead(stopped(metrics))}<dl class="td-b-answers">{rows}</dl>'


def stopped(metrics: Metrics) -> str:
    """What the figures of a stopped run are of; empty for a whole one."""
    if not metrics["run"]["stopped"]:
        return ""
    if metrics["triggers"] is not None:  # a board comes after the file's last row
        return said.STOPPED_BOARD
    return said.stopped(metrics["file"]["rows"])


def _answers(metrics: Metrics) -> Iterator[tuple[str, list[str]]]:
    """Key and sentences of each question that the file can answer."""
    name = reading.main(metrics)
    system = metrics["systems"][name]
    if reading.labelled(metrics):
        yield "good", _good(name, system)
        yield "where", _where(metrics, system)
        yield "sure", _sure(system)
        yield "helped", _helped(metrics)
    else:
        yield "labels", _labels(name, system)
    if metrics["triggers"] is not None:
        yield "triggers", _triggers(metrics)


def _good(name: str, system: SystemMetrics) -> list[str]:
    ends = system["intervals"].get("macro_f1")
    return [
        said.good(name, system["macro_f1"], ends, system["n"]),
        said.TAGS[system["provenance"]["tag"]],
        said.absent(system["absent"]),
    ]


def _where(metrics: Metrics, system: SystemMetrics) -> list[str]:
    """Best and worst language and class."""
    return [*_languages(metrics, system), *_classes(system)]


def _languages(metrics: Metrics, system: SystemMetrics) -> list[str]:
    """Best and worst among languages with rows enough, and how languages were known."""
    known = system.get("per_language", {})
    if len(known) == 1 and UNKNOWN not in known:
        return [said.one_language(next(iter(known)))]
    least = max(said.LEAST_ROWS, said.LEAST_SHARE * system["n"])
    found = {code: one for code, one in known.items() if code != UNKNOWN and one["n"] >= least}
    lines: list[str] = []
    if len(found) > 1:
        ranked = sorted(found, key=lambda code: found[code]["macro_f1"])
        best, worst = ranked[-1], ranked[0]
        lines.append(
            said.languages(
                (best, found[best]["macro_f1"], found[best]["n"]),
                (worst, found[worst]["macro_f1"], found[worst]["n"]),
                _apart(found[best], found[worst]),
            )
        )
        lines.append(said.unlike(_lacking(system, {code: found[code] for code in (best, worst)})))
    elif known:
        lines.append(said.few_languages(list(found)))
    return [*lines, words.LANGID] if reading.found_languages(metrics) else lines


def _classes(system: SystemMetrics) -> list[str]:
    """Best and worst class, and those that a macro average should not hang on."""
    classes = system["per_class"]
    lines: list[str] = []
    if len(classes) > 1:
        order = sorted(classes, key=lambda label: classes[label]["f1"])
        worst, best = (
            (label, classes[label]["f1"], classes[label]["support"])
            for label in (order[0], order[-1])
        )
        lines.append(said.classes(best, worst))
    few = [
        (label, one["support"]) for label, one in classes.items() if one["support"] < said.FEW_GOLD
    ]
    return [*lines, said.few_gold(few)]


def _lacking(system: SystemMetrics, found: Mapping[str, Scores]) -> list[tuple[str, list[str]]]:
    """Which languages lack classes that the file as a whole has."""
    missing = [
        (code, [label for label in system["classes"] if label not in one["classes"]])
        for code, one in found.items()
    ]
    return [one for one in missing if one[1]]


def _apart(best: Scores, worst: Scores) -> bool:
    """Whether two intervals share no point."""
    high, low = best["intervals"].get("macro_f1"), worst["intervals"].get("macro_f1")
    return high is not None and low is not None and low[1] < high[0]


def _sure(system: SystemMetrics) -> list[str]:
    """Calibration on all rows."""
    found = system.get("calibration", {}).get("")
    if found is None:
        return []
    confidence, accuracy = means(found)
    ends = system["intervals"].get("accuracy")
    return [said.sure(confidence, accuracy, ends), said.ece(found["ece"], found["ece_interval"])]


def means(found: Calibration) -> tuple[float, float]:
    """Mean confidence and accuracy over all rows, from the bins' own means."""
    full = [one for one in found["bins"] if one["n"]]
    n = sum(one["n"] for one in full)
    confidence = sum(one["n"] * (one["confidence"] or 0.0) for one in full)
    accuracy = sum(one["n"] * (one["accuracy"] or 0.0) for one in full)
    return (confidence / n, accuracy / n) if n else (0.0, 0.0)


def _helped(metrics: Metrics) -> list[str]:
    """Refinement: difference, where, flips, and what the prior explains."""
    test = reading.refined(metrics)
    if test is None:
        return [said.NO_BEFORE]
    lines = [said.helped(test["difference"], test["interval"], test["randomisation_p"])]
    if len(metrics["file"]["languages"]) > 1:
        lines.append(_by_language(metrics))
    found = metrics["refinement"]
    if found is not None:
        lines.append(said.flips(found["gained"], found["lost"], *_extremes(metrics)))
        if found["prior"] is not None:
            after = metrics["systems"][STUDENT]["macro_f1"]
            lines.append(said.prior(found["prior"]["macro_f1"], after))
    return lines


def _by_language(metrics: Metrics) -> str:
    """Where the difference holds after Holm's correction."""
    sure = [
        (one["language"], one["difference"])
        for one in metrics["tests"]
        if (one["a"], one["b"]) == (STUDENT, BEFORE)
        and one["language"]
        and one["holm_p"] is not None
        and one["holm_p"] < words.SIGNIFICANT
    ]
    better = sorted((one for one in sure if one[1] > 0), key=lambda one: -one[1])
    worse = sorted((one for one in sure if one[1] < 0), key=lambda one: one[1])
    return said.helped_where(better, worse)


def _extremes(metrics: Metrics) -> tuple[str, str]:
    """The classes with the largest gain and the largest loss on balance; "" for too few rows."""
    net = dict.fromkeys(LABELS, 0)
    for cell in (metrics["refinement"] or {"cells": []})["cells"]:
        net[cell["gold"]] += cell["gained"]["n"] - cell["lost"]["n"]
    best, worst = max(net, key=net.__getitem__), min(net, key=net.__getitem__)
    return best if net[best] >= LEAST_NET else "", worst if net[worst] <= -LEAST_NET else ""


def _labels(name: str, system: SystemMetrics) -> list[str]:
    """What an unlabelled file is said to hold."""
    given = system["predicted"].get("", {})
    n = sum(given.values())
    if not n:
        return []
    order = sorted((label for label in LABELS if given.get(label)), key=lambda one: -given[one])
    counts = system["confidence"].get("", [])
    half = sum(counts[len(counts) // 2 :])
    lines = [said.labels(name, [(label, given[label] / n) for label in order], n)]
    return [*lines, said.confident(half / sum(counts))] if sum(counts) else lines


def _triggers(metrics: Metrics) -> list[str]:
    """The leader of the board beside its baselines."""
    board = metrics["triggers"]
    if board is None:
        return []
    entries = [one for one in board["entries"] if one["f1"] is not None]
    real = [one for one in entries if one["method"] not in BASELINES]
    rest = {one["method"]: one["f1"] for one in entries if one["method"] in BASELINES}
    if not real:
        return []
    best = max(real, key=lambda one: one["f1"] or 0.0)
    ends = words.between(best["f1_interval"]) if best["f1_interval"] else ""
    system = metrics["systems"].get(best["system"])
    seen = system is not None and system["provenance"]["tag"] == "seen"
    return [
        batch_refinement.best_method(best["method"], best["system"], best["f1"] or 0.0, ends),
        batch_refinement.SEEN if seen else "",
        batch_refinement.baselines_said(list(rest.items())),
    ]
