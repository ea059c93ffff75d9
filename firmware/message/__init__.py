"""ISO 8583 as this terminal speaks it: field table, codec, and the messages of docs/protocol.md."""
