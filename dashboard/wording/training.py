"""Sentences of the Train tab's start side: what to train, models, data, settings, start.

Knows words and how numbers are written; knows no HTML, no colours, no events. What an option is for
is said once, in train/config; here it only gets a name that people read.
"""

import re

TAB = "Train"
TITLE = "New run"
LEAD = (
    "Train a teacher, a student, or both from your own file. A run goes on by itself once it "
    "started: close this page, come back later, and it shows again."
)

# steps
STEPS = {
    "recipe": "What to train",
    "models": "Models to start from",
    "data": "Data",
    "settings": "Settings",
    "start": "Start",
}
TITLES = {
    "full": "Full pipeline",
    "teacher": "Teacher",
    "student": "Student",
    "distil": "Distillation",
    "triggers": "Trigger threshold",
    "evaluate": "Evaluation",
    "translator": "Translator",
    "split": "Split",
}
"""Recipe → what its card is called, in the order of the cards."""
BEST_FIRST = (
    "Start here: from your own tweets to a student that can be compared with the one you have."
)
CHOOSE_FIRST = "Choose what to train. The rest of the form follows."

# fields
NAMES = {
    "data": "Labelled tweets",
    "dev": "Labelled tweets to score on",
    "triggers": "Tweets with trigger words",
    "extra": "Further labelled files",
    "unlabelled": "Tweets without labels",
    "parallel": "Sentence pairs",
    "split": "Split file",
    "baseline": "Run of a teacher or student",
    "model": "Model to start from",
    "models": "Models to score",
    "teacher": "Teacher",
    "student": "Student",
    "translator": "Translator",
    "teacher_model": "Teacher to start from",
    "student_model": "Student to start from",
    "limit_rows": "Try on so many rows",
    "max_length": "Longest text",
    "max_minutes": "Time limit",
    "eval_steps": "Validate every",
    "max_steps": "Steps instead of epochs",
    "beta1": "Adam β1",
    "beta2": "Adam β2",
    "max_grad_norm": "Clip gradients at",
    "report_to": "Also report to",
    "insist": "Go on although it was trained on another split",
}
"""Option → its name in the form; any other is its own name with spaces."""
FIRST = (
    "epochs", "learning_rate", "batch_size", "max_length", "teacher_epochs", "student_epochs",
    "distil_epochs", "teacher_learning_rate", "student_learning_rate", "distil_learning_rate",
    "pooling", "class_weights", "extra_per_class", "temperature", "languages", "limit",
    "insist", "validation_fraction", "seed", "device", "report_to", "max_minutes",
)  # fmt: skip
"""Settings that are shown at once, in this order; the others unfold."""
MORE = "More options"
MORE_COUNT = "{name} ({count})"
DEFAULT, PAPER, PRESET = "default", "paper", "preset"
NOTHING = "none"
YES, NO = "yes", "no"

# presets
PRESET_LABEL = "Preset"
PRESETS = {
    "": "no preset: each setting's usual value",
    "quick": "quick: small and fast, on a CPU",
    "paper": "paper: as published, for a GPU",
}
OWN_PRESET = "{name} (yours)"
SAVE_AS = "Save as…"
SAVE_LABEL = "Name of the preset"
SAVE = "Save"
FORGET = "Delete this preset"
SAVED = "Saved as {name}. Passwords and access keys are never saved."
FORGOTTEN = "The preset {name} was deleted."
PRESET_NAME = (
    "A preset's name has 1 to 40 letters, digits, spaces, points, dashes or underscores.",
    "It starts with a letter or digit.",
)
PRESET_TAKEN = "{name} is a preset that comes with Tandem."
NO_PRESET = "{recipe} has no preset {name}."
PRESETS_ARE = "There are: {names}."
PRESET_BROKEN = "The preset {name} cannot be read."
PRESET_SECRET = "{name} looks like a password or an access key, which is never saved."

