"""The way to the host: session and forwarder as pure state machines, and a thin asyncio shell."""
