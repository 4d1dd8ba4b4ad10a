"""Commands that answer the texts of one file into another, record by record."""
