"""Sentences of the Train tab's live side: the list of runs, one run, several runs side by side.

Knows words and how times, sizes and figures are written; knows no HTML, no colours, no events.
"""

import math
from collections.abc import Sequence

from dashboard.wording.numbers import number

# the list
RUNS = "Runs"
EMPTY_TITLE = "No runs yet"
EMPTY = (
    "Choose a recipe above and press Start: the run shows here, live, and goes on when you close "
    "this page. Runs that are begun in a terminal show here too, within ten seconds."
)
SLOTS = "At once"
SLOTS_ABOUT = "How many runs of the queue may be under way at once; further ones wait their turn."
COLUMNS = ("Compare", "State", "Run", "Begun", "Took", "Result")
COMPARE_THIS = "Compare {name}"
SHOW = "Show {name}"
SUBMITTED = "submitted"
TERMINAL = "begun in a terminal"
BY = "by {owner}"
PLACES = {1: "next in the queue"}
PLACE = "number {place} in the queue"
OLDER = "Show all {count} runs"
COMPARE = "Compare the ticked runs"
COMPARE_ABOUT = "Tick two to six runs to lay their curves over each other."
COMPARE_LIMIT = 6
CLOSE = "Close"
LOADING = "Looking for runs…"

# states: a sign, a word; a word never stands without its sign, and no state is told by colour only
STATES = {
    "queued": ("◷", "Waiting"),
    "running": ("▶", "Running"),
    "stopping": ("◼", "Stopping…"),
    "finished": ("✓", "Finished"),
    "failed": ("✗", "Failed"),
    "cancelled": ("■", "Stopped"),
    "interrupted": ("‼", "Interrupted"),
}

# one run
QUEUED_SAID = "It waits for its turn and starts by itself: {place}."
STARTING = "The process has begun; it loads its libraries, which takes some seconds."
STOPPING_SAID = (
    "It was asked to stop: it finishes its step, saves a checkpoint where it trains, and ends. "
    "After the grace time it is killed; the last whole checkpoint is kept either way."
)
CLOCK = {
    "seconds": "{n}\u00a0s",
    "minutes": "{n}\u00a0min",
    "hours": "{n}\u00a0h",
    "ago": "{time} ago",
}
HEARD = "told something"
QUIET = (
    "Nothing was told for a while. The process is alive: a long step, loading or saving can be "
    "the reason."
)
LEAVE = "You may close this page: the run goes on, and shows again when you come back."
OF_TOTAL = "{done} of {total}{unit}"
OF_UNKNOWN = "{done}{unit}"
LEFT = "about {time} left in this stage"
EARLIER = "earlier stages took {time}"
PREPARING = "Loading models and data"
PREPARING_PART = "Preparing: {part}"
TOOK_SO_FAR = "running for"
ALL_TOOK = "took {time}"
ENDED_AT = "ended"
CANCELLED_SAID = "It was stopped on request."
INTERRUPTED_SAID = "It ended without a word: its process was killed, or the machine restarted."
FAILED_SAID = "The run ended with a problem; the end of its log says more."
ENDED_EARLY = {"cancelled": "Stopped", "interrupted": "Interrupted", "failed": "Failed"}
CHECKPOINT = "{ended}{stage} at step {step}; Resume goes on from there."
NO_CHECKPOINT = "{ended}{stage} before its first checkpoint; Resume begins again with what is done."
NO_CHECKPOINT_STAGE = (
    "{ended}{stage} before its first checkpoint; Resume begins this stage again and keeps those "
    "before it."
)
IN_STAGE = " in {stage},"
FINISHED_SAID = "The run is complete."

STOP, RESUME, REMOVE = "Stop", "Resume", "Remove"
STOP_SURE = "Stop this run? It finishes its step and keeps what it has: Resume can go on with it."
STOP_YES, STOP_NO = "Stop the run", "Let it run"
DEQUEUE_SURE = "Take this run out of the queue? It has not begun."
REMOVE_SURE = "Remove this run with everything in its folder: log, checkpoints, and what it made?"
REMOVE_YES, REMOVE_NO = "Remove it…", "Keep it"
REMOVE_AGAIN = "This cannot be undone. The models of this run are deleted from the disk."
REMOVE_LAST = "Delete for good"
REMOVED = "The run was removed."
RESUMED = "The run is in the queue again."
STOP_ASKED = "The run was asked to stop."

