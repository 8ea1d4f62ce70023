"""How far predicted numbers are from true ones."""
