"""One jail for all tests that need nothing special of it."""

import pytest

from immure import Jail


@pytest.fixture(scope="session")
def jail():
    with Jail(policy="grader") as shared:
        yield shared
