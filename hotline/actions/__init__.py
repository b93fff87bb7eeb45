"""Verbs that change the database: each takes a session and `now`; the edge (a request or a job) commits, once."""
