"""Metrics, one file each: a pure function from summaries to an estimate."""
