"""Every sentence of the Models tab, and of models that are replaced.

Knows words and how sizes are written; no HTML, no events.
"""

from dashboard.wording.numbers import decimal
from dashboard.wording.training import size

__all__ = ["size"]

# --- models that are replaced, in header and tab

LOADING = "Loading {name} {role}…"
UNLOADING = "Unloading {name} {role}…"
WAITS = "then {count} more"
FAILED = "{change} did not work, and the models stay as they were. {problem}"
TOO_MANY_CHANGES = ("Too many models wait to be loaded.", "Try again once they are.")
STILL_LOADING = ("The models are still loading.", "Try again once they are there.")
ANSWERED = "Answered by {models}"
CALLED_EMBEDDED = "{name} (embedded)"
CALLED_BY_RUN = "{name} · {part} ({id})"
CALLED_BY_ID = "{id} · {part}"
STALE = "Other models were loaded since: press Compare to ask them."

# --- models that are remembered

BACK = "Back to the embedded models"
BACK_ABOUT = "What is loaded here is loaded again when Tandem starts again."
GOING_BACK = "Loading the embedded models…"
RECALLED = "Loaded as they were chosen last: {models} (kept in {path})."
NONE_IN = "no {role}"
LEFT_OUT = "What was loaded {role} before is left out. {why}"
CHANGED = "{name} has changed since."
NOT_HERE = "{name} is not on this machine any more."
NOT_KEPT = (
    "The models are loaded, but that could not be kept in {path} for the next start: {reason}."
)
UNREADABLE_CHOICE = (
    "{path} cannot be read, so the models that were chosen before are not loaded. Load them again."
)
FELL_BACK = "The models that were chosen before could not be loaded. {problem}"
IN_USE = (
    "Compare answers with a model of this run, {name}: load another one first.",
    "The Models tab loads another, or goes back to the embedded ones.",
)
AS = {
    "teacher": "as teacher",
    "student": "as student",
    "student before": "as student before refinement",
    "translator": "as translator",
    "further": "as further student",
}
ABOUT_ROLES = {
    "teacher": "reads the English translation",
    "student": "reads the tweet itself",
    "student before": "shows what refinement changed",
    "further": "for the Batch tab, beside the student",
    "translator": "makes the English that the teacher reads",
}
ODD_ROLES = {
    ("student", "teacher"): "It was made to be a student, not to teach one.",
    ("teacher", "student"): "It was made to be a teacher: it learned English only.",
    ("teacher", "student before"): "It is a teacher, and no student was refined from it.",
    ("teacher", "further"): "It was made to be a teacher: it learned English only.",
}
"""What a model is and is loaded as → what there is to know."""


def as_role(role: str) -> str:
    """How a model is loaded: "as student", "as student 2"."""
    return AS.get(role, f"as {role}")


def waiting(changing: tuple[str, ...]) -> str:
    """What is being loaded now, and how much waits for it."""
    more = len(changing) - 1
    return f"{changing[0]} {WAITS.format(count=more)}" if more else changing[0]


# --- the tab

TAB = "Models"
TITLE = "Models on this machine"
ABOUT = (
    "Every model that was found: the embedded ones, results of runs, the hub's cache, and what you "
    "put into {folder}. Loading one takes effect everywhere, in other browsers too; until it "
    "stands, the old one answers."
)
LIST = "Models that were found"
LOADED = "Loaded now"
UNLOAD = "Unload"
UNLOAD_ASKED = "Unloading {name}. It stays on the disk and can be loaded again."
UNLOAD_OF = "Unload {name}, {role}"
NEEDED = "needed by every answer: load another in its place"
NONE_LOADED = "The models are still loading."
LOOKING = "Looking for models…"
EMPTY = (
    "No model was found. Train one in the Train tab, download one from the hub, or put a folder "
    "into {folder}."
)
FILTER = "Filter by name, role, language or place"
FILTERED = "{shown} of {count} models"
COUNT = "{count} models"
ONE = "1 model"
NOTHING_FITS = "No model fits the filter."
UNREADABLE = ("The page's question could not be read.", "Reload the page.")
GONE = ("This model is not there any more.", "The list shows what is.")
ROLES = {
    "teacher": "Teacher",
    "student": "Student",
    "classifier": "Classifier",
    "base": "Base",
    "translator": "Translator",
    "": "Unknown",
}
PLACES = {
    "embedded": "embedded",
    "models": "models folder",
    "result": "result of a run",
    "run": "run from a terminal",
    "hub": "hub's cache",
}
REFUSED = "refused"
IS_LOADED = "loaded {role}"
LEGACY = "legacy weights"
LEGACY_ABOUT = (
    "Older pickled weights (pytorch_model.bin): only tensors are read from them, no code."
)
PACKED = "packed"
LOAD = "Load"
LOAD_OF = "Load {name}"
LOAD_BASE = "A base is trained first: choose it in the Train tab."
PARAMETERS = "{count} parameters"
DETAILS = "Details"
READING = "Reading…"
FIGURE, FIGURE_ROWS = "{name} {value}", "{name} {value} on its {rows} rows"


