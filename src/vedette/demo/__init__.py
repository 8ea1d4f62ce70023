"""Demonstrations on real data: each writes a folder of Parquet and the monitor that watches it."""
