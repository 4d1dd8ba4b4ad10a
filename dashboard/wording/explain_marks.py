"""Sentences about marking trigger words by click, and the list that a browser keeps."""

MOST = 600  # words of a tweet that can be marked by click

ABOUT = (
    "Press the words that made the emotion, then keep the tweet: its words become the triggers "
    "that the methods above are measured against. Words are what single spaces part, as EXALT "
    "counts them."
)
WORDS = "Words of the tweet: press to mark as trigger"
KEEP, CLEAR = "Keep in the list", "Clear marks"
KEPT = "Kept: {count} of {total} words marked."
LIST = "Marked tweets"
LIST_ABOUT = (
    "The list is stored in this browser only, and stays until you remove it. "
    "Saved as a trigger file it can be used wherever EXALT's trigger files are."
)
LIST_EMPTY = "No tweet is marked yet."
EDIT, REMOVE, REMOVE_ALL = "Edit", "Remove", "Remove all"
EDIT_OF, REMOVE_OF = "Edit marks of tweet {number}", "Remove tweet {number} from the list"
CONFIRM = "Press again to remove all {count}"
SAVE = "Save as a trigger file"
SAVED = "Saved {count} as {name}."
NO_STORAGE = "This browser lets the page store nothing: the list is lost when the page is closed."
NOTHING_TO_SAVE = ("No tweet is marked yet.", "Mark words of a tweet and keep it first.")
TOO_MANY = "A file can hold at most {limit} marked tweets."


def tweets(count: int) -> str:
    """How many."""
    return "1 tweet" if count == 1 else f"{count} tweets"
