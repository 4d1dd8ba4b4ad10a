"""Sentences of the Explain tab's form, and what a method is said to be.

Knows words; knows no HTML, no colours, no events.
"""

from core.attribution import METHODS, Method
from dashboard.wording.explain import BY_NO_CLASS, UNSIGNED

BOX = "Tweet to explain"
BOX_HINT = "One tweet. Ctrl+Enter explains."
EXAMPLES, EMOJI = "Examples", "Emoji"
LANGUAGE = "Language"
MODELS = "Models"
TARGET, AGAINST = "Class", "against"
PREDICTED = "Predicted"
METHODS_TITLE = "Methods"
COSTS = {"cheap": "At once", "moderate": "A second or so", "slow": "Many seconds"}
CHOOSE = {"all": "All", "quick": "Quick ones", "none": "None"}
ABOUT = "About the methods"
OWN_TRANSLATION = "Own translation"
OWN_HINT = (
    "English that the teacher reads instead of the machine translation; empty: the machine's."
)
OPTIONS = "Options"
SEED, SEED_HINT = "Seed", "For methods that draw random numbers, and for the random words."
GOLD = "Trigger words, if they are known"
GOLD_HINT = "One 0 or 1 per word, such as [0, 1, 0]. Or mark them by click under the results."
EXPLAIN = "Explain"


def traits(method: Method) -> str:
    """What a method can and cannot say, and what it costs, in half sentences."""
    found = [COSTS[method.cost].lower(), "signed" if method.signed else UNSIGNED]
    found += [] if method.by_class else [BY_NO_CLASS]
    found += ["compares with a text of masks"] if method.baseline else []
    found += ["draws random numbers"] if method.seeded else []
    return " · ".join(found)


def cost(method: str) -> int:
    """Its place among the classes of cost: the order in which methods are computed."""
    return list(COSTS).index(METHODS[method].cost) if method in METHODS else len(COSTS)
