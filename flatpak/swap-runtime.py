#!/usr/bin/env python3
"""swap-runtime.py MANIFEST NAME BRANCH HELD... : the manifest for a runtime of another name, on standard output.

Swaps the name and the version of runtime and SDK, and leaves out the modules named HELD, which that SDK already holds;
the source folder of the program becomes absolute, because the result lies elsewhere. Nothing else changes: what is built
and what it may do in its sandbox stay as they are. tests/validators/flatpak.py holds it to that.
"""
import json
import os
import sys


def swap(manifest, folder, name, branch, held):
    """A changed copy of @manifest, a dict read from a file in @folder. Fails for a held module it does not have."""
    result = json.loads(json.dumps(manifest))
    names = [module["name"] for module in result["modules"]]
    for module in held:
        if module not in names:
            raise ValueError(f"no module '{module}' in the manifest")
    result["runtime"] = name + ".Platform"
    result["sdk"] = name + ".Sdk"
    result["runtime-version"] = branch
    result["modules"] = [module for module in result["modules"] if module["name"] not in held]
    for module in result["modules"]:
        for source in module["sources"]:
            if source["type"] == "dir":
                source["path"] = os.path.abspath(os.path.join(folder, source["path"]))
    return result


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    path, name, branch = sys.argv[1:4]
    with open(path, encoding="utf-8") as text:
        manifest = json.load(text)
    result = swap(manifest, os.path.dirname(os.path.abspath(path)), name, branch, sys.argv[4:])
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
