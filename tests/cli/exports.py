#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is exported, read again by other people's programs (tools/check-exports.py), for three seconds of
the demo film with a tone for its sound. exports.py MIEN-CLI"""
import os
import subprocess
import sys
import tempfile

CLI = sys.argv[1]
ROOT = os.environ["MIEN_SOURCE_ROOT"]
# Praat is large and asked only where it happens to be installed.
OPTIONAL = {"praat"}


def make_film(folder):
    film = os.path.join(folder, "Film & Ton.mkv")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", os.path.join(ROOT, "data", "demo", "cap12.mp4"),
                    "-f", "lavfi", "-i", "aevalsrc=0.4*sin(2*PI*(200*t+60*t*t)):s=44100", "-t", "3", "-map", "0:v", "-map", "1:a",
                    "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", film], check=True)
    return film


def main():
    print("1..2")
    with tempfile.TemporaryDirectory(prefix="mien-exports-") as folder:
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "check-exports.py"), CLI, make_film(folder)],
                              capture_output=True, text=True)
    for line in (done.stdout + done.stderr).splitlines():
        print("#", line)
    print("ok 1 - read again" if done.returncode == 0 and "all well" in done.stdout and "sound kept" in done.stdout
          else "not ok 1 - read again")
    missing = set()
    for line in done.stdout.splitlines():
        if line.startswith("not installed, so not asked: "):
            missing = set(line.split(": ", 1)[1].split(", "))
    print("ok 2 - every program is installed" if missing <= OPTIONAL else f"not ok 2 - {missing - OPTIONAL} not installed")
    return done.returncode != 0 or not missing <= OPTIONAL


sys.exit(main())
