"""Runs as processes of their own: queued, started, watched, stopped, resumed; without torch."""
