"""The API for other systems: service records in, ratings out."""
