"""Rows from a program to a vedette server or a folder: microseconds on the caller, nothing lost in silence."""
