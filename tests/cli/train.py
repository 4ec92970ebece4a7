#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-train from outside: runs on a data set of its own making, taken up after being killed, and what it says of bad
input. train.py MIEN-TRAIN"""
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import tap

TRAIN = sys.argv[1]
EMOTIONS = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]
# Which FER+ emotion each label of FER2013 is.
FERPLUS_OF = [4, 5, 6, 1, 3, 2, 0]
SPLITS = [("Training", 70), ("PublicTest", 42), ("PrivateTest", 28)]


def make_picture(rng, label):
    """Noise with a bright square whose place is the label."""
    pixels = [60 + rng.randrange(40) for _ in range(48 * 48)]
    for y in range(10):
        for x in range(10):
            pixels[(4 + label // 3 * 14 + y) * 48 + 4 + label % 3 * 14 + x] = 220
    return " ".join(map(str, pixels))


def write_data(folder):
    rng = random.Random(5)
    with open(os.path.join(folder, "fer2013.csv"), "w", encoding="ascii") as images, \
            open(os.path.join(folder, "votes.csv"), "w", encoding="ascii") as votes:
        images.write("emotion,pixels,Usage\n")
        votes.write("Usage,Image name," + ",".join(EMOTIONS) + ",unknown,NF\n")
        for usage, count in SPLITS:
            for i in range(count):
                label = i % 7
                row = [0] * 10
                row[FERPLUS_OF[label]] = 8
                row[0] += 2
                images.write(f"{label},{make_picture(rng, label)},{usage}\n")
                votes.write(f"{usage},fer{i:07}.png," + ",".join(map(str, row)) + "\n")


class Train(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="mien-train-test-")
        write_data(cls.dir)
        cls.images, cls.votes = os.path.join(cls.dir, "fer2013.csv"), os.path.join(cls.dir, "votes.csv")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def run_train(self, *args):
        return subprocess.run([TRAIN, *args], capture_output=True, text=True, timeout=300)

    def fit_args(self, out, *more):
        return ["fit", "--data", self.images, "--votes", self.votes, "--arch", "mini-xception", "--out", self.path(out),
                "--batch", "14", "--augment", "light", "--precision", "float32", "--seed", "3", *more]

    def fit(self, out, *more):
        done = self.run_train(*self.fit_args(out, *more))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def read(self, *parts):
        with open(self.path(*parts), "rb") as f:
            return f.read()

    def refuse(self, code, *args, names=()):
        """The error text, which must have @names in it."""
        done = self.run_train(*args)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        for name in names:
            self.assertIn(name, done.stderr)
        return done.stderr

    def test_fit_and_eval(self):
        out = self.fit("whole", "--epochs", "30", "--rate", "0.05", "--threads", "1", "--augment", "none",
                       "--ema", "0.9", "--dropout", "0", "--patience", "0",
                       "--fer2013-weight", "1", "--warm-up", "0")
        self.assertEqual(len(out.splitlines()), 30)
        with open(self.path("whole", "history.csv"), encoding="ascii") as f:
            self.assertEqual(len(list(csv.reader(f))), 31)
        # The best epoch is that of the votes; one in seven is right by chance.
        for protocol, classes, least in (("majority", 8, 0.65), ("argmax", 8, 0.65), ("fer2013", 7, 0.2)):
            done = self.run_train("eval", self.path("whole", "model.onnx"), "--data", self.images, "--votes",
                                  self.votes, "--split", "PrivateTest", "--protocol", protocol, "--json")
            result = json.loads(done.stdout)
            self.assertEqual((result["images"], len(result["per_class"])), (28, classes))
            self.assertGreater(result["accuracy"], least, protocol)

    def start(self, *args):
        """The running program, which does not outlive the test."""
        process = subprocess.Popen([TRAIN, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_threads_and_kill(self):
        """Two threads, killed without warning and taken up, write the weights that one thread writes in one go."""
        more = ["--epochs", "12", "--rate", "0.03"]
        self.fit("one", *more, "--threads", "1")
        process = self.start(*self.fit_args("killed", *more, "--threads", "2"))
        for _ in range(2):
            self.assertIn("epoch", process.stdout.readline())
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        out = self.fit("killed", *more, "--threads", "2", "--resume")
        self.assertLess(len(out.splitlines()), 12)
        self.assertEqual(self.read("one", "model.onnx"), self.read("killed", "model.onnx"))

    def test_interrupted(self):
        """Ctrl+C saves what is done since the last checkpoint."""
        more = ["--epochs", "100000", "--patience", "0"]
        process = self.start(*self.fit_args("stopped", *more))
        for _ in range(2):
            self.assertIn("epoch", process.stdout.readline())
        os.remove(self.path("stopped", "checkpoint"))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)
        self.assertEqual(process.returncode, 130)
        again = self.start(*self.fit_args("stopped", *more, "--resume"))
        self.assertGreater(int(again.stdout.readline().split()[1].split("/")[0]), 2)

    def test_stack_and_recall(self):
        """The map and the raises stand behind the weights, and numbers in files have a point in every language."""
        self.fit("first", "--epochs", "6", "--rate", "0.05", "--warm-up", "0", "--half")
        args = ["--init", self.path("first", "model.onnx"), "--epochs", "0", "--stack", "--recall", "disgust=30",
                "--recall", "fear=25.5"]
        self.fit("stacked", *args)
        card = json.loads(self.read("stacked", "card.json"))
        self.assertIn("on images held out", card["training"])
        self.assertIn("to find 30 % of disgust, 25.5 % of fear on PublicTest", card["description"])
        self.assertIn(b"ferplus.stacked.weight", self.read("stacked", "model.onnx"))
        self.assertGreater(card["metrics"]["recall_majority"]["disgust"], 0.3)
        self.assertGreater(card["metrics"]["recall_majority"]["fear"], 0.255)
        if "de_DE.utf8" in subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout:
            done = subprocess.run([TRAIN, *self.fit_args("german", *args)], env={**os.environ, "LC_ALL": "de_DE.UTF-8"})
            self.assertEqual(done.returncode, 0)
            self.assertEqual(self.read("stacked", "model.onnx"), self.read("german", "model.onnx"))

    def test_cannot_tell(self):
        """What is fitted behind the network needs images that tell it."""
        self.refuse(2, *self.fit_args("untold", "--recall", "contempt=25"), names=["contempt"])
        self.refuse(2, "fit", "--data", self.images, "--arch", "mini-xception", "--out", self.path("untold"), "--stack",
                    names=["stacked", "votes"])
        self.assertFalse(os.path.exists(self.path("untold", "model.onnx")))

    def test_usage(self):
        for more, name in ((["--recall", "joy=50"], "'joy'"), (["--recall", "fear"], "percentage"),
                           (["--recall", "fear=0"], "percentage"), (["--recall", "fear=50x"], "percentage"),
                           (["--recall", "fear=50", "--rare-price", "1"], "--rare-price"),
                           (["--arch", "resnet"], "resnet"), (["--batch", "0"], "--batch"),
                           (["--rate", "-1"], "--rate"),
                           (["--augment", "wild"], "wild"), (["--schedule", "sine"], "sine"), (["more"], "more")):
            self.refuse(1, *self.fit_args("usage", *more), names=[name])
        self.refuse(1, "fit", "--out", self.path("usage"), names=["--data"])
        self.assertFalse(os.path.exists(self.path("usage")))

    def test_bad_data(self):
        lines = self.read("fer2013.csv").decode().splitlines()
        cases = (("few.csv", lines[:9] + [lines[9].replace(" ", "", 1)], "line 10"),
                 ("word.csv", lines[:4] + [lines[4].replace(" ", " x", 1)], "line 5"),
                 ("usage.csv", lines[:6] + [lines[6].replace("Training", "Test")], "line 7"),
                 ("label.csv", lines[:2] + ["9" + lines[2][1:]], "line 3"))
        for name, rows, place in cases:
            with open(self.path(name), "w", encoding="ascii") as f:
                f.write("\n".join(rows) + "\n")
            self.refuse(2, "fit", "--data", self.path(name), "--arch", "mini-xception", "--out", self.path("bad"),
                        names=[name, place])
        with open(self.path("short.csv"), "w", encoding="ascii") as f:
            f.write("\n".join(self.read("votes.csv").decode().splitlines()[:50]) + "\n")
        self.refuse(2, "fit", "--data", self.images, "--votes", self.path("short.csv"), "--arch", "mini-xception",
                    "--out", self.path("bad"), names=["short.csv"])
        self.refuse(2, "fit", "--data", self.path("none.csv"), "--out", self.path("bad"), names=["none.csv"])
        self.assertFalse(os.path.exists(self.path("bad", "model.onnx")))

    def test_bad_models(self):
        with open(self.path("broken.onnx"), "wb") as f:
            f.write(b"\x08\x07broken")
        self.refuse(3, *self.fit_args("model", "--init", self.path("broken.onnx")), names=["broken.onnx"])
        self.refuse(3, "eval", self.path("broken.onnx"), "--data", self.images, "--split", "PrivateTest", "--protocol",
                    "fer2013", names=["broken.onnx"])
        self.fit("twice", "--epochs", "1", "--rate", "0.02")
        with open(self.path("twice", "checkpoint"), "r+b") as f:
            f.seek(os.path.getsize(f.name) // 2)
            f.write(b"damaged")
        self.refuse(2, *self.fit_args("twice", "--epochs", "1", "--rate", "0.02", "--resume"),
                    names=["checkpoint", "checksum"])


tap.main(Train)
