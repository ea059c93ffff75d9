"""Wi-Fi as a station: joins the network that was chosen, and again whenever it was lost."""

import asyncio
import json

from micropython import const

_LOOK_MS = const(1000)
_JOIN_MS = const(15000)  # an attempt gets this long


def credentials(path):
    """-> [(network name, key)] in the order of preference, from the section "wifi" of the
    provisioning file: one {"ssid", "key"} or a list of them. Raises OSError."""
    with open(path) as file:
        section = json.load(file).get("wifi")
    if not section:
        raise OSError("no section wifi in " + path)
    rows = section if isinstance(section, list) else [section]
    return [(row["ssid"], row["key"]) for row in rows]


class Wifi:
    """The radio, which can be in one network at a time.

    `wlan`: a network.WLAN station that is switched on and does not reconnect by itself.
    """

    def __init__(self, wlan, known):
        """`known`: what credentials() gives."""
        self.wlan = wlan
        self._known = known
        self._joined = None if len(known) > 1 else 0  # the network that was joined last
        self.chosen = 0

    def networks(self):
        return [WifiNetwork(self, i, name) for i, (name, _) in enumerate(self._known)]

    def is_in(self, index):
        """Whether the radio is in that network, with an address for us."""
        return self.chosen == self._joined == index and self.wlan.isconnected()

    async def run(self):
        """Named task."""
        while True:
            if not self.is_in(self.chosen):
                self._join()
                await self._wait_joined(self.chosen)
            await asyncio.sleep_ms(_LOOK_MS)

    def _join(self):
        self._joined = None
        try:
            self.wlan.disconnect()  # ends an attempt that hangs
            self.wlan.connect(*self._known[self.chosen])
            self._joined = self.chosen
        except OSError as error:
            print("wifi: %s" % error)  # busy, or the key is malformed; tried again all the same

    async def _wait_joined(self, index):
        for _ in range(_JOIN_MS // _LOOK_MS):
            if self.is_in(index) or self.chosen != index:
                return
            await asyncio.sleep_ms(_LOOK_MS)


class WifiNetwork:
    """One of the networks that the radio knows, as uplink/networks.py wants it."""

    exclusive = True

    def __init__(self, radio, index, name):
        self.name = name
        self._radio = radio
        self._index = index

    def join(self):
        self._radio.chosen = self._index

    def up(self):
        """Whether we are in it, with an address."""
        return self._radio.is_in(self._index)

    def address(self):
        """Our own address as text, "" while there is none."""
        return self._radio.wlan.ifconfig()[0] if self.up() else ""

    def signal_dbm(self):
        """How strong the network is received; None where the radio cannot tell."""
        try:
            return self._radio.wlan.status("rssi")
        except (OSError, ValueError):
            return None

    def route(self, address, port):
        return address, port
