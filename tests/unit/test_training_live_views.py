"""The live side of the Train tab as HTML: each state is told, nothing of a user's can be markup."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dashboard.views.training import compared, curves, live, made, runs, signs, stages, weights
from dashboard.views.training.made import Made
from dashboard.views.training.runs import Seen
from dashboard.wording import training_live as words
from dashboard.wording import training_scores
from train.jobs.records import Job, Part, State, Told, Weights
from train.jobs.standing import AGAIN

NASTY = '<img src=x onerror="alert(1)">${alert(1)}\u202e&amp;\'"'
JOB = Job("full-0001", Path("/runs/train/full-0001"), "full", "running", "My run", made=1000.0)
STATES: tuple[State, ...] = (
    "queued", "running", "finished", "failed", "cancelled", "interrupted",
)  # fmt: skip


class Text(HTMLParser):
    """What a reader sees, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.parts)).strip()

    def with_mark(self, mark: str) -> list[str | None]:
        """The values of an attribute, in order."""
        return [attrs[mark] for _, attrs in self.tags if mark in attrs]


def figures(html: str) -> list[dict[str, Any]]:
    """The plotly figures of some HTML."""
    return [json.loads(str(one)) for one in Text(html).with_mark("data-figure")]


def told(**more: Any) -> Told:
    return replace(Told("full", "student", seconds=60.0, started=1000.0), **more)


# --- the first sentence


PIPELINE = (
    Part("split", "split", "ran", 12.0),
    Part("teacher", "teacher", "ran", 348.0),
    Part("student_before", "student", "up to date", 999.0),
    Part("student", "distil", "running", 5.0),
    Part("scores", "evaluate"),
)


def test_of_a_pipeline_the_bar_says_what_earlier_stages_took() -> None:
    now = told(done=412, total=1482, left=60.0, parts=PIPELINE)
    said = Text(live.state(Seen(JOB, now, 1060.0))).text
    assert "stage 4 of 5: student" in said and "left in this stage" in said
    assert "earlier stages took 6\u00a0min" in said.replace(" min", "\u00a0min")


def test_a_stage_that_counts_nothing_yet_says_what_it_does() -> None:
    said = Text(live.state(Seen(JOB, told(parts=PIPELINE), 1060.0))).text
    assert words.PREPARING in said
    said = Text(live.state(Seen(JOB, told(parts=PIPELINE, part="weigh_again"), 1060.0))).text
    assert "Preparing: weigh again" in said


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (32, "Stopped in student, at step 32; Resume goes on from there."),
        (None, "Stopped in student, before its first checkpoint; Resume begins this stage again"),
    ],
)
def test_a_stopped_pipeline_says_in_which_stage_and_at_which_step(
    step: int | None, said: str
) -> None:
    job = replace(JOB, state="cancelled", sentence="Cancelled.", hint="Go on with: python -m x")
    now = told(step=step, parts=PIPELINE, ended=1060.0)
    found = Text(live.state(Seen(job, now, 1060.0))).text
    assert said in found and "python -m" not in found and "Cancelled." not in found


def test_a_killed_one_keeps_its_reason() -> None:
    job = replace(JOB, state="interrupted", sentence="Its process was killed.", hint="Less.")
    found = Text(live.state(Seen(job, told(step=7), 1060.0))).text
    assert "Its process was killed. Less. Interrupted at step 7; Resume goes on" in found


def test_one_cancelled_before_it_began_has_nothing_to_go_on_from() -> None:
    job = replace(JOB, state="cancelled", sentence="Cancelled before it began.", hint=AGAIN)
    found = Text(live.state(Seen(job, Told("full"), None))).text
    assert f"Cancelled before it began. {AGAIN}" in found and "checkpoint" not in found


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_by_a_sign_and_a_word(state: State) -> None:
    html = live.state(Seen(replace(JOB, state=state, place=1), told(), 1060.0))
    sign, word = words.STATES[state]
    assert sign in Text(html).text and word in Text(html).text
    others = {w for key, (_, w) in words.STATES.items() if key != state and w != word}
    assert not [w for w in others if re.search(rf"\b{re.escape(w)}\b", Text(html).text)]


