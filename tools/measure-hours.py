#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether memory stays flat over a long film: analyses a looped clip of two minutes and one of two
hours and compares the resident memory at their ends.

    measure-hours.py MIEN_CLI [--clip CLIP] [--hours 2] [--detector fast] [--detect-every 5] [--size 320x180]

What is allowed: 100 bytes for each further sample and 16 MB. Prints memory over the time of the run and
ends with 1 when it is more. The pictures are small and most faces are tracked, so that two hours are
done in minutes; what a picture costs in memory is the same for any length.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def resident_mb(pid):
    try:
        with open(f'/proc/{pid}/status', encoding='ascii') as file:
            for line in file:
                if line.startswith('VmRSS'):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def count_rows(path):
    with open(path, encoding='utf-8') as file:
        return sum(1 for _ in file) - 1


def analyse(args, folder, seconds):
    """Resident memory before the end, in MB, and samples."""
    film = os.path.join(folder, f'{seconds}.mkv')
    table = os.path.join(folder, f'{seconds}.csv')
    clip = [args.clip] if args.clip else []
    subprocess.run([sys.executable, os.path.join(HERE, 'compose-clips.py'), 'loop', film, *clip,
                    '--size', args.size, '--seconds', str(seconds)], check=True)
    began = time.monotonic()
    process = subprocess.Popen([args.mien_cli, 'analyze', film, '-q', '--detector', args.detector,
                                '--detect-every', str(args.detect_every), '-o',
                                os.path.join(folder, f'{seconds}.mien')])
    last, shown = 0, 0
    while process.poll() is None:
        last = resident_mb(process.pid) or last
        if time.monotonic() - shown > 20:
            shown = time.monotonic()
            print(f'  {shown - began:6.0f} s  {last:7.1f} MB', flush=True)
        time.sleep(0.1)
    if process.returncode != 0:
        sys.exit(f'measure-hours: mien-cli ended with {process.returncode}')
    subprocess.run([args.mien_cli, 'export', os.path.join(folder, f'{seconds}.mien'), '--csv', table],
                   check=True)
    rows = count_rows(table)
    print(f'{seconds} s of film: {rows} samples, {last:.1f} MB at the end, '
          f'{time.monotonic() - began:.0f} s', flush=True)
    return last, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('mien_cli')
    parser.add_argument('--clip')
    parser.add_argument('--hours', type=float, default=2)
    parser.add_argument('--detector', default='fast')
    parser.add_argument('--detect-every', type=int, default=5)
    parser.add_argument('--size', default='320x180')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        short, short_rows = analyse(args, folder, 120)
        long, long_rows = analyse(args, folder, int(args.hours * 3600))
    allowed = 16 + (long_rows - short_rows) * 100 / 2**20
    print(f'{long - short:.1f} MB more for {long_rows - short_rows} more samples; '
          f'{allowed:.1f} MB are allowed')
    return 0 if long - short <= allowed else 1


if __name__ == '__main__':
    sys.exit(main())
