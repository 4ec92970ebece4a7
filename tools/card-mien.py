#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a model that mien-train wrote ready to ship: name, licence, default, measured accuracy.

  card-mien.py MODEL.onnx CARD.json NAME OUTPUT_DIR HISTORY RESULT.json...

HISTORY is a sentence put before the card's own about training; RESULT.json are outputs of
`mien-train eval --json --split PrivateTest --exclude-copies`, one a protocol.
"""
import json
import os
import sys

import onnx

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


def main():
    if len(sys.argv) < 7:
        sys.exit(__doc__)
    source, card, name, folder, history = sys.argv[1:6]
    model = onnx.load(source)
    with open(card, encoding="utf-8") as f:
        metadata = json.load(f)
    metadata.pop("name")
    metadata["licence"] = "GPL-3.0-or-later"
    metadata["source"] = "the project's own; made ready by tools/card-mien.py"
    metadata["training"] = history + " " + metadata["training"]
    metadata["metrics"] = measured(sys.argv[6:])
    if name == "mien":
        metadata["default"] = True
    mienonnx.set_metadata(model, metadata)
    onnx.checker.check_model(model)
    mienonnx.save(model, metadata, os.path.join(folder, name + ".onnx"))


if __name__ == "__main__":
    main()