# what is chosen from
EMBEDDED = "Come with Tandem"
EMBEDDED_NAMES = {
    "teacher": "Embedded teacher",
    "student": "Embedded student",
    "student_before": "Embedded student before refinement",
    "translator": "Embedded translator",
}
FOUND_MODELS = "Found on this machine"
UPLOADED_FILES = "Uploaded"
FOUND_FILES = "Found in opened folders"
FROM_RUNS = "Made by earlier runs"
CHOOSE_MODEL, CHOOSE_FILE = "choose a model…", "choose a file…"
ADD_MODEL, ADD_FILE = "add a model…", "add a file…"
OTHER_MODEL = "Folder or Hugging Face id"
OTHER_FILE = "Path of a file on the server"
TAKE = "Use"
REMOVE = "Remove {name}"
UPLOAD = "Upload a file"
UPLOAD_SEVERAL = "Upload files"
REQUIRED, OPTIONAL = "required", "optional"
CHECK_MODEL = "Check and use"
MODEL_HINT = "A folder on the server, or owner/name on the hub."
FILE_HINT = "A path under an opened folder."
OPTIONAL_DATA = "Further data, all optional"
OPTIONAL_MODELS = "Further models, all optional"
HUB_FOUND = "{model} is on the hub: {size}{parameters}."
HUB_PARAMETERS = ", {count} weights"
HUB_HERE = " It is on this machine already."
HUB_TO_LOAD = " {size} will be downloaded when the run starts."
HUB_WILL_LOAD = "{model}: {size} will be downloaded when the run starts."
HUB_PATTERN = "Checked for {model}; the other languages are fetched when they are needed."
HUB_CACHED = "The hub cannot be asked now, but {model} is on this machine already."
HUB_NO_ID = "{model} is no Hugging Face id, such as owner/name."
FOLDER_FINE = "{name} is a folder on this machine."

# files
SENDING = "Sending {name}…"
SENT = "{share} of {name} sent"
TOO_LARGE = "{name} is larger than {limit}."
TOO_LARGE_HINT = "Start the server with --max-mb for larger files, or with --data FOLDER."
CHECKING = "Checking {name}…"
ROWS = "{count} rows"
ONE_ROW = "1 row"
FINE = "{name} can be used: {rows}."
REFUSED = "{name} cannot be used as it is."
CONVERTED = "Read from {name}: {usable} of {rows} rows can be used."
BY_CLASS, BY_LANGUAGE = "By class", "By language"
OF_SOME = "{title} (found in {count} rows, spread over the file)"
TRIGGER_WORDS = "{triggers} of {words} words are triggers."
PROBLEMS = "Problems, by line"
PROBLEM_LINE = "Line {line}"
MORE_PROBLEMS = "{count} more are not listed."
AND_MORE = ", and {count} more"
USE_GOOD = "Leave these rows out"
SPLIT_FINE = "A split of {count} texts, {held} of them held out."
CONFIG_FINE = "The settings of a {recipe} run."
NOT_A_CONFIG = "{name} is not the config.yaml of a run."
ABSENT_CLASSES = "In no row: {labels}."
NO_LANGUAGE = "unknown"
TOO_BIG_TO_CHECK = "{name} has {size}: it is checked when the run starts."
LABEL = "Label"
"""The column of labels, where a person says which it is."""
COLUMNS = "Which column holds what in {name}?"
WRONG_KIND = {
    "emotions": "No column of {name} was found that holds one emotion per row.",
    "triggers": "No column of {name} was found that holds 0 or 1 for each word.",
}

# start
NAME_LABEL = "Name of the run"
NAME_HINT = "for you; may be empty"
TRY_UNIT = "rows of each file"
TRY_HINT = (
    "A quick look at whether everything fits: so many rows of each file, spread evenly over it; "
    "empty: all rows."
)
COMMAND = "The same from a shell"
COMMAND_ABOUT = (
    "Typed in a shell, it writes to the folder that it names as output. Started here, the run "
    "writes to a folder of its own: {place}."
)
LEAVE_FILE = "Do without this file"
COPY = "Copy"
COPIED = "Copied."
COPY_FAILED = "The browser would not copy; select the line and copy it."
START = "Start"
STARTED = "{name} is queued. It shows below and goes on if you close this page."
CHECK_ALL = "Check"
ALL_FINE = "Everything fits together. Press Start."
STEPS_ABOUT = "About {steps} of training{stages}, fewer where validation ends it early."
STEPS_OF = {1: "", 3: " in three stages"}
PROBLEMS_FOUND = "{count} to mend before it can start:"
ONE_PROBLEM = "1 thing to mend before it can start:"
MANY = "{count} things"
AFRESH = "Start over"

