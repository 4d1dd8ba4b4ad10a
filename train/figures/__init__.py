"""Figures of finished models: systems, scores, tables, cards. Trains nothing."""
