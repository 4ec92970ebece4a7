#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-cli analyze, export, info and models as the contract says, read again by other means."""
import array
import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import wave
import xml.etree.ElementTree

import tap

CLI = sys.argv[1]
DEMO = os.path.join(os.environ["MIEN_SOURCE_ROOT"], "data", "demo", "cap12.mp4")
FAST = ["--detector", "fast"]
FERPLUS = "neutral,happiness,surprise,sadness,anger,disgust,fear,contempt".split(",")
FER2013 = "angry,disgust,fear,happy,sad,surprise,neutral".split(",")
BEFORE = "frame,time,status,track,person,x,y,width,height,score,yaw,pitch,roll,brightness,sharpness".split(",")
AFTER = "emotion,confidence,valence,arousal".split(",")
FFPROBE = shutil.which("ffprobe")


def run(*args, env=None, **kw):
    environment = dict(os.environ, **(env or {}))
    return subprocess.run([CLI, *args], env=environment, capture_output=True, text=True,
                          timeout=300, **kw)


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def stream_times(path):
    out = subprocess.run([FFPROBE, "-v", "error", "-select_streams", "v:0", "-show_entries",
                          "frame=pts_time", "-of", "csv=p=0", path],
                         capture_output=True, text=True, check=True).stdout
    return [float(line.strip(",")) for line in out.split()]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="mien-cli-test-")
        cls.second = cls.path("second.csv")
        cls.document = cls.path("second.mien")
        done = run("analyze", DEMO, *FAST, "--end", "1", "--csv", cls.second, "-o", cls.document)
        assert done.returncode == 0, done.stderr
        cls.said = done

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    def bytes_of(self, path):
        with open(path, "rb") as f:
            return f.read()

    def analyze(self, name, *args, env=None, code=0):
        """Analyses the demo clip into a CSV; its rows."""
        out = self.path(name)
        done = run("analyze", DEMO, *FAST, "--csv", out, "-q", *args, env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        return read(out)

    def fails(self, code, *args):
        done = run(*args)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("mien-cli: "), done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr


class Table(Case):
    def check_rows(self, rows, classes):
        last = (-1, 0)
        for row in rows:
            here = (int(row["frame"]), int(row["track"] or 0))
            self.assertGreater(here, last)
            last = here
            self.assertRegex(row["time"], r"^\d+\.\d{6}$")
            self.assertIn(row["status"], ("ok", "no_face", "low_quality"))
            if row["status"] == "no_face":
                for name in BEFORE[3:] + classes + AFTER:
                    self.assertEqual(row[name], "", name)
                continue
            values = [float(row[name]) for name in classes]
            self.assertAlmostEqual(sum(values), 1.0, delta=1e-5)
            self.assertTrue(all(0 <= v <= 1 for v in values))
            self.assertIn(row["emotion"], classes + ["uncertain"])
            self.assertTrue(0 <= float(row["brightness"]) <= 1)
            self.assertTrue(-1 <= float(row["valence"]) <= 1)

    def test_columns_and_values(self):
        data = self.bytes_of(self.second)
        self.assertEqual(data.split(b"\n", 1)[0].decode(), ",".join(BEFORE + FERPLUS + AFTER))
        self.assertNotIn(b"\r", data)
        self.assertNotIn(b"nan", data.lower())
        self.assertTrue(data.endswith(b"\n"))
        rows = read(self.second)
        self.check_rows(rows, FERPLUS)
        self.assertEqual([int(r["frame"]) for r in rows], list(range(25)))
        self.assertEqual({r["track"] for r in rows}, {"1"})

    def test_valence_is_what_the_contract_says(self):
        for row in read(self.second):
            p = {name: float(row[name]) for name in FERPLUS}
            pleasant = p["happiness"]
            unpleasant = sum(p[n] for n in ("sadness", "anger", "disgust", "fear", "contempt"))
            self.assertAlmostEqual(float(row["valence"]), pleasant - unpleasant, delta=1e-4)

    @unittest.skipUnless(FFPROBE, "needs ffprobe")
    def test_times_are_those_of_the_stream(self):
        times = [t for t in stream_times(DEMO) if t < 1.0]
        rows = read(self.second)
        self.assertEqual(len(rows), len(times))
        for row, t in zip(rows, times):
            self.assertAlmostEqual(float(row["time"]), t, delta=2e-6)

    @unittest.skipUnless(FFPROBE and shutil.which("ffmpeg"), "needs ffmpeg")
    def test_variable_frame_rate(self):
        clip = self.path("variable.mkv")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", DEMO, "-t", "1", "-vf",
                        "select='not(mod(n,3))+lt(n,8)'", "-vsync", "passthrough", "-c:v",
                        "mjpeg", clip], check=True)
        out = self.path("variable.csv")
        self.assertEqual(run("analyze", clip, *FAST, "--csv", out, "-q").returncode, 0)
        rows, times = read(out), stream_times(clip)
        self.assertEqual([int(r["frame"]) for r in rows], list(range(len(times))))
        for row, t in zip(rows, times):
            self.assertAlmostEqual(float(row["time"]), t - times[0], delta=2e-6)

    def test_start_and_every_keep_the_numbers_of_the_file(self):
        rows = self.analyze("part.csv", "--start", "1", "--end", "1.6", "--every", "4")
        self.assertEqual([int(r["frame"]) for r in rows], [28, 32, 36])
        self.assertEqual([r["time"] for r in rows], ["1.120000", "1.280000", "1.440000"])

    def test_fer2013_labels(self):
        labels = [m["labels"] for m in json.loads(run("models", "--json").stdout)
                  if m["task"] == "classifier" and m["default"]][0]
        if "fer2013" not in labels:
            # The default classifier knows the other set only, and has to say so.
            self.assertIn("fer2013", self.fails(3, "analyze", DEMO, "--labels", "fer2013"))
            return
        rows = self.analyze("seven.csv", "--end", "0.3", "--labels", "fer2013")
        self.assertEqual(list(rows[0]), BEFORE + FER2013 + AFTER)
        self.check_rows(rows, FER2013)

    def test_nothing_in_an_empty_region_or_below_the_size(self):
        for option in (["--region", "0,0,60,60"], ["--min-face", "399"]):
            rows = self.analyze("none.csv", "--end", "0.4", *option)
            self.assertEqual({r["status"] for r in rows}, {"no_face"})
            self.assertEqual(len(rows), 10)

    def test_region_keeps_picture_coordinates(self):
        face = read(self.second)[0]
        rows = self.analyze("region.csv", "--end", "0.4", "--region", "100,60,240,230")
        self.assertEqual(rows[0]["status"], "ok")
        self.assertAlmostEqual(float(rows[0]["x"]), float(face["x"]), delta=25)
        self.assertAlmostEqual(float(rows[0]["y"]), float(face["y"]), delta=25)

    def test_detect_every_fills_the_frames_between(self):
        rows = self.analyze("between.csv", "--end", "1", "--detect-every", "4")
        self.assertEqual([int(r["frame"]) for r in rows], list(range(25)))
        for row in rows:
            if row["track"] and int(row["frame"]) % 4 == 0:
                self.assertNotEqual(row["score"], "", row["frame"])
        self.assertGreaterEqual(sum(r["status"] == "ok" for r in rows), 20)
        self.assertGreaterEqual(sum(r["track"] != "" and r["score"] == "" for r in rows), 12)
        self.fails(1, "analyze", DEMO, "--detect-every", "0")


