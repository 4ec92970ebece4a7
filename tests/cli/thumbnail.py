#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document's small picture, as a file manager asks for it: thumbnail.py MIEN-CLI THUMBNAILER-FILE."""
import collections
import configparser
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import zlib

import tap

CLI, ENTRY = sys.argv[1:3]
ROOT = os.environ["MIEN_SOURCE_ROOT"]
checks = tap.Checks()
DEMO = os.path.join(ROOT, "data", "demo", "cap12.mp4")


def read_png(path):
    """(width, height, rows of bytes, bytes a pixel) of an 8-bit PNG without interlacing."""
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    size = 3 if colour == 2 else 4
    raw, rows, before = zlib.decompress(packed), [], bytes(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        how, line = raw[start], bytearray(raw[start + 1:start + 1 + width * size])
        for i in range(len(line)):
            left = line[i - size] if i >= size else 0
            up, corner = before[i], before[i - size] if i >= size else 0
            guess = left + up - corner
            near = min((left, up, corner), key=lambda v: abs(guess - v))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, near)[how]) & 255
        rows.append(bytes(line))
        before = rows[-1]
    return width, height, rows, size


def run(*args):
    return subprocess.run([CLI, *args], capture_output=True, text=True, timeout=300)


entry = configparser.ConfigParser(interpolation=None)
entry.read(ENTRY, encoding="utf-8")
entry = entry["Thumbnailer Entry"]
command = shlex.split(entry["Exec"])
with open(os.path.join(ROOT, "data", "io.github.mien.Mien.mime.xml"), encoding="utf-8") as text:
    own = text.read()
checks.check(all(f'type="{kind}"' in own for kind in entry["MimeType"].strip(";").split(";")), "the entry is for the program's own type")
checks.check(command[0] == entry["TryExec"] and os.path.basename(command[0]) == "mien-cli", "the entry runs the command line")
with tempfile.TemporaryDirectory(prefix="mien-thumbnail-test-") as folder:
    document = os.path.join(folder, "a name.mien")
    done = run("analyze", DEMO, "--detector", "fast", "--end", "4", "-q", "-o", document)
    assert done.returncode == 0, done.stderr
    with open(document, "rb") as f:
        before = f.read()
    for size in (128, 256, 512):
        out = os.path.join(folder, f"{size}.png")
        done = run(*[{"%s": str(size), "%i": document, "%o": out}.get(word, word) for word in command[1:]])
        if not os.path.exists(out):
            checks.check(False, f"a picture of {size} pixels: {done.returncode} {done.stderr.strip()}")
            continue
        width, height, rows, pixel = read_png(out)
        # The card's edge, its ground and the colours of two emotions, each on more than a dot.
        counts = collections.Counter(row[x:x + 3] for row in rows for x in range(0, len(row), pixel))
        large = sum(1 for count in counts.values() if count > width * height / 500)
        checks.check((done.returncode, done.stderr, max(width, height)) == (0, "", size) and large >= 4,
                     f"{width} x {height} pixels with {large} colours")
    with open(document, "rb") as f:
        checks.check(f.read() == before and len(os.listdir(folder)) == 4, "the document is as before, and nothing lies beside it")
    wrong, out = os.path.join(folder, "wrong.mien"), os.path.join(folder, "wrong.png")
    with open(wrong, "w", encoding="utf-8") as f:
        f.write("no document")
    done = run("thumbnail", wrong, out)
    checks.check(done.returncode != 0 and done.stderr and not os.path.exists(out), f"no document, no picture: {done.stderr.strip()}")
checks.end()
