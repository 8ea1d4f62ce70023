"""Intervals, p-values and sample sizes from counts and sums alone; nan where undefined, never a warning."""