STAGES = "Stages"
PARTS = "What it does"
PART_STATES = {
    "waiting": ("○", "waiting"),
    "running": ("▶", "at work"),
    "ran": ("✓", "done"),
    "up to date": ("✓", "skipped, as before"),
    "adopted": ("✓", "taken from an earlier run"),
    "failed": ("✗", "failed"),
    "left out": ("–", "left out"),
    "interrupted": ("‼", "interrupted"),
}
SIDE_BY_SIDE = "independent of each other"

RECIPE, DEVICE, SPEED, MEMORY, STARTED, OUTPUT = (
    "Recipe", "Device", "Speed", "Memory", "Begun", "Writes to",
)  # fmt: skip
SAMPLES = "{rate} samples a second"
MEMORY_SAID = "{now} now, {peak} at most"
MEMORY_PEAK = "{peak} at most"

CURVES = "Curves"
MORE_CURVES = "More curves"
WEIGHTS_TITLE = "How much each tweet counts, w̄"
WEIGHTS_SAID = "{share} of {tweets} tweets count (w̄ above 0); w̄ is {mean} on average."
WEIGHTS_AXES = ("w̄: 0 counts for nothing, 1 in full", "tweets")
WEIGHTS_HEADS = ("w̄ from – to", "Tweets")

LOG = "Log"
LOG_NONE = "Nothing was written yet."
LOG_TERMINAL = "It was begun in a terminal: what it prints stands there."
LOG_LABEL = "The end of the run's log"
LOG_CUT = "… earlier lines are in log.txt"
LOG_FOLLOW = "Go to the end"
FILES = "Download"
COMMAND = "The same from a shell"
COMMAND_ABOUT = (
    "Typed in a shell, it writes to the folder that it names as output. The run that was started "
    "here writes to a folder of its own: {place}."
)
COPY, COPIED = "Copy", "Command copied."
COPY_FAILED = "This browser does not let the page copy: select the command and copy it."

RESULT = "What came of it"
MAIN_FIGURES = "Final figures"
MORE_FIGURES = "More figures"
FIGURE_HEADS = ("Figure", "Value")
MODELS = "Models it made"
LOAD = "Load into Compare as {role}"
LOAD_LABEL = "{said}: {name}"
LOAD_ROLES = {
    "teacher": "teacher",
    "student": "student",
    "student before": "student before",
    "translator": "translator",
}
LOAD_OTHER = "as {role}"
LOADING_MODEL = "Loading {name} as {role}. Compare answers with the models before until then."
MODELS_LOADING = (
    "Models are being loaded. Compare answers with the models before until the new ones stand."
)
IN_COMPARE = "in Compare as {role}"
TO_COMPARE = "Open Compare"
OPEN_FIRST = "To read first"

# several runs
COMPARED = "{count} runs compared"
CONFIGS = "What was set differently"
SAME_CONFIGS = "These runs have the same options."
SAME_SHARED = "The options that all of these recipes have are the same."
OTHER_OPTIONS = "Options that only some of these recipes have"
OPTION = "Option"
NOT_SET = "–"
METRICS = "Final figures"
NO_METRICS = "None of these runs has final figures yet."
NO_OVERLAY = "These runs have no curves in common yet."
TOO_MANY = ("At most six runs can be compared.", "Untick some.")

# problems
UNREADABLE = ("The page's question could not be read.", "Reload the page.")
NO_FILE = ("There is no such file of this run.", "It may not have been written yet.")
NO_MODEL = ("This run made no such model.", "Reload the page.")
SLOTS_SET = "Runs at once: {count}."
SLOTS_SHAPE = ("The number of runs at once must be from 1 to {most}.", "")
AWAY = (
    "The server does not answer. Figures are from {time}; runs go on without it. This page tries "
    "again by itself."
)
AWAY_RUN = (
    "The server does not answer. Figures are from {time}; the run goes on without it. This page "
    "tries again by itself."
)
GONE = "The run of this address is no longer there."

