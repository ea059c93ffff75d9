"""JSON files that people hand in: anything may be in them, or nothing."""

import json
from pathlib import Path
from typing import Any

from host_tools.errors import Unusable

_MOST_BYTES = 64 * 1024 * 1024  # far more than any of ours; a device file has no end


class NotJson(Unusable):
    """The file holds something else; the text says which file and why."""


def read(path: Path) -> Any:
    """What the file says. Raises OSError, NotJson."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise NotJson(f"{path}: not JSON: larger than {_MOST_BYTES >> 20} MiB")
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotJson(f"{path}: not JSON: {error}") from None
