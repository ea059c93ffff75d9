"""A whole workbench in one folder: acquirer, network, cards, and the terminal on its virtual board.

This is what `tapstone run`, the demo and the end-to-end tests stand on. Everything durable lives in
the folder, so that a bench that is opened again carries on where it was.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from host_tools import wallet
from host_tools.acquirer import keys as acquirer_keys
from host_tools.acquirer import setup as acquirer_setup
from host_tools.acquirer import signer
from host_tools.cards import world
from host_tools.device import provision
from host_tools.release.build import build
from host_tools.simulator import whole
from host_tools.simulator.acquirer_process import Acquirer, BenchError
from host_tools.simulator.network import Network, short_socket_folder
from host_tools.simulator.nor import NorChip
from host_tools.simulator.panel import Panel
from host_tools.simulator.pins import Pins
from host_tools.simulator.pn532 import PN532
from host_tools.simulator.screens import Screens
from host_tools.simulator.terminal import TerminalProcess
from host_tools.simulator.wires import Wires

SERIAL, TERMINAL_ID, MERCHANT_ID = "SIM00001", "T0000001", "M00000000000001"
FLASH_BYTES = 1024 * 1024
RESULTS = (
    "approved",
    "stored",
    "deferred",
    "declined",
    "try_again",
    "in_doubt",
    "refused",
    "fault",
)


class Bench:
    """`on_message(dict)` hears of every change that a page would show; `on_line(text)` the log."""

    def __init__(
        self,
        data: Path,
        on_message: Callable[[dict], None] = lambda message: None,
        on_line: Callable[[str], None] = lambda line: None,
    ):
        self.data = data.resolve()
        self._on_message = on_message
        self.acquirer = Acquirer(self.data / "acquirer")
        self.network = Network()
        self.backup = Network()  # switched off until somebody wants it
        self.provision_path = self.data / "provision.json"
        self.flash_path = self.data / "flash.bin"
        self.firmware = self.data / "firmware"
        self.cards = {}
        self.card_id: str | None = None
        self.panel = Panel()
        self.wires = Wires(short_socket_folder(self.data))
        self.pins = Pins(self._pin_line, on_message)
        self.reader = PN532(lambda data: self.wires.send("uart1", data), asyncio.sleep)
        self._on_line = on_line
        self.screens = Screens()
        self._signed_in = False
        self._environment = self._first_environment()
        self.terminal = TerminalProcess(
            self.firmware, self._environment, self._heard, self.pins.hungry
        )
        self.flash: NorChip  # both from prepare() on
        self.phones: wallet.Phones

    def _pin_line(self, line: str) -> None:
        self.wires.send("gpio", line.encode() + b"\n")

    # Life

    def prepare(self) -> None:
        """Makes what the folder does not hold yet: keys, cards, accounts, provisioning, journal."""
        self.data.mkdir(parents=True, exist_ok=True)
        os.chmod(self.data, 0o700)
        whole.check(self.data)
        cards = self.data / "cards"
        world.create(cards)
        acquirer_setup.create(self.acquirer.data, world.accounts(cards))
        build("unix", self.firmware)
        if not self.provision_path.exists() and not whole.is_being_reset(self.data):
            signer.create(self.acquirer.data)
            self._provision(cards)
        self.cards = {card.profile.id: card for card in world.cards(cards)}
        self.phones = wallet.Phones(acquirer_keys.load(self.acquirer.data).wallet_key)
        self.flash = NorChip(self.flash_path, FLASH_BYTES)

    def _provision(self, cards: Path) -> None:
        enrolled = acquirer_setup.enroll(self.acquirer.data, SERIAL, TERMINAL_ID, MERCHANT_ID)
        emv = world.emv_section(cards, SERIAL)
        content = provision.document(
            SERIAL, TERMINAL_ID, MERCHANT_ID, enrolled["host"], enrolled["keys"], emv
        )
        self.flash_path.write_bytes(b"\xff" * FLASH_BYTES)
        provision.format_journal(self.firmware, self.flash_path, provision.seal_key(content))
        provision.write(self.provision_path, content)

    async def open(self) -> None:
        await self.acquirer.start()
        for network in (self.network, self.backup):
            network.host_port = self.acquirer.port
            await network.open()
        await self.backup.set_mode("down")
        self._environment["TAPSTONE_BACKUP_PORT"] = str(self.backup.port)
        self._point_terminal_at_network()
        self.wires.spi("spi1", self.panel)
        self.wires.spi("spi2", self.flash)
        self.wires.serial("uart1", self.reader.feed)
        self.wires.serial("uart2", lambda data: None)  # a scanner talks and does not listen
        self.wires.lines("gpio", self.pins.receive)
        await self.wires.open()
        self.power_on()

    def _first_environment(self) -> dict[str, str]:
        return {
            "MICROPYPATH": f"{self.firmware}:.frozen",
            "TAPSTONE_DEVICES": str(self.wires.folder),
            "TAPSTONE_PROVISION": str(self.provision_path),
        }

    def _point_terminal_at_network(self) -> None:
        if not self.provision_path.exists():
            return
        content = provision.read(self.provision_path)
        if not isinstance(content.get("host"), dict):
            return  # the terminal names what is missing
        content["host"]["port"] = self.network.port
        provision.write(self.provision_path, content)

    async def close(self) -> None:
        """Ends whatever has been started, also after a start that failed half way."""
        self.terminal.power_off()
        await self.terminal.gone()
        self.wires.close()
        await self.network.close()
        await self.backup.close()
        await self.acquirer.stop()
        if hasattr(self, "flash"):
            self.flash.close()
        if self.wires.folder.parent != self.data:
            shutil.rmtree(self.wires.folder, ignore_errors=True)

    def _heard(self, line: str) -> None:
        self.screens.line(line)
        if line.startswith("link "):
            self._signed_in = line == "link up"
        self._on_line(line)

    # What a person does to it

    def power_on(self) -> None:
        self.flash.power_on()
        self.terminal.power_on()

    def power_cut(self) -> None:
        self._signed_in = False
        self.terminal.power_off()
        self.reader.power_cycle()
        self.panel.power_off()
        self.pins.power_off()
        self.flash.power_off()

    async def press(self, keys: str) -> None:
        for key in keys:
            if not await self.pins.press(key):
                raise BenchError("the terminal does not look at its keys now")

    def tap(self, card_id: str) -> None:
        if card_id not in self.cards:
            raise ValueError(f"there is no card {card_id!r}")
        self.remove()
        self.card_id = card_id
        self.reader.place(self.cards[card_id])

    def scan(self, wallet_id: str) -> str:
        """A phone with a pay code is held before the scanner; the code."""
        code = self.phones.show(wallet_id)
        self.scan_code(code)
        return code

    def scan_code(self, code: str) -> None:
        """The scanner reads this, whatever it is."""
        self.wires.send("uart2", code.encode() + b"\r")

    async def sell(self, amount_fen: int, card_id: str, *ends: str, seconds: float = 20) -> str:
        """Keys the amount, taps the card when asked to, takes it away; the screen that ends it."""
        since = len(self.screens.shown)
        await self.press(f"{amount_fen}E")
        await self.screens.wait("present", since=since)
        self.tap(card_id)
        try:
            return await self.screens.wait(*(ends or RESULTS), since=since, seconds=seconds)
        finally:
            self.remove()

    async def give_back(self, amount_fen: int | None = None, place: int = 0) -> str:
        """Gives back a sale, or so much of it: the one at this place of the list, 0 the newest.

        The screen that ends it; back at the amount then.
        """
        screens, began = self.screens, len(self.screens.shown)
        await self.press("M1" + "8" * place + "EE2")
        await screens.wait("give_back", "report", since=began)
        if screens.shown[-1].startswith("give_back"):
            await self.press(f"{amount_fen or ''}E")
            await screens.wait("confirm", since=began)
            await self.press("E")
        ended = await screens.wait("given_back", "report", since=began)
        since = len(screens.shown)
        await self.press("XXXXX")
        await screens.wait("amount", since=since)
        return ended

    def remove(self) -> None:
        if self.card_id:
            self.reader.remove()
        self.card_id = None

    async def online(self, seconds: float = 20) -> None:
        """Waits until the terminal has signed in."""
        end = asyncio.get_running_loop().time() + seconds
        while not self._signed_in:
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("the terminal did not sign in")
            await asyncio.sleep(0.05)

    async def dead(self, seconds: float = 20) -> None:
        """Waits until the power has failed (an armed cut)."""
        end = asyncio.get_running_loop().time() + seconds
        while self.terminal.powered:
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"the power did not fail; screens: {self.screens.shown[-5:]}")
            await asyncio.sleep(0.02)
        await self.terminal.gone()

    async def set_network(self, mode: str) -> None:
        await self.network.set_mode(mode)
        self.pins.set_wifi(mode != "down")

    async def set_backup(self, on: bool) -> None:
        await self.backup.set_mode("up" if on else "down")
        self.pins.set_backup(on)

    async def set_acquirer(self, on: bool, how: int = signal.SIGTERM) -> None:
        if on:
            await self.acquirer.start()
        else:
            await self.acquirer.stop(how)
