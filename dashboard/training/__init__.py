"""The Train tab behind its widgets: forms, files, places, and what its endpoints may call."""
