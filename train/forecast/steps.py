"""How many steps a run would take, counted on the rows that it would read.

Knows each recipe's files through ``train.training.rows`` and ``train.training.parallel``; trains
nothing, writes nothing, loads no torch.
"""

import math
from collections.abc import Sequence
from functools import singledispatch

from core.labels import LABELS
from core.sampling import spread
from train.config import (
    BaseConfig,
    DistilConfig,
    EvaluateConfig,
    FullConfig,
    PackConfig,
    ParallelConfig,
    TeacherConfig,
    TrainingConfig,
    TriggersConfig,
    TrimConfig,
)
from train.options import RecipeConfig


@singledispatch
def steps(config: RecipeConfig) -> list[str]:
    """Sentences on rows, steps and validations; none for a recipe that counts nothing.

    Raises:
        TandemError: when a file cannot be read as what it is given as.
    """
    return []


@steps.register
def _full(config: FullConfig) -> list[str]:
    from core.data import read_emotions, read_texts

    data = spread(read_emotions(config.data, labelled=True), config.limit_rows)
    held = round(config.validation_fraction * len(data))
    tweets = sum(len(spread(read_texts(path), config.limit_rows)) for path in config.unlabelled)
    limit = config.dev_rows or config.limit_rows
    measured = sum(len(read_emotions(path, labelled=True)[:limit]) for path in config.dev)
    return [
        f"{number(len(data))} labelled rows, about {number(held)} of them held out; "
        f"{number(tweets)} tweets to translate and distil on; {number(measured)} rows, and those "
        "held out, to measure on.",
        "Each stage says more: add --dry-run to its command below, once those before it have run.",
    ]


@steps.register
def _teacher(config: TeacherConfig) -> list[str]:
    from train.training.rows import read_rows, split_file

    rows = read_rows(config, save=False)
    file = split_file(config)
    made = f"The split is that of {file}."
    if not file.is_file():
        held = f"seed {config.seed}, {config.validation_fraction:.0%} held out"
        made = f"The split will be made, and kept as {file}: {held}."
    extra = sum(entry["rows"] for entry in rows.data[1:])
    of_them = f", {number(extra)} of them from extra files" if extra else ""
    return [
        *_schedule(config, len(rows.train), f"{number(len(rows.train))} training rows{of_them},"),
        _validations(config, len(rows.train), f"{number(len(rows.validation))} rows"),
        made,
    ]


@steps.register
def _distil(config: DistilConfig) -> list[str]:
    from core.splits import Split
    from train.training.rows import held_out, read_unlabelled, validation_rows

    split = Split.load(config.split)
    texts, counts = read_unlabelled(config.unlabelled, split, config.limit_rows)
    held = int(held_out(texts, config.held_out, split.seed).sum())
    validation = validation_rows(config, split)
    pairs = len(config.parallel) * len(LABELS) * config.pairs_per_class
    rows = len(texts) - held + round(pairs * (1 - config.held_out))
    more = f", and at most {number(pairs)} pairs" if pairs else ""
    left = ", ".join(f"{number(count)} {name}" for name, count in counts.items())
    return [
        f"{number(len(texts))} distinct tweets are translated and read first ({left} left out)"
        f"{more}.",
        *_schedule(
            config, rows, f"{number(rows)} rows, {number(held)} tweets held out,", most=True
        ),
        "Tweets that cannot be translated are left out of them, which only shows then.",
        _validations(
            config, rows, f"{number(len(validation))} rows and {number(held)} held-out tweets"
        ),
    ]


@steps.register
def _parallel(config: ParallelConfig) -> list[str]:
    pairs = _pairs(config)
    said = f"{number(pairs)} pairs,"
    lines = _schedule(config, pairs, said, most=True)
    lines.append("Pairs with too many pieces are left out of them, which only shows then.")
    return [*lines, *_dev(config, pairs)]


@steps.register
def _base(config: BaseConfig) -> list[str]:
    from core.data import read_texts
    from train.training.emoji import needed, read_names

    names = read_names(config.emoji) if config.emoji else {}
    tweets = [text for path in config.emoji_texts for text in read_texts(path)]
    emoji = len(needed(tweets, names))
    pairs = _pairs(config)
    rows = pairs + 7 * emoji
    said = f"{number(pairs)} pairs, and 7 for each of {number(emoji)} emoji,"
    return [*_schedule(config, rows, said), *_dev(config, rows)]


