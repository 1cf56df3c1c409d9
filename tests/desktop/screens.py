"""An X server whose screens are plugged and unplugged while it runs, and looked at: TigerVNC's, by VNC's protocol.

    with server() as (display, socket):
        plug(socket, (0, 0, 1280, 720), (1280, 0, 1920, 1080))
        picture = look(socket)             # of all of them, as they stand side by side
"""
import itertools
import shutil
import socket
import struct
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

PROGRAM = shutil.which("Xtigervnc")
RAW, SCREENS = 0, -308
"""Encodings of what the server sends: pixels, and where its screens are."""


@contextmanager
def server(width=1280, height=720):
    """The X server with one screen of so many pixels: (its display, the path of the socket by which to plug and look)."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "screens")
        with subprocess.Popen([PROGRAM, "-displayfd", "1", "-geometry", f"{width}x{height}", "-SecurityTypes", "None",
                               "-rfbport", "-1", "-rfbunixpath", path, "-nolisten", "tcp"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                yield f":{process.stdout.readline().strip()}", path
            finally:
                process.terminate()


def plug(path: str, *screens: tuple[int, int, int, int]) -> None:
    """From now on these are the screens: left, top, width, height, pixels."""
    with _connected(path) as (stream, _):
        right, foot = max(x + w for x, _, w, _ in screens), max(y + h for _, y, _, h in screens)
        stream.write(struct.pack(">BxHHBx", 251, right, foot, len(screens)))
        for number, screen in enumerate(screens, 1):
            stream.write(struct.pack(">IHHHHI", number, *screen, 0))
        answer = next(y for x, y, *_, kind, _ in _updates(stream, 1, 1) if kind == SCREENS and x == 1)   # 1: to us
        assert answer == 0, f"the server refuses these screens: {answer}"


def look(path: str) -> np.ndarray:
    """What the screens show, uint8 (h, w, 3)."""
    with _connected(path) as (stream, (width, height)):
        picture, missing = np.zeros((height, width, 4), np.uint8), width * height
        for x, y, w, h, kind, data in _updates(stream, width, height):
            if kind == RAW:
                picture[y:y + h, x:x + w] = np.frombuffer(data, np.uint8).reshape(h, w, 4)
                missing -= w * h
            if missing <= 0:
                return picture[..., :3].copy()


@contextmanager
def _connected(path: str):
    """A stream to the server, and the size of what it shows, pixels."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(path)
        with connection.makefile("rwb") as stream:
            stream.read(12)
            _write(stream, b"RFB 003.008\n")
            stream.read(stream.read(1)[0])
            _write(stream, b"\x01")              # without a password
            assert stream.read(4) == bytes(4)
            _write(stream, b"\x01")              # beside others
            size = struct.unpack(">HH", stream.read(4))
            stream.read(16)
            stream.read(struct.unpack(">I", stream.read(4))[0])
            stream.write(struct.pack(">B3x4B3H3B3x", 0, 32, 24, 0, 1, 255, 255, 255, 0, 8, 16))      # red comes first
            stream.write(struct.pack(">BxHii", 2, 2, RAW, SCREENS))
            yield stream, size


def _updates(stream, width: int, height: int):
    """What the server tells of so many pixels: (x, y, w, h, encoding, data)."""
    for changed in itertools.count():           # at first all of it, then what has changed
        _write(stream, struct.pack(">BBHHHH", 3, changed > 0, 0, 0, width, height))
        kind, count = struct.unpack(">BxH", stream.read(4))
        assert kind == 0, f"a message that was not asked for: {kind}"
        for _ in range(count):
            x, y, w, h, encoding = struct.unpack(">HHHHi", stream.read(12))
            if encoding == SCREENS:
                stream.read(16 * stream.read(4)[0])
            yield x, y, w, h, encoding, stream.read(4 * w * h) if encoding == RAW else b""


def _write(stream, data: bytes) -> None:
    stream.write(data)
    stream.flush()