# figures
TITLES = {
    "loss": "Training loss",
    "eval_loss": "Validation loss",
    "eval_macro_f1": "Macro-F1 on validation tweets",
    "eval_accuracy": "Accuracy on validation tweets",
    "eval_log_likelihood": "Log-likelihood of validation tweets",
    "kl": "Mean KL, teacher ‖ student, in training",
    "eval_kl": "Mean KL, teacher ‖ student, on validation tweets",
    "eval_unseen_kl": "Mean KL, teacher ‖ student, on tweets held out",
}
UNITS = {
    "loss": "loss",
    "eval_loss": "loss",
    "eval_macro_f1": "macro-F1",
    "eval_accuracy": "accuracy",
    "eval_log_likelihood": "nats a tweet",
    "kl": "KL, nats",
    "eval_kl": "KL, nats",
    "eval_unseen_kl": "KL, nats",
}
GROUPS = {
    "loss": ("Loss", ("loss", "eval_loss")),
    "f1": ("Macro-F1", ("eval_macro_f1",)),
    "kl": ("Mean KL, teacher ‖ student", ("kl", "eval_kl", "eval_unseen_kl")),
}
"""Name of a plot → its title and the metrics in it."""
STEPS = "steps of the optimiser"
POINT_HEADS = ("Metric", "First", "Last", "Lowest", "Highest")
CURVE_SAID = "{name}: {last} at step {step}"
FIGURES = {
    "macro_f1": "macro-F1",
    "unseen_kl": "mean KL on tweets held out",
    "kl": "mean KL",
    "samples_per_second": "samples a second",
    "f1": "F1",
    "validation_rows": "validation rows",
    "validation_seen": "validation rows that the start was trained or chosen on",
    "selected": "weights kept",
}
WHEN = {
    "before_": " before refinement",
    "after_": " after refinement",
    "last_": " after the last epoch",
}
"""Beginning of a figure's name → what it says."""
MAIN = ("after_macro_f1", "student_macro_f1", "macro_f1", "retrieval", "f1", "threshold")
"""Names of final figures of which the first that a run has stands in the list."""
ON_VALIDATION = ("after_macro_f1", "macro_f1")
"""Those of them that trainings measure on their validation rows."""
SHARES = ("f1", "accuracy", "retrieval", "chrf", "bleu", "precision", "recall", "map_")
"""Parts of names of figures that lie between 0 and 1."""
SILENT_AT_ZERO = ("validation_seen", "adopted", "up to date", "up_to_date")
"""Counts that are told only where there is something to count."""
HIDDEN = ("", "none", "null")
"""Values in words that say nothing."""
SMALLER_IS_BETTER = ("kl", "loss")
LARGER_IS_BETTER = (
    "f1", "macro-F1", "difference to", "accuracy", "likelihood", "retrieval", "chrf", "precision",
    "recall", "map_",
)  # fmt: skip
MINUS = "\u2212"


def figure_name(name: str) -> str:
    """A figure's name as a person says it."""
    for start, said in WHEN.items():
        if name.startswith(start):
            return figure_name(name.removeprefix(start)) + said
    return FIGURES.get(name) or name.replace("_", " ")


def telling(name: str, found: object) -> bool:
    """Whether a figure says anything: no empty one, no count of what there was not."""
    if found is None or isinstance(found, str):
        return str(found or "").lower() not in HIDDEN
    return found != 0 or name not in SILENT_AT_ZERO


def metric_name(name: str) -> str:
    """A curve's name."""
    return TITLES.get(name) or figure_name(name.removeprefix("eval_"))


def value(found: object) -> str:
    """A figure: whole numbers in groups, others with three digits that count."""
    if isinstance(found, bool) or found is None:
        return {True: "yes", False: "no", None: "–"}[found]
    if isinstance(found, int):
        return number(found)
    if isinstance(found, float):
        return _decimal(found)
    return str(found)


def _decimal(found: float) -> str:
    if not math.isfinite(found):
        return "–"
    if found == int(found) and abs(found) < 1e6:
        return number(int(found)).replace("-", MINUS)
    shown = f"{found:.3f}" if 0.01 <= abs(found) < 1000 else f"{found:.3g}"
    return shown.replace("-", MINUS, 1)


def duration(seconds: float) -> str:
    """A time as a person says it: 42 s, 3 min 20 s, 2 h 5 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}\u00a0s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes}\u00a0min" + (f" {rest}\u00a0s" if rest and minutes < 10 else "")
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours}\u00a0h" + (f" {rest}\u00a0min" if rest else "")


def roughly(seconds: float) -> str:
    """A time that is only foreseen: no seconds beyond the first minute and a half."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))}\u00a0s"
    return duration(60 * round(seconds / 60))


def size(count: int) -> str:
    """Bytes as a person says them, in units of a thousand."""
    if count < 1_000_000_000:
        return f"{count / 1e6:.0f}\u00a0MB"
    return f"{count / 1e9:.1f}\u00a0GB"


def rate(value: float) -> str:
    """A speed, with no more digits than it is worth."""
    return f"{value:.1f}" if value < 10 else number(round(value))


def place(number_: int | None) -> str:
    """Where in the queue."""
    return PLACES.get(number_ or 0) or PLACE.format(place=number_ or "–")


def listed(names: Sequence[str]) -> str:
    """Names one after another: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
