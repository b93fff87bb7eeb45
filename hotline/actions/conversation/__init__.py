"""One text of a citizen, from what it may mean to what is done about it and answered."""