def test_a_running_one_says_stage_count_share_and_time_left() -> None:
    parts = (Part("teacher", "teacher", "ran"), Part("student", "distil", "running"))
    now = told(part="refine", done=412, total=1482, unit="steps", left=372.0, parts=parts)
    html = live.state(Seen(JOB, now, 1060.0))
    said = Text(html).text
    assert "stage 2 of 2: student · refine" in said
    assert "28\u00a0%" in html  # 412 / 1482
    assert "412 of 1,482 steps" in said and "about 6 min left" in said
    [bar] = [attrs for tag, attrs in Text(html).tags if tag == "progress"]
    assert (bar["value"], bar["max"]) == ("412", "1482")


def test_what_passes_with_time_is_a_clock_and_not_in_the_html() -> None:
    """Else every look would send the part anew although nothing happened."""
    seen = Seen(JOB, told(done=3, total=9, seconds=40.0), 1050.0)
    read = Text(live.state(seen))
    marks = dict(zip(read.with_mark("data-clock"), read.with_mark("data-at"), strict=False))
    assert marks == {"since": "1010.0", "ago": "1050.0"}  # it had worked 40 s when it was heard


def test_without_a_total_the_bar_has_no_end() -> None:
    [bar] = [
        attrs
        for tag, attrs in Text(live.state(Seen(JOB, told(done=7), 1060.0))).tags
        if tag == "progress"
    ]
    assert "value" not in bar


def test_a_stopping_one_says_so_and_cannot_be_stopped_twice() -> None:
    job = replace(JOB, stopping=True)
    assert words.STOPPING_SAID.split(":")[0] in Text(live.state(Seen(job, told(), 1060.0))).text
    assert "stop" not in Text(live.acts(job)).with_mark("data-l")


def test_a_failed_one_gives_reason_and_hint() -> None:
    job = replace(JOB, state="failed", sentence="No column Emotion.", hint="Say gold=label.")
    said = Text(live.state(Seen(job, told(), 1060.0))).text
    assert "No column Emotion." in said and "Say gold=label." in said


def test_an_interrupted_one_says_from_where_it_would_go_on() -> None:
    job = replace(JOB, state="interrupted")
    assert "step 1,200" in Text(live.state(Seen(job, told(step=1200), 1.0))).text
    assert "its first checkpoint" in Text(live.state(Seen(job, told(), 1.0))).text


@pytest.mark.parametrize(
    ("state", "terminal", "expected"),
    [
        ("queued", False, ["stop"]),
        ("running", False, ["stop"]),
        ("running", True, ["stop"]),
        ("finished", False, ["remove"]),
        ("failed", False, ["resume", "remove"]),
        ("cancelled", False, ["resume", "remove"]),
        ("interrupted", False, ["resume", "remove"]),
        ("interrupted", True, []),
    ],
)
def test_only_what_makes_sense_is_offered(
    state: State, terminal: bool, expected: list[str]
) -> None:
    job = replace(JOB, state=state, terminal=terminal)
    assert Text(live.acts(job)).with_mark("data-l") == expected


# --- the list


def test_no_runs_say_what_to_do() -> None:
    assert words.EMPTY in Text(runs.table([], "", 0)).text


def test_the_list_says_who_what_and_where_in_the_queue() -> None:
    queued = replace(JOB, id="b", state="queued", place=2, owner="ana", name="Second")
    typed = replace(JOB, id="c", name="", terminal=True)
    html = runs.table([Seen(queued, Told()), Seen(typed, told(done=1, total=4), 1001.0)], "c", 2)
    said = Text(html).text
    assert "number 2 in the queue" in said and "by ana" in said
    assert words.TERMINAL in said and "25\u00a0%" in html
    keys = [attrs["data-key"] for tag, attrs in Text(html).tags if tag == "tr" and attrs]
    current = [a["data-key"] for t, a in Text(html).tags if t == "tr" and "aria-current" in a]
    assert keys == ["b", "c"] and current == ["c"]


