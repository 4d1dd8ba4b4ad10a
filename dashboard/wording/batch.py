"""Sentences of the Batch tab: the file, its columns, its check, the systems, the run, downloads.

Knows words and how numbers are written; knows no HTML, no colours, no events. The error browser's
are dashboard/wording/batch_browser.py, the results' dashboard/wording/batch_results.py.
"""

from dashboard.wording.numbers import number

TAB = "Batch"

# the file
DROP = "Drop a data file here, or choose one"
DROP_LABEL = "Data file"
FORMS = (
    "TSV, CSV, JSONL, Parquet, or plain text with one tweet per line; EXALT files as they are. "
    "Up to {size} and {rows} rows: for more, use {command} in a shell."
)
COMMAND = "python -m train batch"
EXAMPLES = "Examples"
EXAMPLE_FILES = {
    "emotions": ("40 tweets with emotions", "batch_emotions.tsv"),
    "triggers": ("12 tweets with trigger words", "batch_triggers.tsv"),
}
"""Key → the button's name and the file in assets/examples."""
EMPTY_TITLE = "No file yet"
EMPTY = (
    "Drop a file above, or start with an example. It is checked first; then you choose which "
    "models answer it, and see how good they are, in which language, on which class, and whether "
    "refinement helped."
)
UPLOADING = "Sending {name}…"
UPLOADED = "{share} of {name} sent"
UPLOAD_FAILED = "The file could not be sent."
ANOTHER = "Another file"
DELETE = "Delete file and results"
DELETE_SURE = "Delete this file and its results from the server? They cannot be brought back."
DELETED = "The file and its results were deleted from the server."
UNNAMED = "unnamed"
UNKNOWN = (
    "These results are no longer on the server.",
    "Upload the file again.",
)
UNREADABLE = ("The page's question could not be read.", "Reload the page.")
TOO_LARGE = "{name} is larger than {limit}."
NOT_CHECKED = ("The file was not checked yet.", "Check it first.")
NO_NAME = ("The file came without a name.", "Choose it again.")
COLUMNS_STEP, CHECK_STEP, SYSTEMS_STEP = "Columns", "Check", "Systems"

# columns
COLUMNS_ABOUT = "The first rows of {name}. Say which column holds what, then check the whole file."
ENCODING = "Which of these reads right?"
ENCODING_ABOUT = "The file is not UTF-8. Choose the encoding in which its letters look right."
READ_AGAIN = "Read with this encoding"
ENCODING_FIRST = "Choose the encoding first."
TEXT, GOLD, IDENTITY, LANGUAGE, SOURCE = "Text", "Gold", "ID", "Language", "Source"
FIELDS = {
    "text": (TEXT, "what the models read"),
    "gold": (GOLD, "what is right, if it is known"),
    "id": (IDENTITY, "a name of each row; else its number"),
    "source": (SOURCE, "where a row is from; “…_mt” counts as machine-translated"),
}
GOLD_KIND = "{name} holds"
KINDS = {"emotions": "one emotion per row", "triggers": "0 or 1 for each word"}
NO_COLUMN = "none"
CHOOSE = "choose…"
LANGUAGE_ABOUT = "a column with en, fr, nl, ru, es; or found for each text"
FOUND = "found for each text"
ALL_ARE = "all {language}"
COLUMN = "column {name}"
CHECK = "Check the file"
FIRST_ROWS = "Columns and their first cells"
LINE = "Line"
CHANGE_COLUMNS = "Columns: {columns}"
NO_TEXT = "Choose the column that holds the texts."

# the check
CHECKING = "Checking {name}"
CHECKED_ROWS = "{done} rows read"
USABLE = "{count} can be used"
LEFT_OUT = "{count} left out"
WAIT = "{count} wait for their labels below"
NO_USABLE = "No row of this file can be used. The problems are named below."
TOO_MANY_ROWS = "The file has more than {limit} rows."
TOO_MANY_HINT = "Use {command} in a shell: it takes files of any size."
BY_CLASS, BY_LANGUAGE = "Rows by class", "Rows by language"
NO_GOLD = "The file has no gold labels: it will get predictions, and no scores."
TRIGGER_GOLD = (
    "Gold trigger words in {rows} of {low} to {high} words: {triggers} of {words} words are marked."
)
BLANK = "{count} empty lines"
OTHERS, EMPTY_CELL = "others", "(empty)"
ABSENT = "In no row: {labels}."
PROBLEMS = "Problems"
PROBLEM_COLUMNS = ("Line", "Column", "Problem", "Row")
USED, NOT_USED = "used", "left out"
MORE_PROBLEMS = "{count} more are not listed."
NO_PROBLEMS = "No problems found."
MAPPING = "Labels outside the six"
MAPPING_ABOUT = (
    "These cells are none of Love, Joy, Anger, Fear, Sadness, Neutral. Say what each stands for, "
    "or leave its rows out; nothing is guessed. Suggestions are only filled in: they count once "
    "you press the button."
)
MAPPING_COLUMNS = ("In the file", "Rows", "Stands for")
SUGGESTED = "suggested"
LEAVE_OUT = "leave out"
CONFIRM = "Use these labels"
MAPPING_OPEN = "Say what each label stands for, or leave it out."
MAPPING_FIRST = "Confirm the labels above first."
LABELS_SHAPE = (
    "labels must be an object of strings.",
    'For example {"happy": "Joy", "surprise": null}: null leaves the rows out.',
)
NOT_OF_SIX = "The label {label}, for {cell}, is none of Love, Joy, Anger, Fear, Sadness, Neutral."
COLUMNS_SHAPE = (
    "columns must be an object of strings.",
    'For example {"text": "tweet", "gold": "emotion"}.',
)
NO_SUCH_ROLE = "columns names {name}, which is nothing that a column can be."
NO_SUCH_COLUMN = "The file has no column {name}."
NO_SUCH_KIND = "kind must be emotions or triggers, not {name}."
NO_FILE = ("There is no file.", "Send one with gradio_client.handle_file(path).")
TELL_TEXT = 'Send columns={{"text": …}}; there are {names}.'
NOT_UTF8 = "{name} is not UTF-8."
TELL_ENCODING = "Say encoding, one of {names}."
UNKNOWN_LABELS = "These labels are none of the six: {labels}."
TELL_LABELS = (
    'Send labels={"…": "Joy"} for each, with Love, Joy, Anger, Fear, Sadness or Neutral; '
    "null leaves its rows out."
)
MAPPED = "Labels that you mapped: {pairs}."

