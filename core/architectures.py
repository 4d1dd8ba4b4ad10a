"""Which families of models transformers has classifiers and encoders for, without importing it.

Importing transformers' table brings torch with it, ten seconds; the table itself is a list of
pairs of names, which is read off its file. Knows names; opens no model.
"""

import ast
import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger("tandem")

TABLE = Path("models", "auto", "modeling_auto.py")
CLASSIFIERS = "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES"
ENCODERS = "MODEL_FOR_MASKED_LM_MAPPING_NAMES"


def classifies(family: str) -> bool:
    """Whether transformers has a text classifier of a ``model_type``."""
    return _known(family, CLASSIFIERS)


def encodes(family: str) -> bool:
    """Whether a ``model_type`` is an encoder's: one that masked words are guessed with."""
    return classifies(family) and _known(family, ENCODERS)


def _known(family: str, table: str) -> bool:
    """Whether a table names a family; true where it cannot be read, since loading judges too."""
    names = tables().get(table)
    return names is None or family in names


@cache
def tables() -> dict[str, frozenset[str]]:
    """The two tables: name → model types. Empty where transformers keeps them otherwise."""
    spec = find_spec("transformers")  # finds the package, does not run it
    found: dict[str, frozenset[str]] = {}
    if spec is None or spec.origin is None:
        return found
    try:
        tree = ast.parse((Path(spec.origin).parent / TABLE).read_text(encoding="utf-8"))
        for node in tree.body:
            name = _assigned(node)
            if isinstance(node, ast.Assign) and name in (CLASSIFIERS, ENCODERS):
                found[name] = _first_names(node.value)
    except (OSError, SyntaxError, ValueError) as problem:
        log.warning("transformers' table of models cannot be read: %s", problem)
    return found


def _assigned(node: ast.stmt) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _first_names(call: ast.expr) -> frozenset[str]:
    """The first of each pair in ``OrderedDict([("bert", "BertFor…"), …])``."""
    if not isinstance(call, ast.Call) or not call.args:
        raise ValueError("it is no OrderedDict of pairs")
    return frozenset(str(pair[0]) for pair in ast.literal_eval(call.args[0]))
