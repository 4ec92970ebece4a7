#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is exported, read again by other people's programs (tools/check-exports.py), for three seconds of
the demo film with a tone for its sound. exports.py MIEN-CLI"""
import os
import subprocess
import sys
import tempfile

import tap

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
    checks = tap.Checks()
    with tempfile.TemporaryDirectory(prefix="mien-exports-") as folder:
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "check-exports.py"), CLI, make_film(folder)],
                              capture_output=True, text=True)
    for line in (done.stdout + done.stderr).splitlines():
        print("#", line)
    checks.check(done.returncode == 0 and "all well" in done.stdout and "sound kept" in done.stdout, "read again")
    missing = set()
    for line in done.stdout.splitlines():
        if line.startswith("not installed, so not asked: "):
            missing = set(line.split(": ", 1)[1].split(", "))
    missing -= OPTIONAL
    checks.check(not missing, f"every program is installed; not: {', '.join(sorted(missing)) or 'none'}")
    checks.end()


main()
