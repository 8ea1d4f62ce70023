"""From committed rows to states, estimates, evidence and findings: the loop that never loses its place."""
