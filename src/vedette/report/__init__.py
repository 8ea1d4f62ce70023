"""What `compare` and `replay` return, and the forms a person or a machine takes it in."""
