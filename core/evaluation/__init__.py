"""A whole file through teacher and student: rows as Parquet, figures as JSON, and both asked."""
