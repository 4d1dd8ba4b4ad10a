"""Data files of any form, looked at and checked before anything is asked of a model."""
