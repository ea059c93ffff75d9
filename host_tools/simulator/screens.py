"""What the merchant sees, followed on the terminal's console."""

import asyncio


class Screens:
    """The screens that the terminal has shown, as it tells them on its console."""

    def __init__(self):
        self.shown: list[str] = []  # "approved", "declined no_network"
        self._more = asyncio.Event()

    def line(self, line: str) -> None:
        if line.startswith("screen "):
            self.shown.append(line[7:].strip())
            self._more.set()

    async def wait(self, *names: str, since: int = 0, seconds: float = 20) -> str:
        """The first screen after `since` with one of these names; TimeoutError with what came."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            for shown in self.shown[since:]:
                if shown.split()[0] in names:
                    return shown
            self._more.clear()
            left = end - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._more.wait(), left)
            except TimeoutError:
                raise TimeoutError(f"waited for {names}, saw {self.shown[since:]}") from None
