"""What is kept: the accept spool, the lake of rows, and the database of everything derived or decided."""
