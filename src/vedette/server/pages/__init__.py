"""Pages: what each one shows (structs), its words, its template, its routes."""
