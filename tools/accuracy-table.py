#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the rows of docs/ACCURACY.md: accuracy-table.py MIEN-TRAIN DATA VOTES MODEL...

Every number comes from `mien-train eval --json` on PrivateTest.
"""
import json
import os
import subprocess
import sys


def run(program, data, votes, model, protocol, *options):
    command = [program, "eval", model, "--data", data, "--votes", votes, "--split", "PrivateTest",
               "--protocol", protocol, "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 3 and protocol == "fer2013":
        return None  # a model without that head
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def percent(result, key="accuracy"):
    return "-" if result is None else f"{100 * result[key]:.1f}"


def main(program, data, votes, *models):
    print("| model | majority | argmax | fer2013 | mean class recall | macro F1 | L2 | ECE |")
    print("|---|---|---|---|---|---|---|---|")
    classes = []
    for model in models:
        name = os.path.splitext(os.path.basename(model))[0]
        for label, options in (("", ["--exclude-copies"]),
                               (", mirrored", ["--exclude-copies", "--mirror"]),
                               (", with copies", []), (", with copies, mirrored", ["--mirror"])):
            result = {p: run(program, data, votes, model, p, *options)
                      for p in ("majority", "argmax", "fer2013")}
            majority = result["majority"]
            print(f"| {name}{label} | {percent(majority)} | {percent(result['argmax'])} "
                  f"| {percent(result['fer2013'])} | {percent(majority, 'mean_class_recall')} "
                  f"| {percent(majority, 'macro_f1')} | {result['argmax']['l2']:.3f} "
                  f"| {result['argmax']['ece']:.3f} |", flush=True)
            if options == ["--exclude-copies"]:
                classes.append((name, majority))
    labels = classes[0][1]["labels"]
    print("\n| model | " + " | ".join(labels) + " |")
    print("|---|" + "---|" * len(labels))
    for name, result in classes:
        cells = [result["per_class"][label] for label in labels]
        for key in ("recall", "precision", "f1"):
            print(f"| {name}, {key} | " + " | ".join(percent(c, key) for c in cells) + " |")
    print("| images | " + " | ".join(str(classes[0][1]["per_class"][label]["images"])
                                     for label in labels) + " |")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
