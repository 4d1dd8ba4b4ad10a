"""The Batch tab's results: figures of a whole file as HTML and plots."""
