#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-cli inspect over a document: labelled ranges as a data set, emotions over pose and light."""
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import tap

CLI = sys.argv[1]
DEMO = os.path.join(os.environ["MIEN_SOURCE_ROOT"], "data", "demo", "cap12.mp4")


def run(*args):
    return subprocess.run([CLI, *args], capture_output=True, text=True, timeout=300)


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="mien-inspect-test-")
        cls.document = os.path.join(cls.dir, "demo.mien")
        done = run("analyze", DEMO, "--detector", "fast", "--end", "4", "-q", "-o", cls.document)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    def out(self, name):
        return os.path.join(self.dir, name)

    def mark(self, *ranges):
        with sqlite3.connect(self.document) as db:
            db.execute("DELETE FROM mark")
            db.executemany("INSERT INTO mark (start_ns, end_ns, label) VALUES (?, ?, ?)",
                           [(int(a * 1e9), int(b * 1e9), label) for a, b, label in ranges])
        db.close()

    def test_ranges(self):
        # A mark, a range with another name and one without frames do not count.
        self.mark((0, 1.01, "Happiness"), (1.5, 1.5, "anger"), (1.2, 2, "intro"),
                  (2, 3.01, "sad"), (90, 91, "fear"))
        done = run("inspect", "response", "reference48", "--data", self.document,
                   "--ablate", "4", "--out", self.out("response"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(self.out("response/response.json"), encoding="utf-8") as f:
            response = json.load(f)
        # Five a second and face, in two ranges of a little more than a second.
        self.assertEqual(response["data"], "demo.mien")
        self.assertIn(response["images"], range(10, 13))
        self.assertEqual(response["ablated_images"], 4)
        best = {k for layer in response["layers"] for k in layer["best_class"]}
        self.assertEqual(best, {1, 3})
        rows = read(self.out("response/channels.csv"))
        self.assertEqual(len(rows), sum(layer["channels"] for layer in response["layers"]))

    def test_no_ranges(self):
        self.mark((0, 1, "intro"))
        done = run("inspect", "response", "reference48", "--data", self.document,
                   "--out", self.out("none"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no range whose label is the name of an emotion", done.stderr)

    def test_pose(self):
        done = run("inspect", "influence", "default", "--doc", self.document,
                   "--out", self.out("pose"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # Four seconds are too few to say anything about any angle.
        self.assertIn("yaw from ", done.stdout)
        self.assertIn("too little to say anything", done.stdout)
        rows = read(self.out("pose/dependence.csv"))
        self.assertEqual(set(r["factor"] for r in rows),
                         {"yaw", "pitch", "roll", "brightness", "size"})
        size = [r for r in rows if r["factor"] == "size" and int(r["samples"]) > 0]
        frames = self.out("frames.csv")
        self.assertEqual(run("export", self.document, "--csv", frames).returncode, 0)
        measured = [r for r in read(frames) if r["status"] == "ok"]
        self.assertEqual(sum(int(r["samples"]) for r in size), len(measured))
        for r in size:
            self.assertAlmostEqual(sum(float(v) for k, v in r.items() if k.startswith("mean_")), 1,
                                   places=4)
        for name in ("dependence.png", "dependence.svg", "dependence.pdf"):
            self.assertGreater(os.path.getsize(self.out("pose/" + name)), 5000)

    def test_other_model(self):
        done = run("inspect", "influence", "reference48", "--doc", self.document,
                   "--out", self.out("other"))
        self.assertEqual(done.returncode, 0)
        self.assertIn("was analysed with another classifier than reference48", done.stderr)

    def test_report(self):
        self.mark((0, 1.01, "happiness"))
        done = run("inspect", "influence", "reference48", "--data", self.document,
                   "--sweep", "blur", "--out", self.out("report"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = read(self.out("report/influence.csv"))
        self.assertEqual({r["sweep"] for r in rows}, {"blur"})
        self.assertEqual(float(rows[0]["change"]), 0)
        self.assertLess(float(rows[-1]["change_low"]), float(rows[-1]["change"]))
        for name in ("report.png", "report.svg", "report.pdf", "blur.png"):
            self.assertGreater(os.path.getsize(self.out("report/" + name)), 5000)

    def test_usage(self):
        for args in (["--out", "x"], ["--face", "a", "--doc", "b", "--out", "x"],
                     ["--doc", self.document], ["--data", "d", "--sweep", "no", "--out", "x"]):
            done = run("inspect", "influence", "reference48", *args)
            self.assertEqual(done.returncode, 1, args)
        self.assertEqual(run("inspect", "influence", "reference48", "--doc", "/no/such.mien",
                             "--out", self.out("x")).returncode, 2)


if __name__ == "__main__":
    tap.main(Document)
