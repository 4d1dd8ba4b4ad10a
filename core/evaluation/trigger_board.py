"""The leaderboard of a trigger file: every explanation method of every model against gold words.

Knows the order of the work. Which tweets: ``trigger_cases``; how words are scored:
``trigger_scores``; where scores are kept: ``trigger_kept``; figures and order: ``trigger_ranking``.

No scores are held in memory but those of one chunk; a tweet leaves behind some fifty bytes for each
model and method.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.attribution import USUAL
from core.attribution.forward import Stopped, StoppedError
from core.errors import ModelError
from core.evaluation.plan import Plan, Progress
from core.evaluation.schema import TriggerBoard
from core.evaluation.trigger_cases import Cases
from core.evaluation.trigger_kept import Kept, Line, asked_as, done, mark_of
from core.evaluation.trigger_ranking import ALL_WORDS, ENGLISH, Entrant, ranked
from core.evaluation.trigger_scores import RANDOM, Tweets, methods_of, settings_of
from core.models import EmotionModel
from core.records import Example

Told = Callable[[Progress], None]


def board(
    models: Mapping[str, EmotionModel],
    cases: Iterable[Example],
    plan: Plan,
    kept: Path,
    told: Told | None = None,
    stop: Stopped | None = None,
) -> TriggerBoard:
    """Explain tweets by every method, and rank the methods.

    Args:
        models: by system; the one called "teacher" is asked about English rows only.
        cases: rows of a file, each with a number of its own, and with its language where a teacher
            takes part; those without gold triggers are passed over. What can be run through twice
            is counted first, so that ``told`` can say how many there are.
        plan: its methods ((): the usual ones), limit, seed and draws. "random", "all_words" and
            the model's own trigger score are there in any case.
        kept: JSONL file of all scores so far; a later start with the same file goes on, whatever
            ended the earlier one, and gives the same board.
        told: called after each method of each chunk.
        stop: asked between passes; once it says yes, the board is of the chunks that are whole.

    Returns:
        Entries with a threshold by F1 at it, then those without by MAP, then those without
        figures. A threshold is the checkpoint's, never one of this file.

    Raises:
        InputError: an unknown method.
        DataError: gold of another length than its text, two rows of one number, or ``kept`` holds
            something else.
        TandemError: ``kept`` cannot be written.
    """
    entrants = _entrants(models, plan)
    asked = list(dict.fromkeys(one.asked for one in entrants))
    file = Kept(kept)
    work = _Work(entrants, asked, file, done(file, asked), Cases(cases, plan.limit, plan.seed))
    _explain(work, plan.seed, _Clock(work, told), stop)
    entries = ranked(entrants, work.lines, work.whole, plan.draws, plan.seed)
    return TriggerBoard(tweets=len(work.whole), of=work.cases.of, entries=entries)


def _entrants(models: Mapping[str, EmotionModel], plan: Plan) -> list[Entrant]:
    names = [name for name in plan.methods or USUAL if name != ALL_WORDS]
    return [
        _entrant(system, model, method, plan.seed)
        for system, model in models.items()
        for method in (*methods_of(model, [*names, RANDOM]), ALL_WORDS)
    ]


def _entrant(system: str, model: EmotionModel, method: str, seed: int) -> Entrant:
    scored_by = RANDOM if method == ALL_WORDS else method  # for the words that the model reads
    settings = settings_of(model, scored_by, seed)
    asked = asked_as(model.identity or model.name, scored_by, settings)
    return Entrant(system, model, method, scored_by, asked)


# --- explaining ---


@dataclass(eq=False)
class _Work:
    """What is asked, and how far it is."""

    entrants: list[Entrant]
    asked: list[str]
    file: Kept
    done: dict[str, int]  # mark of a tweet → bits of ``asked``
    cases: Cases
    whole: dict[str, bool] = field(default_factory=dict)
    """Marks of tweets that all entrants answered → whether they are English."""

    def has(self, entrant: Entrant, tweet: Example) -> bool:
        """Whether these scores are in the file."""
        return bool(self.done.get(mark_of(tweet), 0) & self._bit(entrant))

    def add(self, entrant: Entrant, tweets: Sequence[Example], texts: Tweets) -> None:
        """Score a chunk, and keep what is not in the file yet.

        The whole chunk is scored although an earlier start may have kept a part of it: which texts
        share a batch decides the last digits.
        """
        pairs = zip(tweets, texts.scored(entrant.scored_by), strict=True)
        new = [(tweet, found) for tweet, found in pairs if not self.has(entrant, tweet)]
        self.file.add(entrant.asked, [tweet for tweet, _ in new], [found for _, found in new])
        for tweet, _ in new:
            mark = mark_of(tweet)
            self.done[mark] = self.done.get(mark, 0) | self._bit(entrant)

    def lines(self) -> Iterator[Line]:
        """What was asked of whole tweets, each line once, however often it was kept."""
        left = {mark: self.done.get(mark, 0) for mark in self.whole}
        bits = {asked: 1 << place for place, asked in enumerate(self.asked)}
        for line in self.file:
            bit = bits.get(line.asked, 0)
            if left.get(line.mark, 0) & bit:
                left[line.mark] &= ~bit
                yield line

    def _bit(self, entrant: Entrant) -> int:
        return 1 << self.asked.index(entrant.asked)


def _explain(work: _Work, seed: int, clock: "_Clock", stop: Stopped | None) -> None:
    """Bring the file up to all tweets, or to where ``stop`` said yes."""
    try:
        for chunk in work.cases.chunks():
            _explain_chunk(work, chunk, seed, clock, stop)
            work.whole.update((mark_of(tweet), tweet.language == ENGLISH) for tweet in chunk)
    except StoppedError:
        work.cases.count_rest()


def _explain_chunk(
    work: _Work, chunk: Sequence[Example], seed: int, clock: "_Clock", stop: Stopped | None
) -> None:
    texts: dict[str, Tweets] = {}  # by system: what a model makes of the chunk, for all methods
    for answered, one in enumerate(work.entrants, start=1):
        if stop is not None and stop():
            raise StoppedError
        tweets = [tweet for tweet in chunk if one.reads(tweet)]
        missing = not one.reason and any(not work.has(one, tweet) for tweet in tweets)
        if missing:
            own = Tweets(one.model, [tweet.text for tweet in tweets], seed, stop)
            try:
                work.add(one, tweets, texts.setdefault(one.system, own))
            except ModelError as problem:
                one.reason = str(problem)
        clock.tell(len(chunk), answered, computed=missing and not one.reason)


class _Clock:
    """Says how far the work is."""

    def __init__(self, work: _Work, told: Told | None) -> None:
        self.work, self.told = work, told
        self.started = time.monotonic()
        self._new = 0  # tweets of chunks of which this start computed anything
        self._computed = False  # anything of this chunk

    def tell(self, tweets: int, answered: int, computed: bool) -> None:
        """So many entrants have answered a chunk, the last one just now, or in an earlier start."""
        self._computed = computed or (answered > 1 and self._computed)
        part = tweets * answered / len(self.work.entrants)
        ready, new = len(self.work.whole) + part, self._new + part * self._computed
        if answered == len(self.work.entrants):
            self._new += tweets * self._computed
        if self.told is None:
            return
        total = self.work.cases.total
        seconds, left = time.monotonic() - self.started, None
        if total is not None and new > 0:
            left = (total - ready) * seconds / new
        self.told(Progress("explaining", _floor(ready), total, seconds, left, _floor(new)))


def _floor(tweets: float) -> int:
    return int(tweets + 1e-6)  # sums of parts
