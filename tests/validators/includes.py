"""Rooms name only lower rooms: checks every #include of src/ against the table in ARCHITECTURE.md."""
import os
import re
import sys

root = os.environ["MIEN_SOURCE_ROOT"]
may = {}
order = []
with open(os.path.join(root, "ARCHITECTURE.md"), encoding="utf-8") as page:
    for line in page:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3 and os.path.isdir(os.path.join(root, "src", cells[0])) and cells[0]:
            names = set(re.findall(r"[a-z]+", cells[2]))
            may[cells[0]] = {room for room in order if room in names}
            order.append(cells[0])

# A room may name what the rooms it uses may name.
for room in order:
    for used in list(may[room]):
        may[room] |= may[used]

folders = sorted(d for d in os.listdir(os.path.join(root, "src"))
                 if os.path.isdir(os.path.join(root, "src", d)))
results = []
results.append((sorted(order) == folders,
                f"the table names every folder of src/ ({sorted(order)} and {folders})"))
for room in order:
    bad = []
    for place, _, files in os.walk(os.path.join(root, "src", room)):
        for name in files:
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.join(place, name)
            with open(path, encoding="utf-8") as source:
                for number, line in enumerate(source, 1):
                    match = re.match(r'\s*#\s*include\s+"([a-z]+)/', line)
                    if match and match.group(1) in order and match.group(1) not in may[room] | {room}:
                        bad.append(f"{os.path.relpath(path, root)}:{number}: {line.strip()}")
    for line in bad:
        print("#", line)
    results.append((not bad, f"{room} names only lower rooms"))

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
