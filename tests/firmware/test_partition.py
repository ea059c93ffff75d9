"""The journal's partition: what esp32.Partition does in silence is an error here."""

from drivers.partition import PartitionFlash


class Partition:
    """Answers as esp32.Partition does, without a flash behind it."""

    def __init__(self, encrypted=False, block_bytes=4096):
        self.encrypted = encrypted
        self.block_bytes = block_bytes
        self.calls = []

    def info(self):
        return (1, 6, 0x600000, 0x200000, "journal", self.encrypted)

    def ioctl(self, request, argument):
        if request == 6 and self.block_bytes != 4096:
            return -22  # not raised: that is the trap
        return {4: 512, 5: self.block_bytes, 6: 0}.get(request)

    def readblocks(self, *arguments):
        self.calls.append(arguments)

    writeblocks = readblocks


def fails(function, *arguments):
    try:
        function(*arguments)
    except OSError:
        return True
    return False


def test_it_has_the_size_of_the_partition_and_units_of_32_bytes():
    flash = PartitionFlash(Partition())
    assert flash.ioctl(4, 0) == 512 and flash.ioctl(5, 0) == 4096 and flash.program_bytes == 32


def test_reading_and_programming_always_name_an_offset():
    partition, data = Partition(), bytearray(32)
    flash = PartitionFlash(partition)
    flash.readblocks(3, data)
    flash.writeblocks(3, data, 0)
    assert partition.calls == [(3, data, 0), (3, data, 0)]


def test_a_write_that_would_erase_is_refused():
    partition = Partition()
    assert fails(PartitionFlash(partition).writeblocks, 0, bytearray(32)) and not partition.calls


def test_an_erase_that_was_not_done_is_an_error():
    partition = Partition()
    flash = PartitionFlash(partition)
    assert flash.ioctl(6, 1) == 0
    partition.block_bytes = 512
    assert fails(flash.ioctl, 6, 1)


def test_encrypted_partitions_and_small_blocks_are_refused():
    assert fails(PartitionFlash, Partition(encrypted=True))
    assert fails(PartitionFlash, Partition(block_bytes=512))
