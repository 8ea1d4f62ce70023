"""Mergeable summaries, one file each: ``observe(A + B) == merge(observe(A), observe(B))``."""
