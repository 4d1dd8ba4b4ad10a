"""What a run would read, download, need and take; starts nothing, loads no torch."""
