"""The one door for dashboard and command line: loads models once, compares, explains, evaluates.

Knows who does what, and does none of it itself; how models are loaded is ``core.opening``. Every
method may be called from many threads. Knows no widget, no file format, no training.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from core.evaluation.plan import Plan, SystemInfo
from core.evaluation.plan import Progress as Evaluated
from core.evaluation.schema import Metrics
from core.evaluation.systems import offered
from core.explaining import checked, with_masked
from core.explanations import Explanation, Links, Question
from core.growing import Told, grow
from core.memory import give_back
from core.opening import Opening
from core.records import (
    Comparison,
    EngineInfo,
    EngineSources,
    ModelInfo,
    Prediction,
)
from core.request import AUTO, Request

__all__ = ["AUTO", "Engine", "EngineInfo", "EngineSources", "ModelInfo"]

CHUNK = 16  # tweets between two progress reports


class Engine(Opening):
    """Loads models once and answers.

    Args:
        sources: which models.
        device: "cpu" or "cuda".
        progress: called in the loading thread while files of a hub id are downloaded.
    """

    def describe(self) -> EngineInfo:
        """The loaded models; waits for them."""
        return EngineInfo(self.device, self._ready().roster.models())

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]:
        """Teacher on the translation, student on the original, weight, triggers.

        Args:
            texts: N tweets, exactly as they are; blank ones are answered too.
            languages: "auto", a code for all, or N of them.
            translations: N; an English text written by the user, or None.
            progress: called with (done, N) now and then.
            stop: asked before each chunk; once it says yes, the rows so far are the answer.

        Returns:
            One row per text, in order; fewer only where ``stop`` said yes.

        Raises:
            InputError: an unknown language code, or lists of different lengths.
            TandemError: what loading met.
        """
        request = Request.of(texts, languages, translations)
        loaded = self._ready()
        results: list[Comparison] = []
        for part in request.parts(CHUNK):
            if stop is not None and stop():
                break
            results += loaded.compare(part)
            if progress is not None:
                progress(len(results), len(texts))
        return results

    def explain(
        self,
        question: Question,
        told: Told | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Explanation:
        """Which words made the label, by several methods, and how far that can be trusted.

        Args:
            question: one tweet, which models, which methods, which class.
            told: called after each step with the explanation so far, steps done, steps in all.
            stop: asked between passes; once it says yes, what is there is the answer.

        Raises:
            InputError: what is asked for does not exist, see core.explaining.checked.
            ModelError: a model lacks the class.
            TandemError: what loading met.
        """
        asked = checked(question)
        request = Request.of([asked.text], asked.language, [asked.translation])
        loaded = self._ready()
        models = {role: loaded.roster.in_role(role) for role in asked.roles}
        [language] = loaded.languages(request)
        translation = links = None
        if "teacher" in models:
            [translation] = loaded.translations(request, [language])
            links = loaded.roster.translator.links(asked.text, language.code, translation)
        begun = Explanation(
            asked.text, language, translation, {}, links, gold=asked.gold, question=asked
        )
        try:
            return grow(begun, asked, models, told, stop)
        finally:
            give_back()

    def links(self, text: str, language: str, translation: str | None) -> Links | None:
        """Source words and English words that belong together, by the translator's attention.

        Args:
            language: "auto" or a code.
            translation: the user's own English, or None.

        Returns:
            None where nothing was translated.
        """
        request = Request.of([text], language, [translation])
        loaded = self._ready()
        [found] = loaded.languages(request)
        [english] = loaded.translations(request, [found])
        return loaded.roster.translator.links(text, found.code, english)

    def what_if(
        self,
        text: str,
        role: str,
        masked: Sequence[int],
        language: str = AUTO,
        translation: str | None = None,
    ) -> Prediction:
        """What a model would say with some words of the text that it reads masked.

        Args:
            role: "student", "teacher" or "student before".
            masked: places of words in ``split(" ")`` of the text that this model reads.

        Raises:
            InputError: no such role, no such word, an unknown language.
            ModelError: the model has no mask token.
        """
        request = Request.of([text], language, [translation])
        loaded = self._ready()
        model, read = loaded.roster.in_role(role), text
        if role == "teacher":
            [english] = loaded.translations(request, loaded.languages(request))
            read = english.text
        return with_masked(model, read, masked)

    def systems(self) -> tuple[SystemInfo, ...]:
        """What an evaluation may ask for, in the order of a report; waits for the models."""
        return offered(self._ready().roster)

    def evaluate(
        self,
        plan: Plan,
        folder: Path,
        told: Callable[[Evaluated], None] | None = None,
        stop: Callable[[], bool] | None = None,
        *,
        total: int | None = None,
        command: str = "",
    ) -> Metrics:
        """Answer a whole file by several systems, and measure them against its gold.

        Called again with the same folder it goes on where it stopped; see
        ``core.evaluation.running``, which also says what the arguments are and what is raised.
        """
        from core.evaluation.running import evaluate  # pyarrow comes with it

        loaded = self._ready()
        try:
            return evaluate(
                loaded.roster,
                loaded.identifier,
                plan,
                folder,
                told,
                stop,
                total=total,
                command=command,
            )
        finally:
            give_back()

    def forget(self) -> None:
        """Empty the caches, so that the next answers depend on nothing asked before.

        Which texts are read together decides the last digits of a probability.
        """
        if self._loaded is not None:
            self._loaded.forget()
