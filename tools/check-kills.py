#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-kills.py MIEN-CLI FILM [KILLS]: what is left after kill -9.

FILM is analysed once undisturbed. Then KILLS times (50) a new analysis is killed at a random moment, one in ten while
the models are still being read, the others from the first frame on to the end; the document must open, be whole in
the eyes of SQLite and hold every frame that was committed a second before; after --resume its frames.csv must be that
of the undisturbed run, byte for byte. Committed is what another connection sees: the file is watched while the
analysis runs."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

CLI, FILM = sys.argv[1], sys.argv[2]
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 50
OPTIONS = ["-q", "--detector", "fast"]


def analyze(document, *more):
    return [CLI, "analyze", FILM, "-o", document, *OPTIONS, *more]


def frames(document):
    """How many frames are committed; 0 where there is no document yet."""
    if not os.path.exists(document):
        return 0
    try:
        connection = sqlite3.connect(f"file:{document}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute("SELECT count(*) FROM frame").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0


def kill_once(document, after):
    """Kills an analysis AFTER seconds from its start. What was seen, as (moment, frames); the moment of the kill;
    whether it came to its end before."""
    seen = []
    start = time.monotonic()
    process = subprocess.Popen(analyze(document), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while time.monotonic() < start + after and process.poll() is None:
        seen.append((time.monotonic(), frames(document)))
        time.sleep(0.02)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    process.wait()
    return seen, killed, ended


def check(document, seen, killed):
    safe = max([n for moment, n in seen if moment <= killed - 1.0], default=0)
    if not os.path.exists(document):
        assert safe == 0, "the document is gone"
        return 0, safe
    connection = sqlite3.connect(document)
    state = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    assert state == "ok", state
    kept = frames(document)
    assert kept >= safe, f"{kept} frames of {safe}"
    info = subprocess.run([CLI, "info", document], capture_output=True, text=True)
    assert info.returncode == 0, info.stderr
    return kept, safe


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main():
    folder = tempfile.mkdtemp(prefix="mien-kills-")
    expected, got = os.path.join(folder, "expected.csv"), os.path.join(folder, "got.csv")
    document = os.path.join(folder, "film.mien")
    random.seed(20261126)
    start = time.monotonic()
    process = subprocess.Popen(analyze(os.path.join(folder, "whole.mien"), "--csv", expected))
    while frames(os.path.join(folder, "whole.mien")) == 0 and process.poll() is None:
        time.sleep(0.02)
    begin = time.monotonic() - start
    assert process.wait() == 0
    whole = time.monotonic() - start
    total, ended_early, kept_frames = frames(os.path.join(folder, "whole.mien")), 0, []
    print(f"{os.path.basename(FILM)}: {total} frames in {whole:.1f} s, the first ones committed after {begin:.1f} s", flush=True)
    for i in range(KILLS):
        after = random.uniform(0.05, begin) if i % 10 == 0 else random.uniform(begin, whole)
        seen, killed, ended = kill_once(document, after)
        ended_early += ended
        kept, safe = check(document, seen, killed)
        kept_frames.append(kept)
        resumed = subprocess.run(analyze(document, "--csv", got, "--resume"), capture_output=True, text=True)
        assert resumed.returncode == 0, resumed.stderr
        assert read(got) == read(expected), f"kill {i + 1} after {after:.2f} s: the resumed table differs"
        print(f"kill {i + 1:2} after {after:5.2f} s: {kept:4} frames kept, {safe:4} were a second old; resumed to the same bytes",
              flush=True)
        for name in (document, document + "-wal", document + "-shm", got):
            if os.path.exists(name):
                os.remove(name)
    print(f"{KILLS} kills, {KILLS} documents opened and resumed to the same bytes; {ended_early} came after the end; "
          f"between {min(kept_frames)} and {max(kept_frames)} of {total} frames were kept")
    shutil.rmtree(folder)


main()
