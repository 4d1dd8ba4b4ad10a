"""How well and how fast a translator translates: chrF, BLEU, time of a sentence.

Knows parallel sentences and one Marian model; how a tweet is cut up and put
together again is ``core.translation``.
"""

import statistics
import time
from collections.abc import Sequence
from typing import Any

import torch

from core.translation import Decoding, MarianUnit
from train.training.parallel import Pair

SHORT = 10  # words, at most
WARM_UP = 3  # sentences before the clock starts
BATCH = 64


def quality(
    unit: MarianUnit, pairs: Sequence[Pair], decoding: Decoding
) -> tuple[dict[str, float], list[str]]:
    """chrF (Popović 2015) and BLEU (Papineni et al. 2002) as sacrebleu has them, both in [0, 1].

    chrF is chrF2 on six characters, BLEU has the tokenizer 13a; each source is translated as one
    segment.

    Returns:
        The figures by name, and the translations.
    """
    from sacrebleu.metrics import BLEU, CHRF

    found = unit.translate([source for source, _ in pairs], decoding, BATCH)
    english = [text for text, _ in found]
    targets = [[target for _, target in pairs]]
    scores = {"chrf": CHRF(), "bleu": BLEU()}
    figures = {
        name: metric.corpus_score(english, targets).score / 100 for name, metric in scores.items()
    }
    return figures, english


def short_sentences(pairs: Sequence[Pair], count: int) -> list[str]:
    """The first ``count`` sources of at most ten words."""
    return [source for source, _ in pairs if len(source.split()) <= SHORT][:count]


def speed(sentences: Sequence[tuple[MarianUnit, str]], decoding: Decoding) -> dict[str, Any]:
    """Milliseconds of one sentence, one after the other on the CPU, with torch's threads.

    Tokenizing included. The models go back to their device afterwards.

    Returns:
        median_ms and p90_ms (ninth decile) by the clock on the wall, cpu_ms (median of this
        process's computing time, all threads together: the same on a busy machine), how many
        sentences, of how many words at most, threads; empty without a sentence.
    """
    if not sentences:
        return {}
    devices = {id(unit): (unit, unit.module.device) for unit, _ in sentences}
    try:
        for unit, _ in devices.values():
            unit.module.to("cpu")
        for unit, sentence in sentences[:WARM_UP]:
            unit.translate([sentence], decoding, 1)
        taken = [_milliseconds(unit, sentence, decoding) for unit, sentence in sentences]
        wall, cpu = map(sorted, zip(*taken, strict=True))
    finally:
        for unit, device in devices.values():
            unit.module.to(device)
    return {
        "median_ms": statistics.median(wall),
        "p90_ms": wall[int(0.9 * (len(wall) - 1))],
        "cpu_ms": statistics.median(cpu),
        "sentences": len(taken),
        "most_words": SHORT,
        "threads": torch.get_num_threads(),
    }


def _milliseconds(unit: MarianUnit, sentence: str, decoding: Decoding) -> tuple[float, float]:
    """By the clock on the wall, and of computing."""
    wall, cpu = time.perf_counter(), time.process_time()
    unit.translate([sentence], decoding, 1)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)
