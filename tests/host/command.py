"""The `tapstone` command as a person gets it, exit code and all, in this process."""

import io
import os
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from host_tools import cli

_COLUMNS = "120"


@dataclass(frozen=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def tapstone(*arguments) -> Done:
    """What it does not catch is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(mock.patch.dict(os.environ, COLUMNS=_COLUMNS))
        argv = ["tapstone", *map(str, arguments)]
        stack.enter_context(mock.patch.object(sys, "argv", argv))
        code = _exit_code()
    return Done(code, *(_text(stream) for stream in (out, err)))


def _exit_code() -> int:
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("the command did not end the process")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
