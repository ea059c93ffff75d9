"""Packs the texts for the device: `python -m host_tools.release.texts FILE`.

The table `firmware/ui/texts.py` is for people to edit; the device reads its words one by one from
the file that the build makes of it (`firmware/ui/words.py`). All numbers are little endian:

    "TST1", count u16, then for each text, ascending: CRC-32 of its key u32, place u32
    at each place: lengths of key, Chinese, English (u8, u16, u16), then these three in UTF-8
"""

import ast
import struct
import sys
import zlib
from pathlib import Path

from host_tools import paths

Texts = dict[str, tuple[str, str]]


def table(source: Path | None = None) -> Texts:
    """The table of `firmware/ui/texts.py`, parsed, not imported: it is firmware."""
    source = source or paths.firmware_dir() / "ui" / "texts.py"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    return ast.literal_eval(tables[0])


def pack(texts: Texts) -> bytes:
    """The file for the device. Raises ValueError when two keys have the same CRC: rename one."""
    by_crc = {zlib.crc32(key.encode()): key for key in texts}
    if len(by_crc) != len(texts):
        raise ValueError("two keys of texts.py have the same CRC-32")
    place = 6 + 8 * len(texts)
    index, records = b"", b""
    for crc in sorted(by_crc):
        key = by_crc[crc]
        parts = [text.encode() for text in (key, *texts[key])]
        index += struct.pack("<II", crc, place + len(records))
        records += struct.pack("<BHH", *map(len, parts)) + b"".join(parts)
    return b"TST1" + struct.pack("<H", len(texts)) + index + records


def main() -> None:
    Path(sys.argv[1]).write_bytes(pack(table()))


if __name__ == "__main__":
    main()
