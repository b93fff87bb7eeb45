"""Calls: the voice menu of the survey, and the callbacks that bridge an agent to a citizen."""
