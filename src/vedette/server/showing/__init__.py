"""Page models made from the store: every page asks here, and sees nothing of tables or files."""
