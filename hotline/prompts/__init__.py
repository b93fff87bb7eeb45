"""Sentences of the telephone as sound: which there are, who speaks them, and the folder they are played from."""