# systems
SYSTEMS_ABOUT = "Which models answer, side by side on the same rows."
SYSTEMS = {
    "student": "Reads each tweet as it is, in its own language: the refined model.",
    "student_before": "The same student before refinement: shows what refinement changed, and "
    "gives the translation weights.",
    "teacher": "Reads the English translation, machine-made for tweets that are not English.",
    "ensemble_mean": "The mean of the probabilities of the students ticked below.",
    "ensemble_vote": "The label that most of the students ticked below give.",
}
FURTHER_STUDENT = "A further student: it takes part in this tab only."
MEMBERS = "Students of the ensemble"
WORDS = "Score words too"
WORDS_ABOUT = "Trigger words of each tweet: needed for the trigger files of an EXALT submission."
METHODS = "Explanation methods"
METHODS_ABOUT = (
    "Each is compared with the file's gold trigger words, beside a random baseline. "
    "Slow ones take seconds a tweet."
)
LIMIT = "Tweets to explain at most"
LIMIT_ABOUT = "a seeded sample; empty: all of them"
SEED = "Seed"
START = "Start"
NO_SUCH_SYSTEM = "There is no system {name}."
NO_SUCH_METHOD = "The method {name} is not known."
THERE_ARE = "There are {names}."
NO_SYSTEM = "Choose at least one model."
LOADING = "The models are still loading: what can be chosen shows as soon as they are there."

# the run
STAGES = {
    "loading": "The models are still loading; the run starts by itself.",
    "waiting": "Other files are being answered; this one starts by itself.",
    "reading": "Reading the file",
    "predicting": "Predicting",
    "explaining": "Explaining",
    "measuring": "Measuring",
    "done": "Done",
}
STOP, STOPPING, CONTINUE, ANEW = "Stop", "Stopping…", "Continue", "Start over"
STOPPED = "Stopped after {done}: what follows is about those. Continue goes on where it stopped."
STOPPED_EARLY = "Stopped before the first rows were answered."
INTERRUPTED = "The server ended in the middle of this run. What was done is kept: Continue goes on."
FAILED = "The run ended with a problem."
LEAVE_RUN = "A run is under way. It goes on in the server, but this page shows the other file then."
SHOW_RUN = "Show that run"
BUSY = ("A run of yours is under way.", "Wait for it, or stop it.")
FULL = ("The server is at work on too many files.", "Try again in a while.")
NOT_RUN = ("There are no results yet.", "Start a run first.")
LEAVE = "You may close this page: the run goes on, and shows again when you come back."

# results
DOWNLOAD = "Download"
FILES = {
    "csv": ("Predictions, CSV", "One row per tweet, one column per system, texts as they are."),
    "spreadsheet": (
        "Predictions, CSV for spreadsheets",
        "A cell that begins with = + - @ gets an apostrophe, so that no tweet acts as a formula.",
    ),
    "jsonl": ("Predictions, JSONL", "One JSON record per tweet."),
    "parquet": ("Predictions, Parquet", "Small and typed, for pandas and DuckDB."),
    "submission": (
        "EXALT submission, ZIP",
        "The student's answers in the form of the shared task, checked for row count and order.",
    ),
    "metrics": ("Metrics, JSON", "Every figure on this page."),
    "report": ("Report, HTML", "One file with plots that opens offline and prints."),
}
"""Kind of file → its name and what it is."""
SUBMISSION_NO_WORDS = (
    "Without its trigger files here: words were not scored. Run again with “Score words too”."
)
OTHER_SYSTEMS = "Other systems or columns"
BACK = "Back to the results"
PREPARING = "Preparing the file…"
SAVED = "{name} is ready and was handed to your browser."
COMMAND_TITLE = "The same from a shell"
COPY, COPIED = "Copy", "Command copied."
COPY_FAILED = "This browser does not let the page copy: select the command and copy it."


def rows(count: int) -> str:
    """A count of rows."""
    return "1 row" if count == 1 else f"{number(count)} rows"


def size(limit: int) -> str:
    """A file's size, in MB of a million bytes."""
    return f"{number(limit // 1_000_000)}\u00a0MB"


def about(system: str) -> str:
    """What a system is."""
    return SYSTEMS.get(system) or FURTHER_STUDENT


def progress(stage: str, done: int, total: int | None, rate: float, left: float | None) -> str:
    """How far a run is."""
    said = STAGES.get(stage, stage)
    if not done:
        return said
    of = f" of {number(total)}" if total else ""
    unit = "tweets" if stage == "explaining" else "rows"
    parts = [f"{said}: {number(done)}{of} {unit}"]
    if rate > 0:
        parts.append(f"{_rate(rate)} a second")
    if left is not None:
        parts.append(f"{duration(left)} left")
    return " · ".join(parts)


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 10 else number(round(value))


def duration(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f}\u00a0s"
    minutes = round(seconds / 60)
    return f"{minutes}\u00a0min" if minutes < 90 else f"{seconds / 3600:.1f}\u00a0h"
