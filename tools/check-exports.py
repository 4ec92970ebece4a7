#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-exports.py MIEN-CLI FILM...: what is written, read again by other people's programs.

Each film is analysed with the fast detector. frames.csv against ffprobe: every decoded frame has its rows, in order,
at its time, probabilities that sum to 1; once more under de_DE.UTF-8, byte for byte. ELAN by xmllint (and by the schema
where EAFv3.0.xsd is given in MIEN_EAF_XSD) and by its own rules; TextGrid by Praat; WebVTT and SubRip by ffmpeg; the
report by tidy and pdfinfo; SVG by xmllint; the annotated film by ffprobe: as many frames, and the sound. Programs that
are not installed are named at the end."""
import array
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

CLI, FILMS = sys.argv[1], sys.argv[2:]
CLASSES = "neutral,happiness,surprise,sadness,anger,disgust,fear,contempt".split(",")
missing = set()


def have(program):
    if shutil.which(program):
        return True
    missing.add(program)
    return False


def run(*args, **kw):
    done = subprocess.run(args, capture_output=True, text=True, **kw)
    assert done.returncode == 0, f"{' '.join(args)}: {done.returncode}: {done.stderr[-2000:]}{done.stdout[-2000:]}"
    return done.stdout


def probe(film, kind, entry):
    out = run("ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", entry, "-of", "csv=p=0", film)
    return [line.strip(",") for line in out.split()]


def check_frames(path, film):
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    times = [float(t) for t in probe(film, "v:0", "frame=pts_time")]
    first = times[0] if times else 0.0
    frames = [int(r["frame"]) for r in rows]
    assert sorted(set(frames)) == list(range(len(times))), f"{len(set(frames))} of {len(times)} frames have rows"
    keys = [(int(r["frame"]), int(r["track"] or 0)) for r in rows]
    assert keys == sorted(set(keys)), "rows are not in order, or twice"
    for row in rows:
        at = times[int(row["frame"])]
        assert min(abs(float(row["time"]) - at), abs(float(row["time"]) - (at - first))) < 2e-6, (row["time"], at)
        assert row["status"] in ("ok", "no_face", "low_quality", "excluded"), row["status"]
        values = [row[c] for c in CLASSES]
        if row["status"] == "no_face":
            assert not any(values) and not row["track"], row
        else:
            assert abs(sum(map(float, values)) - 1.0) < 1e-4, values
            assert float(row["width"]) > 0 and float(row["height"]) > 0, row
    return len(times), sum(r["status"] != "no_face" for r in rows)


def check_eaf(path):
    """What the schema says and a parser cannot: identifiers once, references that lead somewhere, times that ascend."""
    if have("xmllint"):
        schema = os.environ.get("MIEN_EAF_XSD")
        run("xmllint", "--noout", *(["--schema", schema] if schema else []), path)
    root = ET.parse(path).getroot()
    order = [e.tag for e in root]
    rank = ["LICENSE", "HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "LOCALE", "LANGUAGE", "CONSTRAINT"]
    assert root.tag == "ANNOTATION_DOCUMENT" and [rank.index(t) for t in order] == sorted(rank.index(t) for t in order), order
    for attribute in ("AUTHOR", "DATE", "VERSION"):
        assert root.get(attribute) is not None, attribute
    slots = {s.get("TIME_SLOT_ID"): int(s.get("TIME_VALUE")) for s in root.iter("TIME_SLOT")}
    types = {t.get("LINGUISTIC_TYPE_ID") for t in root.iter("LINGUISTIC_TYPE")}
    ids, names = set(), set()
    for tier in root.iter("TIER"):
        assert tier.get("LINGUISTIC_TYPE_REF") in types and tier.get("TIER_ID") not in names
        names.add(tier.get("TIER_ID"))
        last = 0
        for note in tier.iter("ALIGNABLE_ANNOTATION"):
            start, end = slots[note.get("TIME_SLOT_REF1")], slots[note.get("TIME_SLOT_REF2")]
            assert last <= start < end, (tier.get("TIER_ID"), last, start, end)
            assert note.get("ANNOTATION_ID") not in ids
            ids.add(note.get("ANNOTATION_ID"))
            last = end
    return len(ids)


def check_textgrid(path, folder):
    if not have("praat"):
        return
    script = os.path.join(folder, "read.praat")
    with open(script, "w", encoding="utf-8") as f:
        f.write('form f\n  sentence path\nendform\nRead from file: path$\nn = Get number of tiers\n'
                'd = Get total duration\nwriteInfoLine: n, " ", d\n')
    tiers = float(run("praat", "--run", script, path).split()[0])
    assert tiers >= 1


def check_html(path):
    if not have("tidy"):
        return
    done = subprocess.run(["tidy", "-q", "-e", "--drop-empty-elements", "no", path], capture_output=True, text=True)
    assert done.returncode < 2, done.stderr[:2000]
    bad = [line for line in done.stderr.splitlines() if re.search(r"Error|not recognized|missing|unexpected", line)]
    assert not bad, bad[:5]


def check(film, folder):
    path = {n: os.path.join(folder, "x." + n) for n in
            ("csv", "eaf", "TextGrid", "vtt", "srt", "html", "pdf", "svg", "mkv", "mien")}
    german = os.path.join(folder, "german.csv")
    run(CLI, "analyze", film, "-q", "--detector", "fast", "-o", path["mien"], "--csv", path["csv"], "--eaf", path["eaf"],
        "--textgrid", path["TextGrid"], "--vtt", path["vtt"], "--srt", path["srt"], "--report", path["html"],
        "--plot", path["svg"], "--annotated", path["mkv"])
    run(CLI, "export", path["mien"], "--report", path["pdf"])
    n_frames, n_faces = check_frames(path["csv"], film)
    run(CLI, "export", path["mien"], "--csv", german, env=german_environment(folder))
    with open(german, "rb") as a, open(path["csv"], "rb") as b:
        assert a.read() == b.read(), "another locale, other bytes"
    notes = check_eaf(path["eaf"])
    check_textgrid(path["TextGrid"], folder)
    for name in ("vtt", "srt"):
        if n_faces and os.path.getsize(path[name]) > 10:
            cues = run("ffmpeg", "-v", "error", "-xerror", "-i", path[name], "-f", "srt", "-").count(" --> ")
            with open(path[name], encoding="utf-8") as f:
                assert cues == f.read().count(" --> "), name
    check_html(path["html"])
    if have("xmllint"):
        run("xmllint", "--noout", path["svg"])
    if have("pdfinfo"):
        assert "Pages:" in run("pdfinfo", path["pdf"])
    annotated = len(probe(path["mkv"], "v:0", "frame=pts_time"))
    assert annotated == n_frames, f"the annotated film has {annotated} frames of {n_frames}"
    assert len(probe(path["mkv"], "a", "stream=index")) == min(1, len(probe(film, "a", "stream=index"))), "sound"
    if probe(film, "a", "stream=index"):
        print(f"{os.path.basename(film)}: sound kept, correlation {check_sound(film, path['mkv']):.3f}")
    print(f"{os.path.basename(film)}: {n_frames} frames, {n_faces} rows with a face, {notes} ELAN annotations: all well", flush=True)


def sound_of(film):
    """The sound as numbers, 8000 a second."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", film, "-map", "a:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"],
                          capture_output=True, check=True)
    return array.array("h", done.stdout[:len(done.stdout) // 2 * 2])


def check_sound(film, annotated):
    """As long as the source's, and the same wave at the same time."""
    a, b = sound_of(film), sound_of(annotated)
    assert abs(len(a) - len(b)) <= 0.15 * 8000, f"sound of {len(b) / 8000:.2f} s, not {len(a) / 8000:.2f} s"
    n = min(len(a), len(b))

    def match(shift):
        pairs = range(max(0, -shift), min(n, n - shift), 3)
        xy = sum(a[i] * b[i + shift] for i in pairs)
        xx, yy = sum(a[i] ** 2 for i in pairs), sum(b[i + shift] ** 2 for i in pairs)
        return xy / (xx * yy) ** 0.5 if xx and yy else 0.0

    near = max(range(-400, 401, 4), key=match)
    best = max(map(match, range(near - 4, near + 5)))
    assert best > 0.9 or not any(a), f"the sound is another one: {best:.2f}"
    return best


def german_environment(folder):
    where = os.path.join(folder, "locale")
    os.makedirs(where, exist_ok=True)
    if not os.path.exists(os.path.join(where, "de_DE.UTF-8")):
        run("localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(where, "de_DE.UTF-8"))
    return dict(os.environ, LOCPATH=where, LC_ALL="de_DE.UTF-8")


def main():
    for film in FILMS:
        folder = tempfile.mkdtemp(prefix="mien-exports-")
        check(film, folder)
        shutil.rmtree(folder)
    if missing:
        print("not installed, so not asked: " + ", ".join(sorted(missing)))


main()
