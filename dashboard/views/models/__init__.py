"""What the Models tab shows; records in, HTML out."""
