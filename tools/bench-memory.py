#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the memory table of docs/SPEED.md: most bytes that a run holds beside the loaded network, in Mien
(`mien-cli bench`, activations and workspace) and in ONNX Runtime, as its allocator calls tell.

    bench-memory.py PACKAGE MIEN_CLI [--models MODELS]

PACKAGE is the folder of the npm package onnxruntime-node; needs cc and python3-onnx. ONNX Runtime is measured
with its arena, as it comes, and with arena and memory pattern off, where it frees each value after its last
use: that is the least it can do with. Its one thread counts."""
import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile

import bench_models
import ort

# The allocator of the C library, counted: bytes that are out, and the most there ever were.
COUNTER = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
void *__libc_malloc (size_t); void *__libc_calloc (size_t, size_t); void *__libc_memalign (size_t, size_t);
void *__libc_realloc (void *, size_t); void __libc_free (void *);
static _Atomic long now, most;
static void *add (void *p)
{
  long n = p ? atomic_fetch_add (&now, (long) malloc_usable_size (p)) + (long) malloc_usable_size (p) : 0;
  long m = most;
  while (n > m && !atomic_compare_exchange_weak (&most, &m, n));
  return p;
}
static void sub (void *p) { if (p) atomic_fetch_sub (&now, (long) malloc_usable_size (p)); }
void *malloc (size_t n) { return add (__libc_malloc (n)); }
void *calloc (size_t n, size_t s) { return add (__libc_calloc (n, s)); }
void *realloc (void *p, size_t n) { sub (p); return add (__libc_realloc (p, n)); }
void *memalign (size_t a, size_t n) { return add (__libc_memalign (a, n)); }
void *aligned_alloc (size_t a, size_t n) { return add (__libc_memalign (a, n)); }
int posix_memalign (void **p, size_t a, size_t n) { *p = add (__libc_memalign (a, n)); return *p ? 0 : ENOMEM; }
void free (void *p) { sub (p); __libc_free (p); }
long count_now (void) { return now; }
long count_most (void) { return most; }
void count_again (void) { most = now; }
"""
DISABLE_PATTERN, DISABLE_ARENA = 17, 19  # places of functions in OrtApi


def child(package, model, arena):
    """In a process of its own, with the counter in front of the C library."""
    counter = ctypes.CDLL(os.environ["LD_PRELOAD"])
    counter.count_now.restype = counter.count_most.restype = ctypes.c_long
    import onnx

    graph = onnx.load(model, load_external_data=False).graph
    weights = {w.name for w in graph.initializer}
    shape = next([d.dim_value or 1 for d in i.type.tensor_type.shape.dim]
                 for i in graph.input if i.name not in weights)
    name = next(i.name for i in graph.input if i.name not in weights)
    outputs = [o.name for o in graph.output]
    del graph
    import numpy as np

    def options(runtime, value):
        if not arena:
            runtime.call(DISABLE_PATTERN, value)
            runtime.call(DISABLE_ARENA, value)

    session = ort.Session(ort.Runtime(package), model, name, outputs, 1, options)
    x = np.zeros(shape, np.float32)
    before = counter.count_now()
    counter.count_again()
    for _ in range(3):
        session.run(x)
    print(counter.count_most() - before)


def measure(args, model, counter, arena):
    environment = dict(os.environ, LD_PRELOAD=counter)
    command = [sys.executable, __file__, args.onnxruntime, args.mien_cli, "--child", model]
    out = subprocess.run(command + (["--arena"] if arena else []), env=environment, check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return int(out) / 1e6


def ours(args, model):
    out = subprocess.run([args.mien_cli, "bench", model, "--runs", "1", "--json"],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out)["peak_bytes"] / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("onnxruntime", help="folder of the npm package onnxruntime-node")
    parser.add_argument("mien_cli", help="the program mien-cli")
    parser.add_argument("--models", help="folder that holds yunet/ and ultraface/")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--arena", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()

    if args.child:
        child(args.onnxruntime, args.child, args.arena)
        return
    with tempfile.TemporaryDirectory() as directory:
        counter = os.path.join(directory, "counter.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-xc", "-", "-o", counter], input=COUNTER,
                       text=True, check=True)
        models = bench_models.save_all(directory)
        for kind in ("yunet", "ultraface") if args.models else ():
            folder = os.path.join(args.models, kind)
            models += [os.path.join(folder, f) for f in sorted(os.listdir(folder))
                       if f.endswith(".onnx") and "dynamic" not in f]
        print("| model | ours MB | ORT, arena off | ORT, as it comes |\n| --- | --- | --- | --- |")
        for model in models:
            name = os.path.splitext(os.path.basename(model))[0]
            print(f"| {name} | {ours(args, model):.1f} | {measure(args, model, counter, False):.1f} "
                  f"| {measure(args, model, counter, True):.1f} |", flush=True)


if __name__ == "__main__":
    main()
