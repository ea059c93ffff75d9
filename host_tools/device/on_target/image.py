"""A flash image in memory as a block device: what a program does to it stays in the copy."""


class Image:
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
