"""The Flatpak manifest: what it may do, and that the manifest for a local runtime differs in nothing but names and the
modules which that runtime holds."""
import importlib.util
import json
import os
import sys

root = os.environ["MIEN_SOURCE_ROOT"]
folder = os.path.join(root, "flatpak")
spec = importlib.util.spec_from_file_location("swap", os.path.join(folder, "swap-runtime.py"))
module = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(module)
with open(os.path.join(folder, "io.github.mien.Mien.json"), encoding="utf-8") as text:
    manifest = json.load(text)
results = []
rights = " ".join(manifest["finish-args"])
for word in ("network", "filesystem", "device=all", "talk-name", "own-name"):
    results.append((word not in rights, f"no right with '{word}'"))
for name in ("openblas", "protobuf-c"):
    sources = next(m for m in manifest["modules"] if m["name"] == name)["sources"]
    results.append((all(s["type"] == "git" and len(s["commit"]) == 40 for s in sources), f"{name} is a commit"))

swapped = module.swap(manifest, folder, "org.example.Local", "7", ["openblas"])
results.append(((swapped["runtime"], swapped["sdk"], swapped["runtime-version"])
                == ("org.example.Local.Platform", "org.example.Local.Sdk", "7"), "runtime and SDK are swapped"))
results.append(([m["name"] for m in swapped["modules"]]
                == [m["name"] for m in manifest["modules"] if m["name"] != "openblas"], "only the held module goes"))
mine = swapped["modules"][-1]
results.append((mine["sources"][0]["path"] == root, "the source folder is the same, absolute"))
mine["sources"][0]["path"] = manifest["modules"][-1]["sources"][0]["path"]
rest = {key: value for key, value in swapped.items() if key not in ("runtime", "sdk", "runtime-version", "modules")}
results.append((rest == {key: value for key, value in manifest.items() if key in rest}, "nothing else changes"))
results.append((swapped["modules"] == [m for m in manifest["modules"] if m["name"] != "openblas"],
                "the other modules are the same"))
try:
    module.swap(manifest, folder, "x", "1", ["nosuch"])
    results.append((False, "a module that is not there is an error"))
except ValueError:
    results.append((True, "a module that is not there is an error"))

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
