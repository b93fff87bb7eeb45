"""What the journeys share."""

from tests.jobs.conftest import do_work, town

__all__ = ["do_work", "town"]