@pytest.mark.parametrize(
    ("outcome", "curve", "expected"),
    [
        ({"steps": 3, "after_macro_f1": 0.56, "before_macro_f1": 0.53}, None, 0.56),
        ({"macro_f1": 0.5}, ((10, 0.7),), 0.5),  # a final figure goes before a curve
        ({}, ((10, 0.7), (20, 0.75), (30, None)), 0.75),
        ({"selected": "refined"}, None, None),
    ],
)
def test_the_main_figure(outcome: Mapping[str, Any], curve: Any, expected: float | None) -> None:
    own = {"student": {"eval_macro_f1": curve}} if curve else {}
    found = runs.main_figure(Seen(JOB, told(outcome=outcome, curves=own)))
    assert (found and found.value) == expected


def test_the_main_figure_says_what_it_was_measured_on_and_whose_it_is() -> None:
    points = {"teacher": {"eval_macro_f1": ((10.0, 0.696),)}}
    running = Text(runs.table([Seen(JOB, told(curves=points), 1.0)], "", 1)).text
    assert "0.696 macro-F1 on validation · teacher" in running
    outcome = {"macro_f1": 0.7, "validation_rows": 50}
    ended = runs.main_figure(Seen(JOB, told(outcome=outcome)))
    assert ended is not None and ended.name == "macro-F1 on validation (50 rows)"


def test_a_training_that_changed_nothing_says_so_on_top() -> None:
    done = replace(JOB, state="finished")
    kept = Text(live.state(Seen(done, told(outcome={"selected": "step 0"})))).text
    assert training_scores.UNCHANGED in kept
    other = Text(live.state(Seen(done, told(outcome={"selected": "trained"})))).text
    assert training_scores.UNCHANGED not in other
    parts = (Part("student", "distil", "ran", figures={"selected": "step 0"}),)
    of_stage = Text(live.state(Seen(done, told(parts=parts)))).text
    assert "student: no step was better than the start" in of_stage


# --- stages


def test_stages_that_do_not_need_each_other_share_a_level() -> None:
    parts = (
        Part("teacher"), Part("before"), Part("student", needs=("teacher", "before")),
        Part("thresholds", needs=("teacher",)), Part("evaluate", needs=("student", "thresholds")),
    )  # fmt: skip
    names = [[part.name for part in level] for level in stages.levels(parts)]
    assert names == [["teacher", "before"], ["student", "thresholds"], ["evaluate"]]


def test_a_skipped_stage_says_so_and_a_failed_one_why() -> None:
    parts = (
        Part("teacher", "teacher", "up to date", 243.0),
        Part("student", "distil", "failed", 3.0, sentence="The loss is not a number."),
    )
    said = Text(stages.stages(parts)).text
    assert "skipped, as before: 4 min 3 s" in said
    assert "The loss is not a number." in said


# --- curves and weights


def test_a_curve_is_drawn_point_by_point_with_title_axes_and_unit() -> None:
    points = ((1.0, 0.9), (2.0, None), (3.0, 0.5))
    marked = ((2.0, 0.8),)
    html = curves.sections({"student": {"loss": points, "eval_loss": marked}}, {})["student"]
    [figure] = figures(html)
    train, valid = figure["data"]
    assert (train["x"], train["y"]) == ([1.0, 2.0, 3.0], [0.9, None, 0.5])
    assert (valid["x"], valid["y"], valid["mode"]) == ([2.0], [0.8], "lines+markers")
    assert train["line"] != valid["line"]
    layout = figure["layout"]
    assert layout["title"]["text"] == "Loss" and layout["yaxis"]["title"]["text"] == "loss"
    assert layout["xaxis"]["title"]["text"] == words.STEPS