class Same(Case):
    def test_in_a_locale_with_a_decimal_comma(self):
        if subprocess.run(["locale", "-a"], capture_output=True,
                          text=True).stdout.lower().find("de_de.utf") < 0:
            self.skipTest("de_DE.UTF-8 is not installed")
        self.analyze("german.csv", "--end", "1", "--smooth", "gauss:0.25",
                     env={"LC_ALL": "de_DE.UTF-8"})
        self.assertEqual(self.bytes_of(self.path("german.csv")), self.bytes_of(self.second))

    def test_for_any_number_of_threads(self):
        for n in ("1", "3"):
            self.analyze("threads.csv", "--end", "1", "--threads", n)
            self.assertEqual(self.bytes_of(self.path("threads.csv")), self.bytes_of(self.second))

    def test_after_export(self):
        out = self.path("exported.csv")
        self.assertEqual(run("export", self.document, "--csv", out).returncode, 0)
        self.assertEqual(self.bytes_of(out), self.bytes_of(self.second))

    def frames_in(self, document):
        done = run("info", document, "--json")
        return json.loads(done.stdout)["frames"] if done.returncode == 0 else 0

    def interrupt(self, document, number):
        """Starts an analysis and ends it with a signal when some frames are stored."""
        with subprocess.Popen([CLI, "analyze", DEMO, *FAST, "--end", "6", "-o", document, "-q"],
                              stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None and self.frames_in(document) < 12:
                time.sleep(0.05)
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
        return process.returncode, said

    def test_after_kill_and_resume(self):
        whole = self.path("whole.csv")
        self.analyze("whole.csv", "--end", "6")
        for number in (signal.SIGKILL, signal.SIGINT):
            document = self.path("broken-%d.mien" % number)
            code, said = self.interrupt(document, number)
            if number == signal.SIGINT and code != 0:
                self.assertEqual(code, 130)
                self.assertEqual(said.count("\n"), 1, said)
                self.assertFalse(os.path.exists(document + "-wal"))
            kept = self.frames_in(document)
            self.assertGreater(kept, 0)
            out = self.path("resumed.csv")
            done = run("analyze", DEMO, *FAST, "--end", "6", "-o", document, "--resume", "--csv",
                       out, "-q")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.bytes_of(out), self.bytes_of(whole))

    def test_resume_refuses_other_settings(self):
        self.assertIn("every", self.fails(1, "analyze", DEMO, *FAST, "--end", "1", "--every", "2",
                                          "-o", self.document, "--resume", "-q"))


