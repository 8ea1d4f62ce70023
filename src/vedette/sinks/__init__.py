"""Places where messages go: one file each, named as in ``[[sinks]] kind = "slack"``."""