def test_the_newest_stage_stands_first_and_an_empty_one_is_left_out() -> None:
    some = {"loss": ((1.0, 1.0),)}
    found = curves.sections({"teacher": some, "data": {}, "student": some}, {})
    assert list(found) == ["student", "teacher"]


def test_metrics_nobody_foresaw_are_drawn_too() -> None:
    html = curves.sections({"base": {"loss": ((1.0, 1.0),), "eval_retrieval": ((1.0, 0.4),)}}, {})
    titles = [figure["layout"]["title"]["text"] for figure in figures(html["base"])]
    assert titles == ["Loss", "retrieval"]


def test_the_weights_histogram_holds_the_counts() -> None:
    found = Weights((0.0, 0.5, 1.0), (30, 10), 40, 0.625, 0.3)
    html = weights.weights({"student": found})["student"]
    [figure] = figures(html)
    [bars] = figure["data"]
    assert (bars["x"], bars["y"], bars["width"]) == ([0.25, 0.75], [30, 10], [0.5, 0.5])
    assert "62\u00a0% of 40 tweets count" in html and "0.300 on average" in html


# --- several runs


def seen_as(name: str, own: Mapping[str, Any], key: str = "") -> Seen:
    job = replace(JOB, id=key or name, name=name, state="finished")
    return Seen(job, told(curves={"distil": {"loss": ((1.0, 0.5),)}}, outcome=own))


def test_curves_of_several_runs_differ_in_colour_and_form() -> None:
    several = [seen_as(name, {}) for name in "abcdef"]
    html = compared.compared(several, [{}] * 6)["curves"]
    [figure] = figures(html)
    lines = [trace["line"] for trace in figure["data"]]
    assert [trace["name"] for trace in figure["data"]] == list("abcdef")
    assert len({line["color"] for line in lines}) == len({line["dash"] for line in lines}) == 6


def test_only_options_that_differ_are_shown() -> None:
    one = {"seed": 13, "output": "a", "epochs": 3, "stages": {"teacher": {"epochs": 1}}}
    two = {"seed": 13, "output": "b", "epochs": 4, "stages": {"teacher": {"epochs": 2}}, "x": None}
    found = compared.differing([one, two])
    assert found == {
        "epochs": ["3", "4"],
        "stages.teacher.epochs": ["1", "2"],
    }  # x is null in one and unknown in the other: no difference


def test_options_of_several_recipes_begin_with_those_that_all_have() -> None:
    one, two = {"epochs": 3, "teacher_model": "a"}, {"epochs": 4, "beams": 2}
    html = compared.differences(["a", "b"], [one, two], True)
    first, _, folded = html.partition("<details")
    assert "epochs" in first and "beams" not in first
    assert "beams" in folded and "teacher_model" in folded and "(2)" in folded
    assert "<details" not in compared.differences(["a", "b"], [one, two])


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        ("eval_macro_f1", (0.7, 0.7), [0.68, 0.72]),
        ("eval_macro_f1", (0.99, 1.0), [0.97, 1.0]),
        ("eval_macro_f1", (0.0, 0.01), [0.0, 0.03]),
        ("eval_macro_f1", (0.2, 0.7), [0.16, 0.74]),
        ("loss", (2.0, 2.0), [1.8, 2.2]),
        ("loss", (0.5, 2.0), None),
    ],
)
def test_an_axis_is_as_long_as_its_values_deserve(
    metric: str, values: tuple[float, ...], expected: list[float] | None
) -> None:
    points = tuple(enumerate(values))
    [figure] = figures(curves.sections({"student": {metric: points}}, {})["student"])
    assert figure["layout"]["yaxis"].get("range") == expected


def test_figures_that_say_nothing_are_left_out() -> None:
    said = Text(made.table({"validation_seen": 0, "f1": 0.0, "note": "none", "x": None})).text
    assert "trained or chosen on" not in said and "none" not in said and "x" not in said.split()
    assert "F1 0" in said, "a figure that is 0 is a figure"
    assert "trained or chosen on 3" in Text(made.table({"validation_seen": 3})).text


