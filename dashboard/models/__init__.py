"""The Models tab behind its widgets: checkpoints found, loaded, fetched, removed."""
