"""The page's server: what one browser may cost, who may talk to it, how it starts and stops."""

import asyncio
import json
import socket

import pytest
import websockets

from host_tools.simulator import page


class Front:
    """A front that greets with one text and remembers commands."""

    def __init__(self, limit=0):
        self.queue = asyncio.Queue(limit)
        self.commands = asyncio.Queue()
        self.subscribers = 0

    def greeting(self):
        return ["greeting"]

    def subscribe(self):
        self.subscribers += 1
        return self.queue

    def unsubscribe(self, queue):
        self.subscribers -= 1

    async def command(self, command):
        await self.commands.put(command)


class Serving:
    """`async with Serving(front) as port`: the page on a free port until the block ends."""

    def __init__(self, front):
        self.front = front

    async def __aenter__(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.task = asyncio.create_task(page.serve(self.front, "127.0.0.1", port))
        await asyncio.sleep(0)
        return port

    async def __aexit__(self, *_):
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


def in_time(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 10))


def connect(port, **kwargs):
    return websockets.connect(f"ws://127.0.0.1:{port}/ws", **kwargs)


def test_a_new_browser_is_greeted_first():
    async def story():
        outbox = page.Outbox(lambda: ["state", b"screen"])
        outbox.put("old news")
        assert await outbox.take() == [page.HELLO, "state", b"screen"]
        outbox.put("news")
        assert await outbox.take() == ["news"]

    in_time(story())


def test_a_browser_that_does_not_read_costs_a_bounded_backlog_and_then_a_new_greeting():
    async def story():
        outbox = page.Outbox(lambda: ["present state"], limit=8)
        await outbox.take()
        for number in range(1000):
            outbox.put(str(number))
        assert await outbox.take() == [page.HELLO, "present state"]
        outbox.put("later")
        assert await outbox.take() == ["later"]

    in_time(story())


def test_what_a_full_front_queue_may_have_lost_is_made_good_by_a_greeting():
    async def story():
        front = Front(limit=2)
        async with Serving(front) as port, connect(port) as browser:
            assert [await browser.recv() for _ in range(2)] == [page.HELLO, "greeting"]
            front.queue.put_nowait("kept")
            front.queue.put_nowait("perhaps the last of many")
            assert [await browser.recv() for _ in range(2)] == [page.HELLO, "greeting"]

    in_time(story())


def test_messages_and_commands_pass_in_order():
    async def story():
        front = Front()
        async with Serving(front) as port, connect(port) as browser:
            for number in range(3):
                await browser.send(json.dumps({"do": "press", "key": str(number)}))
            keys = [(await front.commands.get())["key"] for _ in range(3)]
            assert keys == ["0", "1", "2"]
            assert [await browser.recv() for _ in range(2)] == [page.HELLO, "greeting"]
            front.queue.put_nowait(b"band")
            front.queue.put_nowait("text")
            assert [await browser.recv() for _ in range(2)] == [b"band", "text"]

    in_time(story())


@pytest.mark.parametrize("nonsense", ["{", "[]", '"press"', '{"key":"1"}', b"\x00", "x" * 5000])
def test_nonsense_ends_the_connection_and_reaches_no_one(nonsense):
    async def story():
        front = Front()
        async with Serving(front) as port:
            async with connect(port) as browser:
                await browser.send(nonsense)
                with pytest.raises(websockets.ConnectionClosedError):
                    while True:
                        await browser.recv()
            assert front.commands.empty()

    in_time(story())


def test_another_sites_page_is_refused():
    async def story():
        async with Serving(Front()) as port:
            with pytest.raises(websockets.InvalidStatus):
                await connect(port, origin="http://elsewhere.example")
            async with connect(port, origin=f"http://127.0.0.1:{port}"):
                pass

    in_time(story())


def test_a_browser_that_leaves_is_unsubscribed():
    async def story():
        front = Front()
        async with Serving(front) as port:
            async with connect(port) as browser:
                await browser.recv()
                assert front.subscribers == 1
            while front.subscribers:
                await asyncio.sleep(0.01)

    in_time(story())


def test_a_taken_port_is_named_before_anything_is_served():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} on 127.0.0.1 is taken"):
            in_time(page.serve(Front(), "127.0.0.1", port))


def test_cancelling_closes_browsers_and_frees_the_port():
    async def story():
        async with Serving(Front()) as port:
            browser = await connect(port)
            await browser.recv()
        await browser.wait_closed()
        socket.create_server(("127.0.0.1", port)).close()

    in_time(story())


def test_files_come_with_a_policy_that_allows_nothing_foreign():
    async def story():
        async with Serving(Front()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            reply = await reader.read()
            writer.close()
        assert b"default-src 'self'" in reply
        assert b"<title>Tapstone</title>" in reply

    in_time(story())
