#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the 720p films that speed is measured with, out of small clips, with ffmpeg.

    compose-clips.py one   OUT.mp4 [CLIP]            one face that fills much of the picture
    compose-clips.py three OUT.mp4 CLIP CLIP CLIP    three people beside each other
    compose-clips.py loop  OUT.mp4 CLIP [--size WxH] the clip again and again, copied not coded anew

CLIP of `one` is the demo clip when it is left out. Clips of `three` show one person near the middle
each; the middle third of each is taken. Every clip runs forwards and then backwards, again and again,
so that nothing jumps where it begins anew: no cut is found there and nobody is lost.

--seconds N cuts the film off or lengthens it; --size WxH makes other pictures than 1280x720. `loop`
codes twenty seconds of pictures once and repeats its packets, so that hours cost seconds to make.
"""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, '..', 'data', 'demo', 'cap12.mp4')
X264 = ['-c:v', 'libx264', '-preset', 'fast', '-crf', '18', '-pix_fmt', 'yuv420p']


def ffmpeg(*args):
    subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *args], check=True)


def rate_of(clip):
    out = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries',
                          'stream=avg_frame_rate', '-of', 'csv=p=0', clip],
                         check=True, capture_output=True, text=True).stdout
    return out.strip().splitlines()[0]


def to_and_fro(index):
    """A chain that runs input @index forwards and backwards for ever, as [vN]."""
    return (f'[{index}:v]split[a{index}][b{index}];[b{index}]reverse[c{index}];'
            f'[a{index}][c{index}]concat,loop=-1:32767,setpts=N/FRAME_RATE/TB')


def cover(width, height):
    """Fills @width x @height, cutting off what does not fit."""
    return (f'scale={width}:{height}:force_original_aspect_ratio=increase,'
            f'crop={width}:{height},setsar=1')


def one(args, width, height):
    clip = (args.clips or [DEMO])[0]
    graph = f'{to_and_fro(0)},{cover(width, height)}[out]'
    seconds = ['-t', str(args.seconds or 20)]
    ffmpeg('-i', clip, '-filter_complex', graph, '-map', '[out]', '-r', rate_of(clip), *seconds,
           *X264, args.out)


def three(args, width, height):
    if len(args.clips) != 3:
        sys.exit('compose-clips: three wants three clips')
    # Planes of half resolution: even widths that add up.
    side = width // 3 // 2 * 2
    widths = [side, width - 2 * side, side]
    inputs = [x for clip in args.clips for x in ('-i', clip)]
    graph = ';'.join(f'{to_and_fro(i)},fps=30,{cover(w, height)}[v{i}]'
                     for i, w in enumerate(widths))
    graph += ';[v0][v1][v2]hstack=3[out]'
    ffmpeg(*inputs, '-filter_complex', graph, '-map', '[out]', '-t', str(args.seconds or 10),
           *X264, args.out)


def loop(args, width, height):
    clip = (args.clips or [DEMO])[0]
    with tempfile.TemporaryDirectory() as folder:
        part = os.path.join(folder, 'part.mkv')
        ffmpeg('-i', clip, '-filter_complex', f'{to_and_fro(0)},{cover(width, height)}[out]',
               '-map', '[out]', '-r', rate_of(clip), '-t', '20', *X264, '-bf', '0', part)
        ffmpeg('-stream_loop', '-1', '-i', part, '-map', '0:v', '-c', 'copy',
               '-t', str(args.seconds or 120), args.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kind', choices=['one', 'three', 'loop'])
    parser.add_argument('out')
    parser.add_argument('clips', nargs='*')
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--size', default='1280x720')
    args = parser.parse_args()
    width, height = (int(x) for x in args.size.split('x'))
    {'one': one, 'three': three, 'loop': loop}[args.kind](args, width, height)


if __name__ == '__main__':
    main()
