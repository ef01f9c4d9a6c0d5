"""Reads of dossiers: one module per kind of page."""
