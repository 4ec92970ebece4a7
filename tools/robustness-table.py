#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table of docs/ACCURACY.md from docs/robustness-NAME.csv: robustness-table.py FILE.csv

A row is one change alone. It holds where accuracy stays within five points of that of the unchanged
images at that step and at every step between; beside it stands the accuracy at both ends.
"""
import csv
import sys

WITHIN = 0.05
# Ninths of the crop as `mien-cli inspect influence` numbers them; -1 covers nothing.
PLACES = ["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom",
          "bottom right"]


def describe(value):
    return f"{value:g}".replace("-", "−")


def sweep_row(name, rows):
    # The unchanged images: the step that changes no probability.
    middle = min(range(len(rows)), key=lambda i: abs(rows[i]["change"]))
    base = rows[middle]["accuracy"]
    low = high = middle
    while low > 0 and rows[low - 1]["accuracy"] >= base - WITHIN:
        low -= 1
    while high + 1 < len(rows) and rows[high + 1]["accuracy"] >= base - WITHIN:
        high += 1
    ends = [rows[i] for i in (0, len(rows) - 1) if i != middle]
    at_ends = ", ".join(f"{100 * r['accuracy']:.1f} at {describe(r['value'])}" for r in ends)
    return f"| {name} | {describe(rows[low]['value'])} to {describe(rows[high]['value'])} | {at_ends} |"


def main(path):
    sweeps = {}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            key = (row["sweep"], "" if row["sweep"] == "occluder" else row["series"])
            sweeps.setdefault(key, []).append(
                {"value": float(row["value"]) if row["value"] else 0.0,
                 "accuracy": float(row["accuracy"]), "change": float(row["change"]),
                 "images": int(row["images"])})
    print("| change | holds from, to | accuracy at the ends |\n|---|---|---|")
    for (sweep, series), rows in sweeps.items():
        name = f"{sweep} {series}".strip()
        if sweep == "occluder":
            unchanged = next(r["accuracy"] for r in rows if r["value"] < 0)
            covered = [r for r in rows if r["value"] >= 0]
            hurt = sorted((r for r in covered if r["accuracy"] < unchanged - WITHIN),
                          key=lambda r: r["accuracy"])
            print(f"| a ninth covered | {len(covered) - len(hurt)} of {len(covered)} places | "
                  + ", ".join(f"{100 * r['accuracy']:.1f} {PLACES[int(r['value'])]}" for r in hurt) + " |")
        else:
            print(sweep_row(name, rows))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
