#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images a second of one training step, mien-train's against PyTorch's, in turns in one run.

  bench-train.py BENCH_TRAIN [--rounds N] [--steps N] [--threads N]

BENCH_TRAIN is build/tools/bench-train. The network is `reference48`: three stages of two 3x3 convolutions with norm
and ReLU (64/128/256 channels) on 48x48, batch 64; forward and backward, without loss and loading of data. Medians of
the rounds, each the best of its steps; PyTorch (Debian python3-torch) in both of its memory layouts, the better counts.
bfloat16 only where the processor has it.
"""
import argparse
import statistics
import subprocess
import time

import torch
from torch import nn


def network():
    layers, channels = [], 1
    for width in (64, 128, 256):
        for _ in range(2):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Dropout(0.25), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(256 * 9, 256),
               nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, 8)]
    return nn.Sequential(*layers)


def peer(steps, is_bf16, is_last):
    torch.manual_seed(1)
    net = network().train()
    pictures = torch.randn(64, 1, 48, 48)
    grads = torch.randn(64, 8) * 0.1
    if is_last:
        net = net.to(memory_format=torch.channels_last)
        pictures = pictures.to(memory_format=torch.channels_last)
    best = 0
    for i in range(steps + 1):
        begun = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_bf16):
            answer = net(pictures)
        net.zero_grad(set_to_none=True)
        answer.float().backward(grads)
        rate = 64 / (time.perf_counter() - begun)
        best = max(best, rate if i > 0 else 0)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rates = {}
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        precisions = ("float32", "bfloat16") if "avx512_bf16" in f.read().split() else ("float32",)

    def note(name, rate):
        rates.setdefault(name, []).append(rate)

    for _ in range(args.rounds):
        for precision in precisions:
            out = subprocess.run([args.bench, "reference48", "64", str(args.threads), precision, str(args.steps)],
                                 capture_output=True, text=True, check=True).stdout
            note(("ours", precision), float(out.rsplit(":", 1)[1].split()[0]))
            for is_last in (False, True):
                layout = "PyTorch, channels last" if is_last else "PyTorch, contiguous"
                note((layout, precision), peer(args.steps, precision == "bfloat16", is_last))
    print("| | " + " | ".join(precisions) + " |\n" + "| --- " * (1 + len(precisions)) + "|")
    for name in ("ours", "PyTorch, contiguous", "PyTorch, channels last"):
        print(f"| {name} | " + " | ".join(f"{statistics.median(rates[name, p]):.0f}" for p in precisions) + " |")
    for precision in precisions:
        best = max(statistics.median(rates[n, "float32"]) for n in ("PyTorch, contiguous", "PyTorch, channels last"))
        print(f"ours in {precision}: {statistics.median(rates['ours', precision]) / best:.2f} of PyTorch's float32")


if __name__ == "__main__":
    main()
