"""Is the data what it was: rows, missing, types, ranges, categories, duplicates."""
