"""Upper bounds of options: far beyond what anybody means, so that a slip of the finger is told.

Knows numbers; what a machine has room for is ``train.forecast``'s.
"""

MOST_AT_ONCE = 4096  # texts or pairs per optimiser step
MOST_EPOCHS = 1000
MOST_STEPS = 10_000_000
MOST_PATIENCE = 1000  # validations
MOST_ROWS = 100_000_000  # rows or pairs of a file
LONGEST = 8192  # sub-tokens of a text
MOST_PIECES = 1_000_000  # of a vocabulary
MOST_LAYERS = 64
WIDEST = 8192
