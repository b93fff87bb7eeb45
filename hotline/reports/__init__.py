"""Figures and lists for people: read from the tables, never written back."""
