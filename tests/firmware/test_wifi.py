"""Joining the Wi-Fi, with a station that does as it is told."""

import asyncio
import json
import os
import time

from drivers import wifi


class Station:
    def __init__(self, accepts):
        self.accepts = accepts  # what becomes of each attempt: True, False or an error
        self.joined = False
        self.calls = []

    knows_its_signal = True

    def ifconfig(self):
        return ("192.168.1.23", "255.255.255.0", "192.168.1.1", "192.168.1.1")

    def status(self, what):
        if not self.knows_its_signal:
            raise ValueError("unknown status param")
        assert what == "rssi"
        return -61

    def isconnected(self):
        return self.joined

    def disconnect(self):
        self.calls.append("disconnect")

    def connect(self, ssid, key):
        self.calls.append((ssid, key))
        answer = self.accepts.pop(0)
        if answer is OSError:
            raise OSError("busy")
        self.joined = answer


SHOP = [("shop", "secret")]


async def run(station, seconds):
    radio = wifi.Wifi(station, SHOP)
    task = asyncio.create_task(radio.run())
    await asyncio.sleep(seconds)
    task.cancel()
    return radio.networks()[0]


async def test_it_joins_the_network_it_was_given_and_is_up():
    station = Station([True])
    radio = await run(station, 0.1)
    assert station.calls == ["disconnect", ("shop", "secret")] and radio.up()


async def test_of_two_networks_the_chosen_one_is_joined_and_only_that_one_is_up():
    station = Station([True, True])
    radio = wifi.Wifi(station, SHOP + [("cafe", "other")])
    first, second = radio.networks()
    task = asyncio.create_task(radio.run())
    await asyncio.sleep(0.1)
    assert (first.up(), second.up()) == (True, False)
    second.join()
    assert not first.up()
    await asyncio.sleep(1.2)
    task.cancel()
    assert station.calls[-1] == ("cafe", "other")
    assert (first.up(), second.up()) == (False, True)


def test_the_network_check_learns_the_address_and_how_strong_the_signal_is():
    station = Station([])
    radio = wifi.Wifi(station, SHOP).networks()[0]
    assert radio.address() == "" and radio.signal_dbm() == -61
    station.joined = True
    assert radio.address() == "192.168.1.23"
    station.knows_its_signal = False
    assert radio.signal_dbm() is None


async def test_a_network_that_is_there_is_left_alone():
    station = Station([])
    station.joined = True
    await run(station, 0.1)
    assert station.calls == []


async def test_a_lost_network_is_joined_again_within_two_seconds():
    station = Station([True, True])
    task = asyncio.create_task(wifi.Wifi(station, SHOP).run())
    await asyncio.sleep(0.1)
    station.joined = False
    lost_ms = time.ticks_ms()
    while not station.joined and time.ticks_diff(time.ticks_ms(), lost_ms) < 2000:
        await asyncio.sleep(0.05)
    task.cancel()
    assert station.joined and len(station.calls) == 4


async def test_a_radio_that_refuses_an_attempt_is_not_the_end():
    station = Station([OSError])
    radio = await run(station, 0.1)
    assert not radio.up() and len(station.calls) == 2


def test_the_provisioning_file_names_the_network():
    path = "build/wifi_test.json"
    try:
        with open(path, "w") as file:
            json.dump({"wifi": {"ssid": "shop", "key": "secret"}}, file)
        assert wifi.credentials(path) == SHOP
        with open(path, "w") as file:
            json.dump({"wifi": [{"ssid": "a", "key": "1"}, {"ssid": "b", "key": "2"}]}, file)
        assert wifi.credentials(path) == [("a", "1"), ("b", "2")]
        with open(path, "w") as file:
            json.dump({}, file)
        try:
            wifi.credentials(path)
        except OSError as error:
            assert "no section wifi" in str(error)
        else:
            raise AssertionError("no error")
    finally:
        os.remove(path)
