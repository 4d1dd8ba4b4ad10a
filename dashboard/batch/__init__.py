"""Uploaded files and their runs: what the Batch tab and its endpoint may call."""
