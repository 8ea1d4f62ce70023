"""How well the best items come first."""
