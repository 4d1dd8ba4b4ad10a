"""Stages of a pipeline: what each asks for, which are up to date, and running the others."""
