"""A flash partition of an ESP32 as a block device of MicroPython's extended protocol.

`esp32.Partition` is one already, but for what it does in silence: a write without an offset erases,
and an erase that it cannot do is only told by its result.
"""

from micropython import const

_BLOCK_BYTES = const(4096)
_IOCTL_BLOCK_SIZE = const(5)
_ENCRYPTED = const(5)  # index in Partition.info()
_EIO = const(5)
_EINVAL = const(22)


class PartitionFlash:
    """`partition`: an esp32.Partition with blocks of 4,096 bytes, not encrypted. Or OSError."""

    # The flash programs single bytes, but modules differ: with units of 32 bytes none is ever
    # programmed twice, which parts with error correction forbid.
    program_bytes = 32

    def __init__(self, partition):
        if partition.info()[_ENCRYPTED]:
            # Erased flash would not read as 0xFF, and records are sealed already.
            raise OSError(_EINVAL, "the journal's partition is encrypted")
        if partition.ioctl(_IOCTL_BLOCK_SIZE, 0) != _BLOCK_BYTES:
            raise OSError(_EINVAL, "the partition's blocks are not 4096 bytes")
        self._partition = partition

    def readblocks(self, block, buffer, offset=0):
        self._partition.readblocks(block, buffer, offset)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            raise OSError(_EINVAL)  # the form that erases
        self._partition.writeblocks(block, buffer, offset)

    def ioctl(self, request, argument):
        result = self._partition.ioctl(request, argument)
        if result is None or result < 0:
            raise OSError(_EIO, "flash request %d failed" % request)
        return result
