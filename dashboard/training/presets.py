"""Presets of a recipe: those that come with it, and a user's own, kept as YAML in a folder.

Knows names, YAML and what may never be written down; what a value has to be is train.options'.
A preset of a user's own stands on one that comes with the recipe and holds what differs from it.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError
from dashboard.wording import training as words
from train import options

NAME = re.compile(r"[A-Za-z0-9À-ɏЀ-ӿ][\w .-]{0,39}")
MOST = 64_000  # bytes of a preset
BASE = "preset"  # the key of the preset below
_SECRET_NAME = re.compile(
    r"(^|_)(token|password|passwd|secret|credentials?|api_?key|access_?key|auth)($|_)",
    re.IGNORECASE,
)
SECRET_VALUE = (
    r"hf_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|gh[pousr]_\w{16,}|AKIA[A-Z0-9]{12,}|://[^/\s:]+:[^/\s@]+@"
)


class Presets:
    """The presets of one server.

    Args:
        folder: of users' own; made with the first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self, recipe: str, owner: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those that come with a recipe, and the user's own; each in alphabetical order."""
        own = sorted(path.stem for path in self._of(recipe, owner).glob("*.yaml"))
        return tuple(options.presets(recipe)), tuple(own)

    def read(self, recipe: str, name: str, owner: str) -> tuple[str, dict[str, Any]]:
        """The preset below, and the values that stand in this one.

        Returns:
            (name, {}) for one that comes with the recipe; ("", {}) for no preset.

        Raises:
            InputError: there is none, or it is no preset.
        """
        shipped, own = self.names(recipe, owner)
        if name == "" or name in shipped:
            return name, {}
        if name not in own:
            said = words.NO_PRESET.format(recipe=recipe, name=repr(name)[:60])
            raise InputError(said, words.PRESETS_ARE.format(names=", ".join((*shipped, *own))))
        found = self._values(self._path(recipe, name, owner), name)
        base = found.pop(BASE, "")
        if base != "" and base not in shipped:
            raise InputError(words.PRESET_BROKEN.format(name=name))
        return base, found

    def shipped(self, recipe: str, name: str) -> dict[str, Any]:
        """What a preset that comes with a recipe says; nothing for "".

        Raises:
            ConfigError: it cannot be read.
        """
        if not name:
            return {}
        found = yaml.safe_load(options.find_file(recipe, name).read_text(encoding="utf-8"))
        return {str(key): value for key, value in (found or {}).items()}

    def save(
        self, recipe: str, name: str, owner: str, values: Mapping[str, Any], base: str = ""
    ) -> None:
        """Keep values under a name, in place of an earlier preset of that name.

        Raises:
            InputError: a name that cannot be used, or a value that looks like a secret.
        """
        path = self._path(recipe, name, owner)
        if name in options.presets(recipe):
            raise InputError(words.PRESET_TAKEN.format(name=name))
        for option, value in values.items():
            if secret(option, value):
                raise InputError(words.PRESET_SECRET.format(name=option))
        record = {**({BASE: base} if base else {}), **values}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{secrets.token_hex(4)}")
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False)
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)

    def remove(self, recipe: str, name: str, owner: str) -> None:
        """Take one of the user's own away; InputError where the name cannot be one."""
        self._path(recipe, name, owner).unlink(missing_ok=True)

    def _of(self, recipe: str, owner: str) -> Path:
        """The folder of one user's presets: a login may hold anything, its hash may not."""
        mine = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self.folder / (mine if owner else "everyone") / recipe

    def _path(self, recipe: str, name: str, owner: str) -> Path:
        if not NAME.fullmatch(name) or name.endswith((".", " ")):
            raise InputError(*words.PRESET_NAME)
        return self._of(recipe, owner) / f"{name}.yaml"

    def _values(self, path: Path, name: str) -> dict[str, Any]:
        broken = words.PRESET_BROKEN.format(name=name)
        try:
            if path.is_symlink() or path.stat().st_size > MOST:
                raise InputError(broken)
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as problem:
            raise InputError(broken) from problem
        if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
            raise InputError(broken)
        return found


def secret(option: str, value: Any) -> bool:
    """Whether an option's name or value is of the sort that is never written down."""
    entries = value if isinstance(value, list | tuple) else (value,)
    texts = [entry for entry in entries if isinstance(entry, str)]
    told = any(re.search(SECRET_VALUE, text) for text in texts)
    return told or (_SECRET_NAME.search(option) is not None and any(texts))