def test_a_small_option_is_written_so_that_it_can_be_told_apart() -> None:
    found = compared.differing([{"learning_rate": 1e-5}, {"learning_rate": 1.05e-5}])
    assert found == {"learning_rate": ["1e-05", "1.05e-05"]}


def test_options_that_round_to_the_same_still_differ() -> None:
    found = compared.differing([{"tau": 0.123456}, {"tau": 0.123457}])
    assert found == {"tau": ["0.123456", "0.123457"]}


def test_the_better_figure_is_bold_where_it_is_known_what_is_better() -> None:
    html = compared.metrics(
        ["a", "b"],
        [
            {"macro_f1": 0.5, "unseen_kl": 0.2, "steps": 3},
            {"macro_f1": 0.6, "unseen_kl": 0.3, "steps": 4},
        ],
    )
    assert re.findall(r"<strong>([^<]*)</strong>", html) == ["0.600", "0.200"]


def test_runs_of_the_same_name_are_told_apart_by_their_ids() -> None:
    assert compared.names_of([seen_as("a", {}, "x"), seen_as("a", {}, "y")]) == ["a (x)", "a (y)"]


# --- what came of it


def test_a_model_is_offered_in_the_roles_it_can_have() -> None:
    html = made.result({}, [Made(".", "mine", "/m", "student"), Made("t", "t", "/t", "teacher")])
    assert Text(html).with_mark("data-as") == ["student", "student before", "teacher"]
    refused = made.result({}, [Made(".", "mine", "/m", "", problem="It is half-written.")])
    assert "It is half-written." in refused and not Text(refused).with_mark("data-l")


def test_nothing_of_a_users_becomes_markup() -> None:
    """Every text that comes from outside, in every view."""
    job = Job(
        NASTY, Path("/x"), NASTY, "failed", NASTY, NASTY, 1.0, command=NASTY, output=NASTY,
        sentence=NASTY, hint=NASTY,
    )  # fmt: skip
    part = Part(NASTY, NASTY, "failed", 1.0, {NASTY: 1.0}, NASTY, (), (Part(NASTY, "", NASTY),))
    own = told(
        stage=NASTY, part=NASTY, unit=NASTY, figures={NASTY: 1.0}, device=NASTY, parts=(part,),
        curves={NASTY: {NASTY: ((1.0, 1.0),)}}, outcome={NASTY: {NASTY: NASTY}}, done=1,
    )  # fmt: skip
    running = Seen(replace(job, state="running"), own, 1.0)
    drawn = [
        live.head(job), live.state(Seen(job, own)), live.state(running), live.facts(running),
        live.log(job, ["log.txt"]), live.command(job), runs.table([running], "", 1),
        stages.stages((part,)), *curves.sections(own.curves, {}).values(),
        made.result(own.outcome, [Made(NASTY, NASTY, NASTY, "student", "", ("student",))], NASTY),
        *compared.compared([running, Seen(job, own)], [{NASTY: NASTY}, {}]).values(),
    ]  # fmt: skip
    for html in drawn:
        assert not [tag for tag, _ in Text(html).tags if tag in ("img", "script")], html
        assert "\u202e" not in html and "onerror" not in "".join(
            name for _, attrs in Text(html).tags for name in attrs
        )
    shown = [html for html in drawn if "&lt;img" in html]
    assert len(shown) == len(drawn) - 2  # a title and a table that hold no text from outside


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (754, "12 min"),
     (3599.6, "1 h"), (7500, "2 h 5 min")],
)  # fmt: skip
def test_a_duration_as_a_person_says_it(seconds: float, expected: str) -> None:
    assert words.duration(seconds).replace("\u00a0", " ") == expected


def test_a_moment_is_exact_for_programs() -> None:
    html = signs.moment(1_795_374_617)
    [(tag, attrs)] = Text(html).tags
    assert (tag, attrs["datetime"]) == ("time", "2026-11-22T19:10:17Z")
