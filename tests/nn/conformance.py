#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""TAP: mien-cli conformance over the cases in the tree, and over Debian's libonnx-testdata when it is
installed.

    conformance.py MIEN_CLI CASES
"""
import json
import os
import subprocess
import sys

INSTALLED = "/usr/share/libonnx-testdata/data"
# Text, sequences, optional values, control flow, training, chance, signal transforms, quantised
# convolutions and a few rare operators; and arithmetic in types that no face network uses.
ALLOWED = set("""StringNormalizer SequenceConstruct SequenceEmpty SequenceInsert SequenceLength SequenceMap
SequenceAt SequenceErase ConcatFromSequence SplitToSequence OptionalGetElement OptionalHasElement If Loop Scan
BatchNormalization Dropout NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss Bernoulli RandomUniformLike
BlackmanWindow HammingWindow HannWindow DFT STFT MelWeightMatrix ConvInteger QLinearConv GridSample RoiAlign
Unique Compress BitShift Add Cast CastLike Max Min Mod Einsum ReduceLogSumExp type
ai.onnx.preview.training.Adagrad ai.onnx.preview.training.Adam ai.onnx.preview.training.Gradient
ai.onnx.preview.training.Momentum""".split())

number = 0


def report(ok, name, note=""):
    global number
    number += 1
    print(f"{'ok' if ok else 'not ok'} {number} {name}{note}", flush=True)
    return ok


def run(cli, folder, env=None):
    out = subprocess.run([cli, "conformance", "--json", folder], stdout=subprocess.PIPE,
                         env={**os.environ, **(env or {})}, check=False).stdout
    result = json.loads(out)
    for test in result["tests"]:
        if test["result"] == "failed":
            print("#", test["test"], test.get("message"))
    return result


def main():
    cli, cases = sys.argv[1:]
    ok = True
    print("1..5")
    for path in ("", "generic", "avx2"):
        result = run(cli, cases, {"MIEN_CPU": path} if path else None)
        ok &= report(result["failed"] == 0 and result["unsupported"] == 0 and result["passed"] >= 31,
                     f"cases of the tree, {path or 'best'} path")
    if not os.path.isdir(INSTALLED):
        report(True, "ONNX's own tests", " # SKIP libonnx-testdata is not installed")
        report(True, "unsupported operators", " # SKIP libonnx-testdata is not installed")
        return 0 if ok else 1
    result = run(cli, INSTALLED)
    ok &= report(result["failed"] == 0 and result["passed"] >= 740, "ONNX's own tests")
    others = set(result["unsupported_operators"]) - ALLOWED
    if others:
        print("# unsupported:", *sorted(others))
    ok &= report(not others, "unsupported operators")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
