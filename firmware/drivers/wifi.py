"""Wi-Fi as a station: joins the network, and joins it again whenever it was lost."""

import asyncio
import json

from micropython import const

_LOOK_MS = const(1000)
_JOIN_MS = const(15000)  # an attempt gets this long


def credentials(path):
    """-> (network name, key) from the section "wifi" of the provisioning file. Raises OSError."""
    with open(path) as file:
        section = json.load(file).get("wifi")
    if not section:
        raise OSError("no section wifi in " + path)
    return section["ssid"], section["key"]


class Wifi:
    """`wlan`: a network.WLAN station that is switched on and does not reconnect by itself."""

    def __init__(self, wlan, ssid, key):
        self._wlan = wlan
        self._ssid = ssid
        self._key = key

    def up(self):
        """Whether there is a network with an address for us."""
        return self._wlan.isconnected()

    def address(self):
        """Our own address as text, "" while there is none."""
        return self._wlan.ifconfig()[0] if self.up() else ""

    def signal_dbm(self):
        """How strong the network is received; None where the radio cannot tell."""
        try:
            return self._wlan.status("rssi")
        except (OSError, ValueError):
            return None

    async def run(self):
        """Named task."""
        while True:
            if not self.up():
                self._join()
                await self._wait_joined()
            await asyncio.sleep_ms(_LOOK_MS)

    def _join(self):
        try:
            self._wlan.disconnect()  # ends an attempt that hangs
            self._wlan.connect(self._ssid, self._key)
        except OSError as error:
            print("wifi: %s" % error)  # busy, or the key is malformed; tried again all the same

    async def _wait_joined(self):
        for _ in range(_JOIN_MS // _LOOK_MS):
            if self.up():
                return
            await asyncio.sleep_ms(_LOOK_MS)
