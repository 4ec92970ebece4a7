#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a model that mien-train wrote ready to ship: name, licence, default, measured accuracy.

  card-mien.py [--priors PART] MODEL.onnx CARD.json NAME OUTPUT_DIR HISTORY RESULT.json...

--priors: the part of a balanced model's priors that is kept (0 to 1); RESULT.json are of that model, so
run once for the file alone, measure it, and run again.

HISTORY is a sentence put before the card's own about training; RESULT.json are outputs of
`mien-train eval --json --split PrivateTest --exclude-copies`, one a protocol.
"""
import json
import os
import sys

import onnx
from onnx import numpy_helper

import mienonnx


def measured(paths):
    metrics = {"split": "PrivateTest", "copies": "left out of Training and of the split"}
    for path in paths:
        with open(path, encoding="utf-8") as f:
            result = json.load(f)
        protocol = result["protocol"]
        suffix = "_mirrored" if result["mirror"] else ""
        metrics[f"{protocol}_without_copies{suffix}"] = round(result["accuracy"], 4)
        if protocol == "majority" and not suffix:
            metrics["mean_class_recall"] = round(result["mean_class_recall"], 4)
            metrics["recall_majority"] = {name: round(row["recall"], 3)
                                          for name, row in result["per_class"].items()}
        if protocol == "argmax" and not suffix:
            metrics["l2"] = round(result["l2"], 4)
            metrics["ece"] = round(result["ece"], 4)
    return metrics


def scale_priors(model, part):
    for tensor in model.graph.initializer:
        if tensor.name == "ferplus.priors":
            values = numpy_helper.to_array(tensor)
            tensor.CopyFrom(numpy_helper.from_array((values * part).astype(values.dtype), tensor.name))
            return
    sys.exit("this model has no priors")


def main():
    part = 1.0
    if sys.argv[1:2] == ["--priors"] and len(sys.argv) > 2:
        part = float(sys.argv[2])
        del sys.argv[1:3]
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    source, card, name, folder, history = sys.argv[1:6]
    model = onnx.load(source)
    if part != 1.0:
        scale_priors(model, part)
    with open(card, encoding="utf-8") as f:
        metadata = json.load(f)
    metadata.pop("name")
    metadata["licence"] = "GPL-3.0-or-later"
    metadata["source"] = "the project's own; made ready by tools/card-mien.py"
    metadata["training"] = history + " " + metadata["training"]
    if part != 1.0:
        metadata["description"] = metadata["description"].replace(
            "strength ", f"strength {part:g} of ")
    metadata["metrics"] = measured(sys.argv[6:])
    if name == "mien":
        metadata["default"] = True
    mienonnx.set_metadata(model, metadata)
    onnx.checker.check_model(model)
    mienonnx.save(model, metadata, os.path.join(folder, name + ".onnx"))


if __name__ == "__main__":
    main()
