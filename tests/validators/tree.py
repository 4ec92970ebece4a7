"""What must hold for the files of the tree: format of the C code, parsable data, licences, no local paths."""
import json
import os
import re
import shutil
import subprocess
import sys

root = os.environ["MIEN_SOURCE_ROOT"]
results = []


def files(ending, *folders):
    for folder in folders:
        for place, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith(ending):
                    yield os.path.join(place, name)


def check(text, faults):
    for fault in faults:
        print("#", fault)
    results.append((not faults, text))


def relative(path):
    return os.path.relpath(path, root)


def generated(path):
    with open(path, encoding="utf-8", errors="replace") as source:
        return "generated" in source.read(300).lower()


code = [p for p in files((".c", ".h"), "src", "tests") if not generated(p)]
tool = shutil.which("clang-format")
faults = []
if tool is None:
    faults = ["clang-format is not installed"]
else:
    for begin in range(0, len(code), 40):
        run = subprocess.run([tool, "--dry-run", "--Werror"] + code[begin:begin + 40],
                             capture_output=True, text=True, cwd=root)
        if run.returncode != 0:
            faults += sorted({line.split(":")[0] for line in run.stderr.splitlines() if "error:" in line})
check("the code has the format of .clang-format", [relative(f) if f.startswith("/") else f for f in faults])

faults = []
for path in files(".json", "data", "flatpak"):
    try:
        with open(path, encoding="utf-8") as text:
            json.load(text)
    except ValueError as problem:
        faults.append(f"{relative(path)}: {problem}")
check("every .json parses", faults)

licences = ""
if os.path.exists(os.path.join(root, "data", "models", "LICENSES.md")):
    with open(os.path.join(root, "data", "models", "LICENSES.md"), encoding="utf-8") as page:
        licences = page.read()
faults = []
for path in files(".onnx", "data/models"):
    name = os.path.basename(path)
    card = path[:-len(".onnx")] + ".json"
    if name not in licences:
        faults.append(f"{name} is not in data/models/LICENSES.md")
    if not os.path.exists(card):
        faults.append(f"{name} has no card")
        continue
    with open(card, encoding="utf-8") as text:
        known = json.load(text)
    for key in ("task", "input", "licence", "source"):
        if not known.get(key):
            faults.append(f"{relative(card)}: no '{key}'")
check("every model has a card and a licence", faults)

# Work places of the people who write Mien do not belong in it.
local = re.compile(r"/(?:work|root|home/[a-z]+)/[A-Za-z.]")
faults = []
for path in list(files((".c", ".h", ".py", ".sh", ".md", ".json", ".build", ".ui", ".in", ".xml"),
                       "src", "tests", "tools", "docs", "data", "ui", "flatpak", "po")):
    if path == os.path.abspath(__file__):
        continue
    with open(path, encoding="utf-8", errors="replace") as text:
        for number, line in enumerate(text, 1):
            if local.search(line):
                faults.append(f"{relative(path)}:{number}: {line.strip()[:100]}")
check("no path of a developer's machine", faults)

faults = []
for path in files((".c", ".h"), "src"):
    if generated(path):
        continue
    with open(path, encoding="utf-8") as text:
        content = text.read()
    if "SPDX-License-Identifier: GPL-3.0-or-later" not in content[:1500]:
        faults.append(f"{relative(path)}: no SPDX line")
    if re.search(r"\bTODO\b|\bFIXME\b|\bXXX\b", content):
        faults.append(f"{relative(path)}: a note of unfinished work")
check("every source names its licence and leaves no loose end", faults)

# Whoever ran the thread may be the last to let go of the task, and of its source: a window that ends
# outside the main thread takes the process with it.
faults, runs = [], 0
for path in files(".c", "src"):
    with open(path, encoding="utf-8") as text:
        content = text.read()
    for run in re.finditer(r"g_task_run_in_thread \((\w+),", content):
        runs += 1
        made = re.findall(rf"\b{run[1]} = g_task_new \(([^,]+),", content[:run.start()])
        if not made or made[-1] != "NULL":
            faults.append(f"{relative(path)}:{content.count(chr(10), 0, run.start()) + 1}: {run[0]}")
if runs < 5:
    faults.append(f"only {runs} threads of tasks found")
check("tasks that run in threads have no source", faults)

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
