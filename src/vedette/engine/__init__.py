"""From sources to estimates: plan, windows, one pass over the rows, baseline."""