# refusals; those of paths are the rest of a sentence that begins with the option's name
THIS = "This"
OUTSIDE = "names a place that is not open here: {place}."
OUTSIDE_PAGE = "Upload the file, or start the server with --data FOLDER."
OUTSIDE_PROGRAM = (
    "A program may name paths in the server's folder of runs, in assets/examples and in folders "
    "that the server was started with: --data FOLDER."
)
BRACES = "names a path with a brace in it, which stands for something else: {place}."
NOT_THERE = "names nothing that is there: {place}."
NO_PATTERN = "names no folder with that pattern: {place}."
NO_USE = "cannot be used: {problem}"
NOT_ON_HUB = (
    "cannot be used: {problem} Name a model that is on this machine; those in assets/models/demo "
    "come with Tandem."
)
TOO_LONG = "is more than {model} can read: at most {most} sub-tokens."
RUN_NAME = "name"
NAME_TOO_LONG = "has {count} characters; a run's name has at most {limit}."
NAME_NO_TEXT = "must be text, not {given}."
MUST = "must be given."
COLUMNS_FIRST = "waits for an answer about its file. Choose the columns first."
NO_FILE = "names no plain file: {place}."
NO_FOLDER = "names no folder: {place}."
NOT_CHANGED = "names a model that may not be changed: {place}. Choose one that a run here made."
CHOSEN_HERE = "is chosen by the server, not by the page."
NOT_FROM_HERE = "cannot be set from a page."
NO_OPTION = "is not an option."
DID_YOU_MEAN = " Did you mean {name}?"
ONLY_FROM_RUNS = "must be the config.yaml of a run made here."
UNREADABLE = ("The page's question could not be read.", "Reload the page.")
NO_RECIPE = "There is nothing called {name} to train."
RECIPES_ARE = "Choose one of {names}."
BAD_TYPE = "{name} must be {expected}, not {given}."
AN_OBJECT = "an object"
TOO_MUCH = "The overrides are longer than {limit}."
"""Bytes of a question to /train_start."""


def name_of(option: str) -> str:
    """What an option is called in the form.

    >>> name_of("learning_rate")
    'Learning rate'
    """
    return NAMES.get(option) or option.replace("_", " ").capitalize()


def plainly(sentence: str) -> str:
    """An option's sentence without what only a shell or a file needs to know.

    >>> plainly("Files, as a,b; null: all.")
    'Files; empty: all.'
    """
    return re.sub(r"\bnull\b", "empty", sentence.replace(", as a,b", ""))


def bounds(low: float | None, high: float | None) -> str:
    """From where to where a number may be; "" where any will do."""
    if low is not None and high is not None:
        return f"from {_number(low)} to {_number(high)}"
    if low is not None:
        return f"at least {_number(low)}"
    return f"at most {_number(high)}" if high is not None else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def rows(count: int) -> str:
    """A number of rows, in words."""
    return ONE_ROW if count == 1 else ROWS.format(count=f"{count:,}")


def steps(count: int) -> str:
    """A number of optimiser steps, in words."""
    return "1 step" if count == 1 else f"{count:,} steps"


def only_english(name: str, looked: int, rows_of: int) -> str:
    """A warning about tweets that distillation cannot use."""
    which = "All its tweets" if looked >= rows_of else f"All {looked:,} of its tweets looked at"
    return (
        f"{name}: {which[0].lower()}{which[1:]} are English or of no known language, so that there "
        "is nothing to translate: distillation learns from tweets in other languages."
    )


def problems(count: int) -> str:
    """What stands above the problems."""
    return ONE_PROBLEM if count == 1 else PROBLEMS_FOUND.format(count=MANY.format(count=count))


def size(count: int) -> str:
    """A file's size, in units of a thousand and a million bytes.

    >>> size(50), size(1_234_567)
    ('1\xa0KB', '1.2\xa0MB')
    """
    if count < 1_000_000:
        return f"{max(1, round(count / 1000)):,}\u00a0KB"
    if count < 1_000_000_000:
        return f"{count / 1_000_000:.1f}".removesuffix(".0") + "\u00a0MB"
    return f"{count / 1_000_000_000:.1f}\u00a0GB"
