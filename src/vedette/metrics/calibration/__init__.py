"""Whether a score means the probability it says."""
