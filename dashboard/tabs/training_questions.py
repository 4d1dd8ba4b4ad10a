"""What the start side of the Train tab asks the server; answers are HTML that was finished here.

Knows the shape of these questions, and that a browser may send anything. Who asks is taken from the
login, never from the question. Watching runs is dashboard/tabs/training_live.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import InputError
from dashboard.batch import asking as batch_asking
from dashboard.tabs import training_form
from dashboard.tabs.answering import Answer, answering
from dashboard.training import checking, choices, hub, intake, recipes
from dashboard.training.services import Training
from dashboard.views.batch import checked as batch_checked
from dashboard.views.batch import form as columns_form
from dashboard.views.training import checked, new, picker
from dashboard.wording import training as words
from train.paths import is_hub_id
from train.values import Option


def functions(training: Training) -> list[Callable[..., Answer]]:
    """The server functions of the form."""
    asked = Questions(training)
    return [
        answering(one)
        for one in (
            asked.t_form, asked.t_check, asked.t_start, asked.t_save, asked.t_forget,
            asked.t_entry, asked.t_upload, asked.t_columns, asked.t_labels, asked.t_mend,
        )
    ]  # fmt: skip


class Questions:
    """The questions; each takes what the page sent and the owner's login."""

    def __init__(self, training: Training) -> None:
        self.training = training

    # --- the form

    def t_form(self, question: Any, owner: str) -> Answer:
        """The form of a recipe, with what was filled in so far."""
        return {"html": training_form.draw(self.training, training_form.state(question), owner)}

    def t_check(self, question: Any, owner: str) -> Answer:
        """Everything that is wrong, and the command where nothing is."""
        state = training_form.state(question)
        asked = self.training.ready(training_form.asked(self.training, state, owner))
        fine = "" if asked.problems else new.fine(self.training.notes(asked))
        return {
            "fields": training_form.by_field(asked),
            "html": fine or new.problems(asked.problems),
            "command": self.training.command(asked),
        }

    def t_start(self, question: Any, owner: str) -> Answer:
        """Queue a run, unless something is wrong with it."""
        state = training_form.state(question)
        asked = self.training.ready(training_form.asked(self.training, state, owner))
        if asked.problems:
            return {
                "fields": training_form.by_field(asked),
                "html": new.problems(asked.problems),
            }
        job = self.training.start(asked, owner, state.name)
        shown = state.name or words.TITLES[state.recipe]
        return {"id": job.id, "said": words.STARTED.format(name=shown)}

    def t_save(self, question: Any, owner: str) -> Answer:
        """Keep the settings as a preset of the user's own."""
        state = training_form.state(question)
        name = batch_asking.text(question, "as", 100).strip()
        base, values = training_form.worth_saving(self.training, state, owner)
        recipe = recipes.recipe(state.recipe).name
        self.training.presets.save(recipe, name, owner, values, base)
        return {"name": name, "said": words.SAVED.format(name=name)}

    def t_forget(self, question: Any, owner: str) -> Answer:
        """Take a preset of the user's own away."""
        state = training_form.state(question)
        recipe = recipes.recipe(state.recipe).name
        self.training.presets.remove(recipe, state.preset, owner)
        return {"said": words.FORGOTTEN.format(name=state.preset)}

    # --- models and files

    def t_entry(self, question: Any, owner: str) -> Answer:
        """One thing that a field names: whether it may be named, and what it holds."""
        recipe, row = _field(question)
        value = batch_asking.text(question, "value", 1024).strip()
        found = self.training.places.allowed_entry(row, value, owner)
        if row.path == "model" and is_hub_id(value):
            return {"value": value, "row": picker.row(value), "html": checked.said(hub.said(value))}
        path, (name, hidden) = Path(found), choices.named(self.training, found, owner)
        drawn = picker.row(found, name, hidden)
        if row.path not in ("file", "new"):
            said = words.FOLDER_FINE.format(name=name or path.name)
            return {"value": found, "row": drawn, "html": checked.said(said)}
        known = checking.checked(path, checking.purpose(recipe, row.name), name)
        return {"value": found, "row": drawn, "html": checked.checked(known)}

    def t_upload(self, question: Any, owner: str) -> Answer:
        """A file that has just come, or is read in an encoding that was chosen now."""
        recipe, row = _field(question)
        kept = self.training.upload(batch_asking.fields(question).get("token"), owner)
        encoding = batch_asking.text(question, "encoding", 40)
        try:
            taken = intake.take(kept, checking.purpose(recipe, row.name), encoding)
        except Exception:
            if not encoding:  # nothing can be done with it
                self.training.uploads.remove(kept)
            raise
        return _taken(taken, checking.purpose(recipe, row.name))

    def t_columns(self, question: Any, owner: str) -> Answer:
        """The same file, with the columns that a person chose."""
        recipe, row = _field(question)
        kept = self.training.upload(batch_asking.fields(question).get("token"), owner)
        of = checking.purpose(recipe, row.name)
        look = checking.proposed(
            kept.file, of, kept.name, batch_asking.text(question, "encoding", 40)
        )
        layout, _ = batch_asking.layout(question, look)
        if of != "texts" and layout.kind != of:
            raise InputError(words.WRONG_KIND[of].format(name=kept.name))
        return _taken(intake.read(kept, of, layout), of)

    def t_labels(self, question: Any, owner: str) -> Answer:
        """The same file, with labels outside the six as a person said."""
        recipe, row = _field(question)
        kept = self.training.upload(batch_asking.fields(question).get("token"), owner)
        labels = batch_asking.labels(batch_asking.fields(question).get("labels"))
        of = checking.purpose(recipe, row.name)
        return _taken(intake.labelled(kept, of, labels), of)

    def t_mend(self, question: Any, owner: str) -> Answer:
        """A copy of a file without the rows that a run would refuse."""
        recipe, row = _field(question)
        value = batch_asking.text(question, "value", 1024)
        path = Path(self.training.places.allowed_entry(row, value, owner))
        of = checking.purpose(recipe, row.name)
        return _taken(intake.mended(self.training, path, of, owner), of)


def _field(question: Any) -> tuple[str, Option]:
    """A recipe's name, and the option that a question is about.

    Raises:
        InputError: there is no such recipe or option, or it names nothing on disk.
    """
    one = recipes.recipe(batch_asking.text(question, "recipe", 40))
    row = recipes.settable(one).get(batch_asking.text(question, "field", 60))
    if row is None or row.path is None:
        raise InputError(*words.UNREADABLE)
    return one.name, row


def _taken(taken: intake.Taken, of: checking.Purpose) -> Answer:
    """A file to use, or what has to be asked before."""
    kept = taken.kept
    if taken.look is not None:
        asked = columns_form.form(taken.look, kept.name, taken.look.proposal, gold=words.LABEL)
        return {"token": kept.token, "ask": checked.asking(checking.why(taken.look, of), asked)}
    if taken.unknown is not None:
        asked = batch_checked.mapping(taken.unknown.unknown)
        return {"token": kept.token, "ask": asked}
    value = str(taken.file)
    return {
        "value": value,
        "row": picker.row(value, kept.name, hidden=True),
        "html": checked.taken(taken),
    }
