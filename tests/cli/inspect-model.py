#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-cli inspect over a model and one face: layers, kernels, units, shares of saliency."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap

CLI = sys.argv[1]
ROOT = os.environ["MIEN_SOURCE_ROOT"]
FACE = os.path.join(ROOT, "data", "demo", "cap12.mp4") + "@13.9"
RESPONSE = os.path.join(ROOT, "data", "models", "mien.response.json")


def run(*args):
    return subprocess.run([CLI, "inspect", *args], capture_output=True, text=True, timeout=300)


class Model(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="mien-inspect-test-")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    def write(self, ending, *args):
        """What a command writes, read back."""
        path = os.path.join(self.dir, "out" + ending)
        done = run(*args, "--out", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(path, "rb") as f:
            data = f.read()
        os.remove(path)
        if ending == ".json":
            return json.loads(data)
        return list(csv.DictReader(data.decode().splitlines())) if ending == ".csv" else data

    def fail(self, *args):
        done = run(*args, "--out", os.path.join(self.dir, "none.json"))
        self.assertEqual((done.returncode, os.listdir(self.dir)), (1, []))
        return done.stderr

    def test_layers(self):
        layers = self.write(".json", "layers", "mien", "--face", FACE)
        rows = self.write(".csv", "layers", "mien")
        self.assertEqual([l["layer"] for l in layers], [r["layer"] for r in rows])
        kernels = [l for l in layers if l["operator"] == "Conv"]
        self.assertGreater(len(kernels), 5)
        self.assertTrue(all(l["multiply_adds"] >= l["weights"] > 0 for l in kernels))
        self.assertGreater(sum(l["ms"] for l in layers), 0)
        self.assertEqual({r["ms"] for r in rows}, {""})
        self.assertTrue(self.write(".png", "layers", "mien").startswith(b"\x89PNG"))
        # No classifier of expressions: its layers all the same.
        other = self.write(".csv", "layers", os.path.join(ROOT, "data", "models", "blazeface.onnx"))
        self.assertGreater(len(other), 10)

    def test_kernels_by_selectivity(self):
        """The order is that of the measured channels that the kernels make."""
        with open(RESPONSE, encoding="utf-8") as f:
            measured = {l["name"]: l for l in json.load(f)["layers"]}
        layer = measured["stem.2.norm"]
        wanted = sorted(range(layer["channels"]), key=lambda c: -layer["selectivity"][c])
        told = self.write(".json", "kernels", "mien", "--layer", "stem.2.conv", "--sort",
                          "selectivity")
        self.assertEqual([f["filter"] for f in told["filters"]], wanted)
        self.assertIn("another model", self.fail("kernels", "reference48", "--sort", "selectivity",
                                                 "--response", RESPONSE))
        self.assertIn("neither", self.fail("kernels", "mien", "--sort", "size"))

    def test_slice(self):
        rows = self.write(".csv", "kernels", "mien", "--layer", "stem.2.conv")
        told = self.write(".json", "kernels", "mien", "--layer", "stem.2.conv", "--slice", "3,2")
        wanted = [[float(v) for v in r["weights"].split()] for r in rows
                  if (r["filter"], r["slice"]) == ("3", "2")]
        for a, b in zip(told["weights"], wanted, strict=True):
            for x, y in zip(a, b, strict=True):
                self.assertAlmostEqual(x, y, places=6)
        # The zero frequency is the sum of the weights.
        self.assertAlmostEqual(told["spectrum"][8][8], abs(sum(map(sum, wanted))), places=5)
        self.assertIn("FILTER,INPUT", self.fail("kernels", "mien", "--slice", "99999,0"))

    def test_unit(self):
        layer = ("--layer", "stem.2.norm", "--face", FACE)
        maps = self.write(".json", "features", "mien", *layer)
        n, h, w = maps["shape"]
        one = maps["values"][5 * h * w:6 * h * w]
        told = self.write(".json", "unit", "mien", *layer, "--unit", "5")
        place = told["row"] * w + told["column"]
        self.assertEqual(max(one), one[place])
        self.assertAlmostEqual(told["value"], one[place], places=5)
        x, y, width, height = told["receptive_field"]
        # Two layers of 3 x 3, the second with a stride of 2, see 7 x 7 pixels at most.
        self.assertTrue(0 < width <= 7 and 0 < height <= 7, told["receptive_field"])
        self.assertLessEqual(abs(x + width / 2 - 2 * told["column"]), 4)
        self.assertLessEqual(abs(y + height / 2 - 2 * told["row"]), 4)
        outside = [v for i, v in enumerate(told["contributions"])
                   if not (x - 2 <= i % 48 < x + width + 2 and y - 2 <= i // 48 < y + height + 2)]
        # The face's mean and deviation are taken off first, so that all pixels count a little.
        self.assertLess(max(map(abs, outside)), 0.25 * max(map(abs, told["contributions"])))
        plain = self.write(".png", "unit", "mien", *layer, "--unit", "5,3,4")
        self.assertNotEqual(plain, self.write(".png", "unit", "mien", *layer, "--unit", "5,3,4",
                                              "--overlay"))
        self.assertIn("channels", self.fail("unit", "mien", *layer, "--unit", "64"))
        self.assertIn("CHANNEL", self.fail("unit", "mien", *layer, "--unit", "1,2"))

    def test_shares(self):
        rows = self.write(".csv", "saliency", "mien", "--face", FACE, "--shares")
        told = self.write(".json", "saliency", "mien", "--face", FACE, "--shares")
        self.assertEqual(len(rows), 8)
        for row in rows:
            parts = {k: float(v) for k, v in row.items() if k != "emotion"}
            self.assertEqual(set(parts), {"brows", "eyes", "nose", "mouth", "rest"})
            if any(parts.values()):
                self.assertAlmostEqual(sum(parts.values()), 1, places=2)
            for part, share in parts.items():
                self.assertAlmostEqual(told[row["emotion"]][part], share, places=3)
        self.assertIn("--shares", self.fail("saliency", "mien", "--face", FACE, "--shares",
                                            "--layer", "stem.2.norm"))


if __name__ == "__main__":
    tap.main(Model)
