"""An evaluation's finished HTML: every figure is the record's, text stays text, gaps are named."""

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from sklearn.metrics import confusion_matrix, f1_score

from core.evaluation.plan import PREDICTIONS, Page
from core.labels import LABELS
from dashboard import served
from dashboard.views.batch import (
    answer,
    board,
    classes,
    confidence,
    distribution,
    flips,
    headline,
    lab,
    plots,
    plots_refinement,
    reading,
    report,
    results,
)
from dashboard.views.scripts import plots as script
from dashboard.wording import batch_answers, batch_refinement
from dashboard.wording import batch_results as words

SIZE = 1_000_000  # bytes of the results of five languages and six systems
VOID = {"meta", "br", "input", "img", "link"}


class Reader(HTMLParser):
    """Collects tags, attributes and text; knows which elements stay open."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.texts.append(data)


def text_of(html):
    """What a reader sees, in one line."""
    return " ".join(" ".join(Reader(html).texts).replace("\u00a0", " ").split())


def figures_of(html):
    """Every figure in a page, read as a browser reads it."""
    found = [one["data-figure"] for one in Reader(html).attributes if "data-figure" in one]
    return [json.loads(one) for one in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("batch")


@pytest.fixture(scope="module")
def sample(batch_sample):
    return batch_sample


@pytest.fixture(scope="module")
def full(sample, folder):
    return sample.metrics(folder / "full", sample.Kind())


@pytest.fixture(scope="module")
def unlabelled(sample, folder):
    return sample.metrics(folder / "unlabelled", sample.Kind(rows=200, gold=False))


@pytest.fixture(scope="module")
def triggers(sample, folder):
    kind = sample.Kind(rows=200, gold=False, triggers=True, languages=("fr", "es"))
    return sample.metrics(folder / "triggers", kind)


@pytest.fixture(scope="module")
def alone(sample, folder):
    """One student, one language: nothing to compare with."""
    kind = sample.Kind(rows=200, systems=("student",), languages=("fr",), lacking=())
    return sample.metrics(folder / "alone", kind)


@pytest.fixture(scope="module")
def truth(full, folder):
    """Gold and answers as they stand in the table."""
    return parquet.read_table(folder / "full" / PREDICTIONS).to_pydict()


KINDS = ("full", "unlabelled", "triggers", "alone")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_is_well_formed_and_says_of_each_section_what_it_has(name, request):
    metrics = request.getfixturevalue(name)
    html = results.results(metrics, {})
    reader = Reader(html)
    assert not reader.open and "script" not in reader.tags
    ids = [one["id"] for one in reader.attributes if "id" in one]
    assert len(ids) == len(set(ids)), "no id twice"
    shown = set(results.sections(metrics, {}))
    missing = [key for key in words.SECTIONS if key not in shown]
    for key in missing:
        if key != "missing":
            assert words.SECTIONS[key] in text_of(results.sections(metrics, {})["missing"]), key
    links = {one["href"] for one in reader.attributes if one.get("data-b") == "jump"}
    assert links == {f"#td-b-{key}" for key in shown} and {one[1:] for one in links} <= set(ids)


def test_all_sections_of_five_languages_and_six_systems_stay_under_a_megabyte(full):
    html = results.results(full, {})
    assert list(results.sections(full, {})) == [key for key in words.SECTIONS if key != "triggers"]
    assert len(html.encode()) < SIZE


def test_headline_shows_scikit_learns_figures_of_the_table(full, truth):
    text = text_of(headline.section(full, {}))
    for name in full["systems"]:
        f1 = f1_score(truth["gold"], truth[name], labels=LABELS, average="macro")
        low, high = full["systems"][name]["intervals"]["macro_f1"]
        assert f"{f1 * 100:.1f} [{low * 100:.1f} to {high * 100:.1f}]" in text, name
    assert "40 of 600 rows were in its refinement, without labels" in text
    assert "9 of 600 rows were in its labelled training" in text


def test_a_verdict_has_a_sign_and_a_word_beside_its_colour(full):
    test = dict(reading.refined(full), difference=0.02, interval=[0.01, 0.03])
    better = headline.difference(test | {"randomisation_p": 0.01})
    assert "▲" in better and words.BETTER in better and "+2.0" in better
    assert "p\u00a0=\u00a00.010" in better and "td-b-better" in better
    none = headline.difference(test | {"randomisation_p": 0.05})
    assert "○" in text_of(none) and words.NO_DIFFERENCE in none and "▲" not in none
    worse = headline.difference(test | {"difference": -0.02, "randomisation_p": 0.00001})
    assert "▼" in worse and "\u22122.0" in worse and "&lt;\u00a00.001" in worse


def test_a_class_that_a_language_lacks_is_a_dash_and_named(full):
    html = classes.section(full)
    student = html.split('data-choice="/student_before"')[0]
    dutch = student.split("Dutch", 1)[1].split("</tr>")[0]
    first = dutch.split("<td>")[1]
    assert words.NONE in first and "no Love in this gold" in first and "td-b-tint" not in first
    assert "Lacking: Dutch Love." in text_of(html)
    assert words.MACHINE_TRANSLATED in dutch


def test_confusion_cells_are_buttons_that_carry_what_they_count(full, truth):
    html = classes.confusion(full)
    block = html.split('data-choice="/teacher/fr"')[1].split("data-choice=")[0]
    rows = [
        (gold, said)
        for gold, said, code in zip(truth["gold"], truth["teacher"], truth["language"], strict=True)
        if code == "fr"
    ]
    matrix = confusion_matrix(*zip(*rows, strict=True), labels=LABELS)
    cells = re.findall(
        r'data-do="cell" data-system="(\w+)" data-language="(\w+)" data-gold="(\w+)" '
        r'data-predicted="(\w+)"[^>]*>([\d,]+) <small>([^<]*)',
        block,
    )
    found = {(gold, said): (int(n), share) for _, _, gold, said, n, share in cells}
    assert {one[:2] for one in cells} == {("teacher", "fr")}
    for i, gold in enumerate(LABELS):
        for j, said in enumerate(LABELS):
            n = int(matrix[i, j])
            assert found.get((gold, said), (0, ""))[0] == n
            if n > 1:
                assert found[gold, said][1] == f"{100 * n / matrix[i].sum():.0f}\u00a0%"
    assert "data-do" not in classes.confusion(full, pressed=False)


def test_a_select_names_every_block_once(full):
    html = classes.confusion(full)
    blocks = re.findall(r'data-choice="([^"]*)"( hidden)?', html)
    places = ["", *reading.languages(full)]
    assert [one for one, _ in blocks] == [
        f"/{system}/{code}" for system in full["systems"] for code in places
    ]
    assert [bool(hidden) for _, hidden in blocks] == [False] + [True] * (len(blocks) - 1)
    assert html.count("<select") == 2 and html.count("<label for=") == 2


def test_a_reliability_curve_holds_the_bins(full):
    [first, *_] = figures_of(confidence.calibration(full))
    bins = [one for one in full["systems"]["student"]["calibration"][""]["bins"] if one["n"]]
    curve = first["data"][1]
    assert curve["x"] == pytest.approx([one["confidence"] * 100 for one in bins], rel=1e-3)
    assert curve["y"] == pytest.approx([one["accuracy"] * 100 for one in bins], rel=1e-3)
    assert curve["customdata"] == first["data"][2]["y"] == [one["n"] for one in bins]
    assert first["data"][0]["line"]["dash"] == "dot", "the diagonal is told by its dash"
    assert first["layout"]["title"]["text"].endswith("(n\u00a0=\u00a0600)")


@pytest.mark.parametrize("name", KINDS)
def test_every_plot_has_titles_units_words_and_numbers(name, request):
    html = results.results(request.getfixturevalue(name), {})
    reader = Reader(html)
    places = [one for one in reader.attributes if "data-figure" in one]
    assert len(places) > 3
    for place in places:
        figure = json.loads(place["data-figure"])
        title = figure["layout"]["title"]["text"]
        assert place["role"] == "img" and place["aria-label"].startswith(f"{title}. ")
        axes = [one for key, one in figure["layout"].items() if re.match("[xy]axis", key)]
        assert any(one["title"]["text"] for one in axes), title
        assert "template" not in figure["layout"], "a template is larger than the figure"
        named = re.findall(r"#[0-9a-f]{3,8}|rgb", place["data-figure"])
        assert not named, "colours are named, so that light, dark and paper have their own"


def test_lines_of_one_plot_differ_in_dash_and_symbol_too(full):
    figure = plots_refinement.coverage(full["weights"]).figure
    forms = [(one.line.dash, one.marker.symbol) for one in figure.data]
    assert len(forms) == len(set(forms)) == len(full["weights"]["signals"]) == 6
    assert len({dash for dash, _ in forms}) == 6 and len({symbol for _, symbol in forms}) == 6


def test_flips_are_drawn_and_listed_as_they_were_counted(full, truth):
    before, after, gold = (truth[key] for key in ("student_before", "student", "gold"))
    rows = list(zip(gold, before, after, strict=True))
    gained = {
        label: sum(one == label != was and now == one for one, was, now in rows) for label in LABELS
    }
    plot = figures_of(flips.section(full))[0]
    bars = [one for one in plot["data"] if one["name"].startswith("gained")]
    columns = zip(*(one["x"] for one in bars), strict=True)
    sums = [sum(value or 0 for value in values) for values in columns]
    assert dict(zip(bars[0]["y"], sums, strict=True)) == {
        label: count for label, count in gained.items() if label in bars[0]["y"]
    }
    html = flips.section(full)
    buttons = re.findall(
        r'data-do="flip" data-language="(\w+)" data-gold="(\w+)" data-flip="gained"[^>]*>\+(\d+)',
        html,
    )
    assert sum(int(n) for _, _, n in buttons) == sum(gained.values())
    patterns = {one["marker"]["pattern"]["shape"] for one in bars}
    assert patterns == {"", "/"}, "told apart without colour"
    assert "data-do" not in flips.section(full, pressed=False)


def test_without_a_prior_there_are_no_diamonds_and_a_reason(full):
    bare = copy.deepcopy(full)
    bare["refinement"] |= {"prior": None, "prior_reason": "Too few rows & no <labels>."}
    for cell in bare["refinement"]["cells"]:
        cell |= {"prior_gained": None, "prior_lost": None}
    html = flips.section(bare)
    assert "Too few rows &amp; no &lt;labels&gt;." in html and "◆" not in html
    assert all(one.get("mode") != "markers" for one in figures_of(html)[0]["data"])
    assert words.NONE in html


def test_the_weight_lab_shows_grid_tenths_and_signals(full):
    grid, tenths, curves, *_ = figures_of(lab.section(full))
    assert grid["data"][0]["customdata"] == full["weights"]["grid"]
    errors = tenths["data"][0]["y"]
    assert errors == pytest.approx([e * 100 for e in full["weights"]["teacher_error"]], rel=1e-3)
    assert [one["name"] for one in curves["data"]] == [
        batch_refinement.signal(one["name"]) for one in full["weights"]["signals"]
    ]
    text = text_of(lab.section(full))
    for one in full["weights"]["signals"]:
        low, high = one["auroc_interval"]
        assert f"{one['auroc']:.3f} [{low:.3f} to {high:.3f}]" in text


def test_a_curve_only_where_gold_says_who_is_right(unlabelled):
    assert plots_refinement.coverage(unlabelled["weights"]) is None
    text = text_of(lab.section(unlabelled))
    assert batch_refinement.NO_AUROC in text and "Teacher errs" in text


@pytest.mark.parametrize(
    ("name", "orders"),
    [
        ("full", ["down_weighted", "disagreeing", "confident_errors", "least_confident"]),
        ("unlabelled", ["down_weighted", "disagreeing", "least_confident"]),
        ("alone", ["confident_errors", "least_confident"]),
    ],
)
def test_lists_are_offered_where_they_say_something(name, orders, request):
    metrics = request.getfixturevalue(name)
    html = lab.lists(metrics)
    assert re.findall(r'data-do="list" data-order="(\w+)"', html) == orders
    wanted = report.wanted(metrics)
    assert list(wanted) == [one for one in orders if one != "least_confident"]
    if "confident_errors" in wanted:
        assert wanted["confident_errors"].right is False
        assert wanted["confident_errors"].system == "student"


def test_the_board_ranks_methods_and_marks_baselines(triggers):
    html = board.section(triggers)
    text = text_of(html)
    assert text.index("1. Cosine") < text.index("2. Integrated") < text.index("3. Occlusion")
    assert text.count(batch_refinement.BASELINE) == 2 and "4. " not in text
    assert "No figures: The model's threshold is missing & <b>so on</b>." in text
    assert "120 of 200 tweets" in text
    sweeps = figures_of(html)
    assert len(sweeps) == 3 and batch_refinement.SWEEPS in text
    assert sweeps[0]["layout"]["shapes"][0]["x0"] == 0.38, "the checkpoint's own threshold"
    entry = triggers["triggers"]["entries"][0]
    curve = [100 * value for value in entry["sweep"]["f1"]]
    assert sweeps[0]["data"][0]["y"] == pytest.approx(curve, rel=1e-3)


def test_labels_by_language_add_up(unlabelled):
    [figure, *_] = figures_of(distribution.section(unlabelled))
    sums = [sum(parts) for parts in zip(*(one["x"] for one in figure["data"]), strict=True)]
    assert sums == pytest.approx([100] * 6, abs=0.1)
    counts = unlabelled["systems"]["student"]["predicted"]["ru"]
    row = text_of(distribution.section(unlabelled).split("Russian</th>")[1].split("</tr>")[0])
    assert [int(one) for one in re.findall(r"(?<!\d) (\d+)(?! %)\b", row)][: len(LABELS)] == [
        counts[label] for label in LABELS
    ]


def test_first_come_sentences_that_answer(full, unlabelled, triggers, alone):
    text = text_of(answer.section(full))
    student = full["systems"]["student"]
    assert f"macro-F1 of {words.score(student['macro_f1'])}" in text
    best = max(student["per_language"], key=lambda one: student["per_language"][one]["macro_f1"])
    assert f"Best in {words.language(best)}" in text
    worst = min(student["per_class"], key=lambda one: student["per_class"][one]["f1"])
    assert f"worst on {worst}" in text
    assert f"ECE, {words.between(student['calibration']['']['ece_interval'])}" in text
    refined = full["refinement"]
    assert f"{refined['gained']} rows gained, {refined['lost']} lost" in text
    assert "A fresh file may score lower".lower() in text.lower()
    assert batch_answers.NO_BEFORE in text_of(answer.section(alone))
    assert "All rows are French." in text_of(answer.section(alone))
    assert "macro-F1" not in text_of(answer.section(unlabelled))
    assert "Best is Cosine triggers of the student, with token F1 41.0 (38.0 to 44.0)." in text_of(
        answer.section(triggers)
    )


def test_a_best_language_without_the_hardest_class_is_no_fair_winner(full):
    unfair = copy.deepcopy(full)
    found = unfair["systems"]["student"]["per_language"]
    assert found["nl"]["absent"] == ["Love"]
    found["nl"]["macro_f1"] = 0.99
    text = text_of(answer.section(unfair))
    assert "Mind that Dutch has no Love: its mean is over fewer classes." in text
    found["nl"]["macro_f1"] = sorted(one["macro_f1"] for one in found.values())[2]
    assert "Mind that" not in text_of(answer.section(unfair))


def test_a_handful_of_misidentified_rows_is_no_best_or_worst_language(full):
    few = copy.deepcopy(full)
    found = few["systems"]["student"]["per_language"]
    found["ru"] |= {"n": 4, "macro_f1": 0.99}
    found["es"] |= {"n": 29, "macro_f1": 0.01}
    text = text_of(answer.section(few))
    assert "Best in" in text and "Russian" not in text.split("Best on")[0]
    assert "worst in Spanish" not in text and words.LANGID in text
    for code in ("en", "nl"):
        found[code]["n"] = 3
    text = text_of(answer.section(few))
    assert "Best in" not in text and "Only French has at least 30 rows and 5 % of all" in text
    found["fr"]["n"] = 3
    assert "No language has at least 30 rows" in text_of(answer.section(few))
    assert words.LANGID in text_of(classes.section(few))
    few["file"]["layout"]["language"] = "lang"
    assert words.LANGID not in text_of(answer.section(few)) + text_of(classes.section(few))


def test_a_class_of_few_gold_rows_is_said_to_carry_the_macro_average(full):
    few = copy.deepcopy(full)
    found = few["systems"]["student"]["per_class"]
    assert "fewer than 10 gold rows" not in text_of(answer.section(full))
    found["Fear"] |= {"f1": 0.0, "support": 1}
    text = text_of(answer.section(few))
    assert "worst on Fear (F1 0.0, 1 gold row)" in text
    assert "Fear (1) has fewer than 10 gold rows: the macro average hangs on few rows" in text


@pytest.mark.parametrize("name", ["unlabelled", "triggers"])
def test_provenance_is_said_without_labels_too(name, request):
    text = text_of(results.results(request.getfixturevalue(name), {}))
    run = text.rsplit(words.SECTIONS["run"], 1)[1]
    assert "Student 2 : ✗ seen 9 of 200 rows" in run.replace("Student 2:", "Student 2 :")
    assert "40 of 200 rows were in its refinement, without labels" in run
    for tag in ("seen", "transductive", "unknown"):
        assert words.ABOUT_TAGS[tag] in run


def test_a_leader_whose_tweets_were_seen_is_no_figure_to_report(triggers):
    assert batch_refinement.SEEN not in text_of(answer.section(triggers))
    seen = copy.deepcopy(triggers)
    seen["systems"]["student"]["provenance"] |= {"tag": "seen", "seen": 7}
    assert batch_refinement.SEEN in text_of(answer.section(seen))
    assert words.ABOUT_TAGS["seen"] in text_of(board.section(seen))
    assert "exact part of the logit" not in text_of(board.section(seen))
    first, second, *_ = seen["triggers"]["entries"]
    first["method"], second["method"] = "own", "contribution"
    assert "exact part of the logit" in text_of(board.section(seen))


@pytest.mark.parametrize(
    ("confidence", "ends", "said"),
    [
        (0.80, [0.55, 0.65], "overconfident"),
        (0.40, [0.55, 0.65], "underconfident"),
        (0.64, [0.55, 0.65], "no clear over- or underconfidence"),
        (0.61, [0.595, 0.605], "well matched"),
        (0.80, None, "no clear over- or underconfidence"),
    ],
)
def test_overconfident_only_beyond_the_interval_of_accuracy(confidence, ends, said):
    assert batch_answers.sure(confidence, 0.6, ends).endswith(f": {said}.")


def test_a_prior_that_does_as_well_is_said_to():
    assert "would have done as well" in batch_answers.prior(0.6, 0.6)
    assert "as well" not in batch_answers.prior(0.59, 0.6)


def test_a_stopped_run_says_first_of_which_rows_it_is(full, unlabelled, triggers):
    for metrics in (full, unlabelled):
        part = copy.deepcopy(metrics)
        part["run"]["stopped"] = True
        said = batch_answers.stopped(part["file"]["rows"])
        assert text_of(answer.section(part)).startswith(said)
        assert said in text_of(results.sections(part, {})["run"])
        assert said not in text_of(answer.section(metrics))
    part = copy.deepcopy(triggers)
    part["run"]["stopped"] = True
    assert text_of(answer.section(part)).startswith(batch_answers.STOPPED_BOARD)


def test_mean_confidence_and_accuracy_are_those_of_the_rows(full, truth):
    sure = [
        max(truth[f"student_{label.lower()}"][place] for label in LABELS)
        for place in range(len(truth["gold"]))
    ]
    right = [a == b for a, b in zip(truth["student"], truth["gold"], strict=True)]
    found = answer.means(full["systems"]["student"]["calibration"][""])
    assert found == pytest.approx((sum(sure) / 600, sum(right) / 600), abs=1e-6)


@pytest.mark.parametrize(
    ("difference", "p", "said"),
    [
        (0.018, 0.012, "Yes: it raised macro-F1 by 1.8 points (1.0 to 2.6; p = 0.012)."),
        (-0.018, 0.0001, "No: it lowered macro-F1 by 1.8 points (1.0 to 2.6; p < 0.001)."),
        (0.018, 0.05, "No effect shown: macro-F1 changed by +1.8 points (1.0 to 2.6; p = 0.050)"),
    ],
)
def test_refinement_helped_only_beyond_chance(difference, p, said):
    found = batch_answers.helped(difference, [0.01, 0.026], p).replace("\u00a0", " ")
    assert found.startswith(said)


def test_numbers_that_are_not_there_are_dashes():
    assert words.score(None) == words.score(float("nan")) == words.p(None) == words.NONE
    assert words.interval([None, 0.2]) == words.interval(None) == words.bare(None) == ""
    assert words.between([-0.012, 0.2]) == "\u22121.2 to 20.0"
    assert words.share(1, 0) == words.NONE and words.p(0.0009) == "<0.001"
    assert words.system("student_3") == "Student 3" and words.system("x_1") == "x_1"
    assert words.language("unknown") == "Not recognised" and words.language("pt") == "pt"
    assert words.language("<b>") == "Not recognised"


# --- what comes from files stays text


ANYTHING = st.text(st.characters(codec=None), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(ANYTHING)
def test_results_and_report_have_the_same_elements_whatever_they_are_called(alone, value):
    def tags(name):
        metrics = copy.deepcopy(alone)
        metrics["file"]["name"] = metrics["run"]["command"] = metrics["run"]["device"] = name
        metrics["run"]["models"] = [{"role": name, "name": name, "identity": name}]
        metrics["systems"]["student"]["model"] = name
        row = {"row": 1, "id": name, "text": name, "translation": f"{name}.", "language": name}
        page = Page((row | {"gold": "Joy", "student": "Joy"},), 1)
        drawn = results.results(metrics, {"student": f"x{name}"}) + report.rows(
            {"disagreeing": page}
        )
        reader = Reader(drawn)
        kept = zip(reader.tags, reader.attributes, strict=True)
        return [(tag, sorted(one)) for tag, one in kept if one.get("class") != "td-invisible"]

    assert tags(value) == tags("x")


@given(ANYTHING)
def test_a_figure_comes_back_whole_and_nothing_in_it_ends_the_attribute(value):
    figure = go.Figure(layout={"title": {"text": value}, "meta": {"k": "'\"<&>\u2028"}})
    packed = plots.encoded(figure)
    assert not set("'<>&") & set(packed) and packed.isascii()
    [found] = Reader(f"<div data-figure='{packed}'></div>").attributes
    back = json.loads(found["data-figure"])["layout"]
    assert back["title"]["text"] == value and back["meta"]["k"] == "'\"<&>\u2028"


def test_the_report_carries_its_script_forbids_all_else_and_shows_texts_as_text(
    full, sample, folder
):
    html = report.report(full, sample.lists(folder / "full"))
    body = html.split("<script>")[0]
    assert html.count("<script>") == html.count("</script>") == 2
    assert "default-src 'none'" in html and "<script" not in body.split("<main>")[1]
    assert not re.findall(r'(?:src|href)="(?!#)', body)
    text = " ".join(Reader(f"{body}</body></html>").texts)
    for hostile in sample.HOSTILE:
        shown = hostile.replace("\u202e", "U+202E").replace("\u202c", "U+202C")
        plain = re.sub(r"\s", "", shown.replace("\x00", "U+0000"))
        assert plain in re.sub(r"\s", "", text), hostile
    assert "dev <b>&amp;.tsv" in text and 'python -m train batch --file "dev <b>.tsv"' in text
    assert body.count("td-b-row") >= 60 and "20 of 300 rows" in text
    assert served.plotly_file().read_text(encoding="utf-8")[:200] in html


def test_the_served_file_is_plotlys_own():
    [route] = served.routes()
    assert route.path == served.PLOTLY and "GET" in route.methods
    assert served.plotly_file().stat().st_size > 1_000_000
    assert Path(served.PLOTLY).name in script.plots() and "__" not in script.plots()
    assert "__" not in script.standalone()
    colours = re.findall(r"--td-[a-z-]+", script.plots())
    known = {f"--td-{one}" for one in ("ink", "card", "line", "soft", "accent")}
    assert known <= set(colours)
