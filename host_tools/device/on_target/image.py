"""Flash images as block devices: one that is only read, and one that is worked on in memory."""


class File:
    """An open image file, read as needed. It cannot be written."""

    program_bytes = 256

    def __init__(self, file):
        self._file = file

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * 4096 + offset)
        self._file.readinto(buffer)

    def ioctl(self, request, argument):
        if request == 4:
            return self._file.seek(0, 2) // 4096
        return 4096 if request == 5 else None


class Image:
    """What a program does to it stays in the copy, until it is saved."""

    program_bytes = 256

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = bytearray(file.read())

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset):
        at = block * 4096 + offset
        for i, byte in enumerate(buffer):
            self.data[at + i] &= byte

    def ioctl(self, request, argument):
        if request == 4:
            return len(self.data) // 4096
        if request == 5:
            return 4096
        if request == 6:
            self.data[argument * 4096 : argument * 4096 + 4096] = b"\xff" * 4096
        return 0

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.data)
