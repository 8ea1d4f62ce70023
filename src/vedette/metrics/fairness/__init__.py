"""Whether groups are treated alike: each group against the rest."""