class Failures(Case):
    def write(self, name, data):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def test_usage(self):
        for args in ([], ["--nonsense"], [DEMO, DEMO], [DEMO, "--every", "0"],
                     [DEMO, "--start", "2", "--end", "1"], [DEMO, "--region", "1,2,3"],
                     [DEMO, "--smooth", "often:1"], [DEMO, "--threshold", "0,5"],
                     [DEMO, "--labels", "mine"], [DEMO, "--plot", self.path("a.gif")],
                     [DEMO, "--end", "nan"], [DEMO, "--resume"], ["camera:test"],
                     [DEMO, "--csv", DEMO]):
            self.fails(1, "analyze", *args)
        self.fails(1, "nonsense")
        self.fails(1, "export", self.document)
        self.fails(1, "info")

    def test_inputs_that_cannot_be_read(self):
        sound = self.path("sound.wav")
        with wave.open(sound, "wb") as f:
            f.setparams((1, 2, 8000, 0, "NONE", ""))
            f.writeframes(array.array("h", [0] * 8000).tobytes())
        document = self.path("never.mien")
        for path in (self.path("missing.mp4"), self.write("empty.mp4", b""),
                     self.write("text.mp4", b"hello\n"), sound, self.document,
                     self.write("noise.mp4", bytes(range(256)) * 64)):
            out = self.path("never.csv")
            self.assertIn(path, self.fails(2, "analyze", path, "--csv", out, "-o", document))
            self.assertFalse(os.path.exists(out))
            self.assertFalse(os.path.exists(document))
        self.fails(2, "info", self.path("missing.mp4"))
        self.fails(2, "export", self.path("missing.mien"), "--csv", self.path("never.csv"))

    def test_models_that_cannot_be_used(self):
        text = self.write("model.onnx", b"not a model")
        self.fails(3, "analyze", DEMO, "--detector", text)
        self.fails(3, "analyze", DEMO, "--classifier", text)
        self.fails(3, "analyze", DEMO, "--classifier", "nobody-knows-it")
        self.fails(3, "analyze", DEMO, "--detector", self.path("missing.onnx"))

    def test_a_film_that_breaks_off(self):
        with open(DEMO, "rb") as f:
            film = self.write("half.mp4", f.read(os.path.getsize(DEMO) // 2))
        out, document = self.path("half.csv"), self.path("half.mien")
        said = self.fails(4, "analyze", film, *FAST, "--every", "20", "--csv", out, "-o", document,
                          "-q")
        self.assertIn(film, said)
        rows = read(out)
        self.assertGreater(len(rows), 20)
        self.assertEqual([int(r["frame"]) for r in rows], [20 * i for i in range(len(rows))])
        again = self.path("half2.csv")
        self.assertEqual(run("export", document, "--csv", again).returncode, 0)
        self.assertEqual(self.bytes_of(out), self.bytes_of(again))

    def test_outputs_that_cannot_be_written(self):
        began = time.monotonic()
        for place in (self.dir, self.path("no/such/folder/a.csv"), "/proc/none/a.csv"):
            self.fails(5, "analyze", DEMO, "--csv", place)
            self.fails(5, "export", self.document, "--csv", place)
        self.fails(5, "analyze", DEMO, "-o", self.path("no/such/folder/a.mien"))
        self.fails(5, "export", self.document, "--report", self.path("no/such/a.html"))
        # Known before anything is analysed: the whole clip takes longer than this.
        self.assertLess(time.monotonic() - began, 60)
        if os.path.exists("/dev/full"):
            self.fails(5, "export", self.document, "--csv", "/dev/full")
            self.assertTrue(os.path.exists("/dev/full"))

    def test_a_full_disk(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (80 * 1024, resource.RLIM_INFINITY))

        document = self.path("full.mien")
        done = run("analyze", DEMO, *FAST, "--end", "3", "-q", "-o", document, preexec_fn=limit)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(document, done.stderr)
        self.assertEqual(run("info", document).returncode, 0)
        done = run("analyze", DEMO, *FAST, "--end", "3", "-q", "-o", document, "--resume",
                   "--csv", self.path("full.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.analyze("whole.csv", "--end", "3")
        self.assertEqual(self.bytes_of(self.path("full.csv")), self.bytes_of(self.path("whole.csv")))

    def test_a_failed_output_leaves_the_old_file(self):
        old = self.write("old.html", b"old")
        self.fails(2, "export", self.path("missing.mien"), "--report", old)
        self.assertEqual(self.bytes_of(old), b"old")


class Outputs(Case):
    def test_every_format(self):
        names = ["--wide", "w.csv", "--states", "s.csv", "--summary", "s.json", "--plot", "p.png",
                 "--eaf", "e.eaf", "--textgrid", "t.TextGrid", "--vtt", "v.vtt", "--srt", "s.srt",
                 "--report", "r.html"]
        args = [a if a.startswith("--") else self.path(a) for a in names]
        done = run("export", self.document, *args)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(self.bytes_of(self.path("p.png")).startswith(b"\x89PNG\r\n"))
        self.assertTrue(self.bytes_of(self.path("v.vtt")).startswith(b"WEBVTT"))
        self.assertIn(b"TextGrid", self.bytes_of(self.path("t.TextGrid"))[:80])
        xml.etree.ElementTree.parse(self.path("e.eaf"))
        states = read(self.path("s.csv"))
        self.assertEqual(sum(int(s["frames"]) for s in states), 25)
        summary = json.loads(self.bytes_of(self.path("s.json")))
        for key in ("input", "models", "settings", "people", "segments", "verdict", "timing",
                    "diagnostics"):
            self.assertIn(key, summary)
        self.assertEqual(summary["timing"]["frames"], 25)
        self.assertFalse([k for k in summary["settings"] if k.startswith("_")])
        for ending, magic in (("svg", b"<?xml"), ("pdf", b"%PDF")):
            out = self.path("p." + ending)
            self.assertEqual(run("export", self.document, "--plot", out).returncode, 0)
            self.assertTrue(self.bytes_of(out).startswith(magic))
        self.assertFalse([n for n in os.listdir(self.dir) if ".part" in n])

    def test_reports_stand_alone(self):
        page, paper = self.path("r.html"), self.path("r.pdf")
        self.assertEqual(run("export", self.document, "--report", page).returncode, 0)
        text = self.bytes_of(page).decode("utf-8")
        for part in ("cap12.mp4", "Person 1", "Method", "<svg", "sadness", "licence"):
            self.assertIn(part, text)
        for foreign in ("<script", "src=\"http", "href=\"http", "@import"):
            self.assertNotIn(foreign, text)
        ids = [part.split('"')[0] for part in text.split(' id="')[1:]]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(run("export", self.document, "--report", paper).returncode, 0)
        self.assertTrue(self.bytes_of(paper).startswith(b"%PDF"))

    @unittest.skipUnless(FFPROBE, "needs ffprobe")
    def test_annotated_film(self):
        for ending in ("mkv", "webm"):
            out = self.path("film." + ending)
            done = run("export", self.document, "--annotated", out)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(stream_times(out)), 25)
            self.assertAlmostEqual(stream_times(out)[24] - stream_times(out)[0], 0.96, delta=0.002)

    def test_what_is_said(self):
        self.assertIn("cap12.mp4: 25 frames, 1 person", self.said.stdout)
        self.assertEqual(self.said.stderr, "")
        self.assertEqual(run("analyze", DEMO, *FAST, "--end", "0.2", "-q").stdout, "")
        done = run("analyze", DEMO, *FAST, "--end", "0.2", "--json")
        self.assertEqual(len(json.loads(done.stdout)["people"]), 1)

    def test_several_inputs(self):
        copy, folder = self.path("other.mp4"), self.path("set")
        shutil.copy(DEMO, copy)
        missing = self.path("missing.mp4")
        done = run("analyze", DEMO, missing, copy, *FAST, "--end", "0.4", "--output-dir", folder,
                   "--json")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertEqual(len(json.loads(done.stdout)), 2)
        for name in ("cap12", "other"):
            self.assertEqual(sorted(os.listdir(os.path.join(folder, name))),
                             ["document.mien", "frames.csv", "states.csv", "summary.json",
                              "timeline.png"])
        rows = read(os.path.join(folder, "all.csv"))
        self.assertEqual(list(rows[0]), ["input"] + BEFORE + FERPLUS + AFTER)
        self.assertEqual([r["input"] for r in rows], [DEMO] * 10 + [copy] * 10)
        self.assertEqual({r["input"] for r in read(os.path.join(folder, "summary.csv"))},
                         {DEMO, copy})

    def test_camera(self):
        out = self.path("camera.csv")
        done = run("analyze", "camera:file:" + DEMO, "--end", "1.5", "--csv", out, "-q")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = read(out)
        self.assertGreater(len(rows), 2)
        times = [float(r["time"]) for r in rows]
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1], 1.5)

    def test_pictures(self):
        if not shutil.which("ffmpeg"):
            self.skipTest("needs ffmpeg")
        folder = self.path("pictures")
        os.mkdir(folder)
        subprocess.run(["ffmpeg", "-v", "error", "-i", DEMO, "-frames:v", "3",
                        os.path.join(folder, "p%d.png")], check=True)
        for path, frames in ((folder, 3), (os.path.join(folder, "p1.png"), 1)):
            out = self.path("pictures.csv")
            done = run("analyze", path, *FAST, "--csv", out, "-q")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            rows = read(out)
            self.assertEqual([int(r["frame"]) for r in rows], list(range(frames)))
            self.assertEqual({r["status"] for r in rows}, {"ok"})

    def test_info(self):
        film = json.loads(run("info", DEMO, "--json").stdout)
        self.assertEqual((film["width"], film["height"], film["frames"]), (400, 300, 1337))
        document = json.loads(run("info", self.document, "--json").stdout)
        self.assertEqual((document["frames"], document["people"]), (25, ["Person 1"]))
        self.assertTrue(document["complete"])
        models = json.loads(run("models", "--json").stdout)
        tasks = {m["task"] for m in models}
        self.assertLessEqual({"detector", "classifier"}, tasks)
        for model in models:
            self.assertLessEqual({"name", "task", "default", "path", "bytes", "input", "labels",
                                  "licence", "source", "accuracy"}, set(model))
            self.assertEqual(model["bytes"], os.path.getsize(model["path"]))
        network = json.loads(run("info", models[0]["path"], "--json").stdout)
        self.assertGreater(network["nodes"], 5)


if __name__ == "__main__":
    tap.main(globals()[sys.argv[2]])
