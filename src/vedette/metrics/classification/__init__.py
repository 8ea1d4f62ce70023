"""How well classes are told apart, from confusion counts and score bins."""
