"""How models are trained: rows, batches, losses, checkpoints of a training."""
