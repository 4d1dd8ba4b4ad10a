"""Where the training data comes from: all originals by name.

No checksum stands in the table, since none of the originals was at hand when it was written: a
first ``prepare`` writes down those that it met, and a later one can be held to them. Opens nothing.
The word lists ``lexicon/{fr,es,nl,ru}.tsv`` are not made: they are for looking things up by hand
(CC-BY-SA), and no model is trained on them.
"""

from train.prepare import emotion_sources, text_sources
from train.prepare.source import Source

SOURCES: dict[str, Source] = {
    source.name: source for source in (*emotion_sources.ALL, *text_sources.ALL)
}
"""By name, which is the folder in which ``prepare`` looks for it."""
