"""Forms of the pages of dossiers: one module per kind of page."""
