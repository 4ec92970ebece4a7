#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds our metadata to the reference classifier, whose card is prose.

  card-reference.py MODELS_DIR OUTPUT_DIR      MODELS_DIR holds reference/reference48.{onnx,json}
"""
import json
import os
import sys

import onnx

import mienonnx


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    stem = os.path.join(sys.argv[1], "reference", "reference48")
    with open(stem + ".json", encoding="utf-8") as f:
        prose = json.load(f)
    model = onnx.load(stem + ".onnx")
    plain = prose["metrics_PrivateTest"]["plain"]
    metadata = {
        "task": "classifier",
        "labels": prose["labels"],
        "input": {"name": "face", "layout": "nchw", "channels": 1, "order": "gray",
                  "range": [0, 255], "width": 48, "height": 48},
        "crop": {"rule": "square", "scale": 1, "border": "repeat"},
        "licence": "GPL-3.0-or-later",
        "source": "the project's own; trained with PyTorch 1.13; metadata by tools/card-reference.py",
        "training": prose["training"],
        "metrics": {"split": "PrivateTest", "argmax": plain["argmax"],
                    "argmax_without_copies": plain["argmax_without_copies"],
                    "majority": plain["majority"],
                    "majority_without_copies": plain["majority_without_copies"],
                    "recall_majority": plain["recall_majority"]},
        "warning": prose["warning"],
        "description": prose["architecture"],
    }
    mienonnx.set_metadata(model, metadata)
    onnx.checker.check_model(model)
    mienonnx.save(model, metadata, os.path.join(sys.argv[2], "reference48.onnx"))


if __name__ == "__main__":
    main()
