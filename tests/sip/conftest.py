"""What the tests of the gateway share."""

from pathlib import Path

import pytest

from tests import parts
from tests.conftest import missing


@pytest.fixture(scope="session")
def sipp() -> Path:
    """The real SIP callers."""
    try:
        return parts.sipp()
    except RuntimeError as error:
        missing("sipp", error)
        raise
