"""What the Batch tab shows of one file at the moment: its stage, drawn.

Knows stages and which view draws what; computes nothing, asks only dashboard.batch.services.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.errors import TandemError
from core.evaluation.plan import Filter, SystemInfo
from core.evaluation.schema import Metrics
from core.files.looking import Look
from core.request import AUTO
from dashboard.batch.results import Kept
from dashboard.batch.services import ENDED, Batch, Stage
from dashboard.models.called import apart
from dashboard.tabs.questions import told
from dashboard.views import page
from dashboard.views.batch import browser, checked, choosing, form, frame, progress, upload
from dashboard.wording import batch as words

Answer = dict[str, Any]


class Drawer:
    """Draws stages."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def whole(self, kept: Kept, again: bool = False) -> Answer:
        """Everything that stands under the upload field.

        Args:
            again: show what a run can be started with, though there are results already.
        """
        stage = self.batch.stage(kept)
        if stage.active:
            return self.moving(kept, stage)
        if stage.name in ENDED and not again:
            return self._ended(kept, stage)
        before = self.batch.before(kept)
        back = self._behind(kept, stage)
        problem = page.problem(before.problem) if before.problem else ""
        drawn = self._checked(kept) if before.name == "checked" else self._columns(kept)
        return self._answer(kept, before.name) | {"step": self._step(kept, problem + drawn, back)}

    def moving(self, kept: Kept, stage: Stage) -> Answer:
        """A check or a run under way."""
        head = upload.head(kept.name, again=False)
        if stage.name == "checking":
            told_of = stage.progress
            done = told_of.done if told_of else 0
            drawn = progress.checking(kept.name, done, _total(stage), stage.stopping)
        else:
            drawn = progress.running(stage.progress, stage.waiting, stage.stopping)
        step = f'{head}<section class="td-f-card">{drawn}</section>'
        return self._answer(kept, stage.name) | {"step": step, "poll": True}

    def systems(self, kept: Kept) -> str:
        """The form of systems, or why there is none yet."""
        check = self.batch.checked(kept)
        chosen = self.batch.chosen(kept)
        if check is None or chosen is None:
            return ""
        try:
            systems = _titled(self.batch.systems())
        except TandemError as problem:
            return page.problem(told(problem))
        earlier = self.batch.runs.asked(kept)
        return choosing.form(systems, chosen[0].kind, earlier, checked.ready(check))

    def _answer(self, kept: Kept, stage: str) -> Answer:
        return {
            "token": kept.token,
            "stage": stage,
            "name": kept.name,
            "poll": False,
            "results": "",
            "browser": "",
        }

    def asked(self, kept: Kept, look: Look) -> Answer:
        """The columns to choose from, or the encodings, of a file that is new."""
        back = self._behind(kept, self.batch.stage(kept))
        step = self._step(kept, self._form(kept, look), back)
        return self._answer(kept, "uploaded") | {"step": step}

    def _columns(self, kept: Kept) -> str:
        """The same, with what was chosen before."""
        chosen = self.batch.chosen(kept)
        return self._form(kept, self.batch.look(kept, chosen[0].encoding if chosen else ""))

    def _form(self, kept: Kept, look: Look) -> str:
        layout, language = self.batch.chosen(kept) or (look.proposal, AUTO)
        drawn = form.form(look, kept.name, layout, language)
        return f'<section class="td-f-card">{drawn}</section>'

    def _step(self, kept: Kept, drawn: str, back: bool = False) -> str:
        return upload.head(kept.name, back=back) + drawn

    def _behind(self, kept: Kept, stage: Stage) -> bool:
        """Whether there are results to go back to from what is chosen anew."""
        return stage.name in ENDED and self.batch.metrics(kept) is not None

    def _checked(self, kept: Kept) -> str:
        """The columns, folded; what the check found; what can be asked."""
        check, chosen = self.batch.checked(kept), self.batch.chosen(kept)
        assert check is not None and chosen is not None
        layout, language = chosen
        look = self.batch.look(kept, layout.encoding)
        columns = form.form(look, kept.name, layout, language)
        folded = (
            f'<details class="td-more td-f-folded" data-key="columns"><summary>'
            f"{form.summary(layout)}</summary>{columns}</details>"
        )
        can = check.usable or check.unknown
        systems = f'<div data-part="systems">{self.systems(kept)}</div>' if can else ""
        return folded + checked.checked(check, layout) + systems

    def _ended(self, kept: Kept, stage: Stage) -> Answer:
        """A run that ended, with what it has."""
        answer = self._answer(kept, stage.name)
        metrics = self.batch.metrics(kept)
        step = self._step(kept, "")
        if stage.name != "done":
            said = stage.problem
            if stage.name == "stopped" and metrics is not None:
                said = words.STOPPED.format(done=words.rows(metrics["file"]["rows"]))
            drawn = progress.ended(stage.name, said)
            step += f'<section class="td-f-card">{drawn}</section>'
        answer["step"] = step
        if metrics is not None and metrics["file"]["rows"]:
            answer |= self._results(kept, metrics)
        return answer

    def _results(self, kept: Kept, metrics: Metrics) -> Answer:
        from dashboard.views.batch import results  # plotly's figures: only once there are some

        plan = self.batch.runs.asked(kept)
        models = {name: one["model"] for name, one in metrics["systems"].items() if one["model"]}
        titles = apart(models.values())
        names = {name: titles[model] for name, model in models.items()}
        drawn = results.results(metrics, names)
        asked = Filter(system=next(iter(metrics["systems"])))
        rows = self.batch.page(kept, asked, "row", 0, browser.COUNT)
        return {
            "results": frame.frame(metrics, drawn, bool(plan and plan.words)),
            "browser": browser.browser(metrics, asked, "row", rows),
        }


def _titled(systems: Sequence[SystemInfo]) -> list[SystemInfo]:
    """The systems to choose from, each model under the name that people know."""
    titles = apart(one.model for one in systems if one.model)
    return [replace(one, model=titles.get(one.model, "")) for one in systems]


def _total(stage: Stage) -> int | None:
    return stage.progress.total if stage.progress else None