def figure(name: str, value: float, rows: str) -> str:
    """A model's main figure; of which rows, where that is known."""
    pattern = FIGURE_ROWS if rows else FIGURE
    return pattern.format(name=name, value=decimal(value), rows=rows)


def counted(shown: int, count: int) -> str:
    """How many models there are, or are shown of them."""
    if shown < count:
        return FILTERED.format(shown=shown, count=count)
    return ONE if count == 1 else COUNT.format(count=count)


# --- details

FIELDS = {
    "folder": "Folder",
    "base": "Made from",
    "labels": "Classes",
    "pooling": "Pooling",
    "parents": "Parents",
    "data": "Data",
    "metrics": "Metrics",
    "threshold": "Trigger threshold",
    "thresholds": "By method",
    "reference": "Weight reference",
    "licence": "Licence",
    "created": "Made",
    "command": "Made by",
    "use": "Use it",
    "identity": "Identity",
}
NOT_TOLD = "not told"
PARENTS = {"teacher": "teacher", "student": "student before refinement", "translator": "translator"}
PARENT_MISSING = "not on this machine ({identity}…)"
PARENT_NONE = "none: it was trained from its base"
DATA_COLUMNS = ("File", "Use", "Rows")
METRIC_COLUMNS = ("Figure", "Value")
REFERENCE = "{n} translations, w from {low} to {high}; reading: {reading}"
NO_REFERENCE = "none: its translations get no weight"
REFERENCE_OFF = (
    "It was made with another student before refinement, or another translator, than those loaded "
    "now: Compare then shows no weight."
)
LOAD_BEFORE = "Load {name} as student before refinement"
COPY, COPIED, COPY_FAILED = "Copy", "Copied.", "The browser does not let a page copy."
COPY_CODE, COPY_COMMAND = "Copy the code", "Copy the command"
PACKED_FIRST = "It is packed: unpack it first, then open the unpacked folder."
MEAN_POOLED = (
    "It pools by the mean, which a plain text-classification pipeline cannot: transformers opens "
    "it as an encoder, Tandem with its head."
)
NOT_A_CLASSIFIER = "It is no classifier, so no text-classification pipeline opens it."

# --- the hub

HUB = "From the Hugging Face hub"
HUB_ABOUT = "A model's id, such as owner/name. Nothing is loaded before you have seen its size."
HUB_LABEL = "Model id"
LOOK_UP = "Look up"
DOWNLOAD = "Download"
CANCEL = "Cancel"
AGAIN = "Go on"
DISMISS = "Dismiss"
HUB_AWAY = (
    "The hub cannot be reached.",
    "Without a network only models that are already here can be loaded.",
)
HUB_OFF = (
    "Tandem was started without the hub (HF_HUB_OFFLINE is set).",
    "Only models that are already here can be loaded.",
)
NO_ID = "{model} is no model id."
ID_HINT = "An id is name or owner/name, of letters, digits, -, _ and dots."
OFFER = "{model}: {size}{parameters}. {rest} {free} are free on the disk of {cache}."
OFFER_PARAMETERS = ", {count} parameters"
TO_LOAD = "{size} would be downloaded."
ALL_HERE = "All of it is here already."
NO_ROOM = "There is no room for {model}: {size} would be downloaded, {free} are free."
NO_ROOM_HINT = "Make room, or set HF_HOME to a folder on a larger disk and start Tandem again."
DOWNLOADING = "{model} is being downloaded already."
TOO_MANY_DOWNLOADS = ("Two downloads are under way already.", "Wait for one, or cancel it.")
PROGRESS = "{model}: {done} of {total}"
STARTING = "{model}: asking the hub…"
DONE = "{model} is here: it stands in the list below."
STOPPED = (
    "{model} was cancelled at {done} of {total}. Files that were complete are kept; the file that "
    "was under way begins anew, since the hub's library does not take it up again."
)
DOWNLOAD_FAILED = "{model} did not arrive. {problem}"
CANCEL_OF, AGAIN_OF, DISMISS_OF = "Cancel {model}", "Go on with {model}", "Dismiss {model}"

# --- deleting

DELETE = "Delete"
DELETE_OF = "Delete {name}"
SURE = "Delete {name}, {size}, from {folder}?"
SURE_TWICE = "It cannot be brought back. Really delete {name}?"
SURE_REFUSED = "Delete {name}, {size}, from {folder}? It cannot be brought back."
DELETE_ON, DELETE_NOW, KEEP = "Delete it", "Delete it for good", "Keep it"
DELETED = "{name} was deleted."
NOT_DELETED = "{name} cannot be deleted: {reason}."
KEEP_EMBEDDED = "It comes with Tandem and is never deleted."
KEEP_LOADED = "It is loaded, or about to be: load another in its place first."
KEEP_LINK = "It is a link to a folder elsewhere: delete it there."
KEEP_RUNNING = "Its run has not ended."
KEEP_OUTSIDE = "Only models in {folder} and results of ended runs are deleted here."
KEEP_HUB = "The hub's cache is looked after by its own tool: hf cache rm."
