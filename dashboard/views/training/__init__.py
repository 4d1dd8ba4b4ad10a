"""What the Train tab shows: forms, runs, curves; records in, HTML out."""
