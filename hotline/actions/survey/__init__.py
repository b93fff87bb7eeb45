"""Survey calls: who is on the line about what, what each key does, and what the caller hears."""