@steps.register
def _evaluate(config: EvaluateConfig) -> list[str]:
    from core.data import read_emotions
    from train.training.parallel import read_pairs
    from train.training.rows import unheld

    counts = [len(unheld(read_emotions(path, labelled=True), config.split)) for path in config.data]
    counts = [count if config.limit is None else min(count, config.limit) for count in counts]
    lines = [
        f"{number(sum(counts))} rows of {len(counts)} files, each read by "
        f"{len(config.models)} models, and by {len(config.teacher)} on translations; "
        f"{number(config.bootstrap)} resamples for each interval."
    ]
    pairs = sum(len(read_pairs(path)[: config.limit]) for path in config.parallel)
    said = [f"{number(pairs)} parallel sentences are translated, {config.timed} one by one."]
    return (lines if counts else []) + (said if pairs else [])


@steps.register
def _triggers(config: TriggersConfig) -> list[str]:
    from core.data import read_triggers
    from core.splits import Split

    tweets = spread(read_triggers(config.data, labelled=True), config.limit_rows)
    _, rows = Split.load(config.split).partition(tweets)
    others = len(config.methods)
    more = f", by the model and by {others} methods of explanation" if others else ""
    return [f"{number(len(rows))} validation tweets are scored{more}, and every threshold tried."]


@steps.register
def _trim(config: TrimConfig) -> list[str]:
    return [f"{number(_texts(config.texts))} texts decide which pieces are kept."]


@steps.register
def _pack(config: PackConfig) -> list[str]:
    found = min(config.probes, _texts(config.probe))
    return [f"{number(found)} probe texts are read in both forms."]


def _texts(paths: Sequence[str]) -> int:
    from core.data import read_texts

    return sum(len(read_texts(path)) for path in paths)


def _pairs(config: ParallelConfig) -> int:
    from train.training.parallel import read_pairs

    read = (read_pairs(path, config.licences) for path in config.parallel)
    found = (len(spread(pairs, config.limit_rows)) for pairs in read)
    return sum(min(count, config.pairs_per_language) for count in found)


def _dev(config: ParallelConfig, rows: int) -> list[str]:
    from train.training.parallel import read_pairs

    if not config.dev:
        return ["No validation: there are no dev files."]
    held = sum(len(read_pairs(path)) for path in config.dev)
    return [_validations(config, rows, f"{number(held)} pairs")]


def _schedule(config: TrainingConfig, rows: int, said: str, *, most: bool = False) -> list[str]:
    """How many optimiser steps, and why; as the Trainer counts them."""
    epoch = math.ceil(rows / config.batch_size)
    total = total_steps(config, rows)
    count = f"{'at most ' if most else ''}{number(total)} steps"
    why = f"max_steps; an epoch would be {number(epoch)}"
    if config.max_steps is None:
        why = f"{number(epoch)} an epoch, {config.epochs:g} epoch{'s' * (config.epochs != 1)}"
    lines = [f"{said} in batches of {config.batch_size}: {count} ({why})."]
    if config.patience:
        lines.append(f"It ends sooner after {config.patience} validations without a better score.")
    if config.max_minutes is not None:
        lines.append(f"It ends sooner after {config.max_minutes:g} minutes.")
    return lines


def total_steps(config: TrainingConfig, rows: int) -> int:
    """Optimiser steps where nothing ends the training early."""
    epoch = math.ceil(rows / config.batch_size)
    return config.max_steps or math.ceil(epoch * config.epochs)


def _validations(config: TrainingConfig, rows: int, on: str) -> str:
    total = total_steps(config, rows)
    if config.eval_steps:
        count, when = total // config.eval_steps, f"one every {config.eval_steps} steps"
    else:
        count, when = math.ceil(total / math.ceil(rows / config.batch_size)), "one an epoch"
    return f"{number(count)} validation{'s' * (count != 1)} on {on}, {when}."


def number(count: int) -> str:
    """1,420."""
    return f"{count:,}"
