"""What most tests of the acquirer need: one that runs, and a terminal that it knows."""

import pytest
from acquirer_client import running


@pytest.fixture(scope="module")
def acquirer(tmp_path_factory):
    with running(tmp_path_factory.mktemp("acquirer")) as acquirer:
        yield acquirer


@pytest.fixture
def terminal(acquirer):
    return acquirer.terminal()
