#!/usr/bin/python3
"""Prints the speed table of docs/SPEED.md: the same models in Mien and in ONNX Runtime, in turns in
one run, medians of the rounds. A ratio is our time over its better time of the same or fewer threads.

The networks of tools/bench_models.py are made on the way (needs python3-onnx); the detectors are read
from MODELS/yunet and MODELS/ultraface where MODELS is given. Needs node and the npm package
onnxruntime-node.

--fastest compares the fastest run of each side instead of the medians: where others use the machine in
bursts, many short rounds give both sides quiet moments, and a median tells of the others.

--cpu compares processor time on one thread instead: that is what a machine that others use at the
same time can still measure."""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

import bench_models

HERE = os.path.dirname(os.path.abspath(__file__))
GOALS = {  # threads -> ratio that is asked for
    "mien64": {1: 0.60, 2: 0.60},
    "vgg13": {1: 0.60, 2: 0.60},
    "mobilenet-v1-512": {1: 1.00, 2: 0.92},
    "efficientnet-b0-224": {1: 0.95, 2: 0.95},
    "alex5-64": {1: 0.70, 2: 0.70},
    "yunet_n_320_320": {1: 0.80, 2: 0.80},
    "yunet_n_640_640": {1: 0.80, 2: 0.80},
    "version-slim-320_simplified": {1: 0.70, 2: 0.70},
    "version-RFB-320": {1: 0.70, 2: 0.70},
}


class Peer:
    """ONNX Runtime on one model, kept running between rounds."""

    def __init__(self, package, model, threads, clock="wall", choose=statistics.median):
        self.clock, self.choose = clock, choose
        script = os.path.join(HERE, "bench-onnxruntime.js")
        self.process = subprocess.Popen(
            ["node", script, os.path.abspath(package), model, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.medians = []

    def measure(self, runs):
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        self.medians.append(self.choose(json.loads(self.process.stdout.readline())[self.clock]))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    def __init__(self, program, model, threads, path=None, key="median_ms"):
        self.command = [program, "bench", model, "--threads", str(threads), "--json"]
        self.environment = dict(os.environ, **({"MIEN_CPU": path} if path else {}))
        self.medians, self.peak, self.key = [], 0, key

    def measure(self, runs):
        out = subprocess.run(self.command + ["--runs", str(runs)], stdout=subprocess.PIPE, text=True,
                             check=True, env=self.environment).stdout
        result = json.loads(out)
        self.medians.append(result[self.key])
        self.peak = result["peak_bytes"]


class OursCpu(Ours):
    """Processor time of a run: what more runs cost than one."""

    def spend(self, runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        super().measure(runs)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3

    def measure(self, runs):
        value = (self.spend(5 * runs) - self.spend(1)) / (5 * runs - 1)
        self.medians = [m for m in self.medians[:-2] if m is not None] + [value]


def compare_cpu(args, name, model):
    peer = Peer(args.onnxruntime, model, 1, "cpu")
    ours = OursCpu(args.mien_cli, model, 1)
    half = OursCpu(args.mien_cli, model, 1, args.bf16 or "avx512bf16")
    for _ in range(args.rounds):
        for timer in (peer, ours, half):
            timer.measure(args.runs)
    peer.close()
    its, mine, rounded = (statistics.median(t.medians) for t in (peer, ours, half))
    print(f"| {name} | {its:.2f} | {mine:.2f} | {mine / its:.2f} | {GOALS[name][1]:.2f} "
          f"| {rounded:.2f} | {rounded / its:.2f} |", flush=True)


def measure(args, model):
    choose, key = (min, "min_ms") if args.fastest else (statistics.median, "median_ms")
    peers = {t: Peer(args.onnxruntime, model, t, choose=choose) for t in (1, 2)}
    ours = {t: Ours(args.mien_cli, model, t, key=key) for t in (1, 2)}
    half = {t: Ours(args.mien_cli, model, t, args.bf16, key) for t in ((1, 2) if args.bf16 else ())}
    for _ in range(args.rounds):
        for timer in [*peers.values(), *ours.values(), *half.values()]:
            timer.measure(args.runs)
    for peer in peers.values():
        peer.close()
    return peers, ours, half


def report(name, peers, ours, half, choose):
    its = {t: choose(p.medians) for t, p in peers.items()}
    best = {1: its[1], 2: min(its.values())}
    cells = [name, f"{its[1]:.2f}", f"{its[2]:.2f}"]
    for t in (1, 2):
        mine = choose(ours[t].medians)
        goal = GOALS.get(name, {}).get(t)
        cells += [f"{mine:.2f}", f"{mine / best[t]:.2f}", f"{goal:.2f}" if goal else ""]
    cells.append(f"{ours[1].peak / 1e6:.1f}")
    for t in half:
        mine = choose(half[t].medians)
        cells.append(f"{mine:.2f} ({mine / best[t]:.2f})")
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("onnxruntime", help="folder of the npm package onnxruntime-node")
    parser.add_argument("mien_cli", help="the program mien-cli")
    parser.add_argument("--models", help="folder that holds yunet/ and ultraface/")
    parser.add_argument("--only", help="names that hold this text")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--fastest", action="store_true", help="fastest runs instead of medians")
    parser.add_argument("--cpu", action="store_true", help="processor time on one thread")
    parser.add_argument("--bf16", nargs="?", const="amx", metavar="PATH",
                        help="also a path that computes 1x1 layers in bfloat16: amx, avx512bf16")
    args = parser.parse_args()
    head = ["model", "ORT 1 ms", "ORT 2 ms", "ours 1 ms", "ratio", "goal", "ours 2 ms", "ratio",
            "goal", "peak MB"] + (["bf16 1 (ratio)", "bf16 2 (ratio)"] if args.bf16 else [])

    if args.cpu:
        head = ["model", "ORT ms", "ours ms", "ratio", "goal", "bf16 ms", "ratio"]
    with tempfile.TemporaryDirectory() as directory:
        models = bench_models.save_all(directory)
        if args.models:
            for kind in ("yunet", "ultraface"):
                folder = os.path.join(args.models, kind)
                models += [os.path.join(folder, f) for f in sorted(os.listdir(folder))
                           if f.endswith(".onnx") and f[:-5] in GOALS]
        print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
        for model in models:
            name = os.path.splitext(os.path.basename(model))[0]
            if args.only and args.only not in name:
                continue
            if args.cpu:
                compare_cpu(args, name, model)
            else:
                report(name, *measure(args, model), min if args.fastest else statistics.median)


if __name__ == "__main__":
    sys.exit(main())
