"""Adds up the results of several build folders and prints `N passed, N failed, N skipped`.

Reads the JUnit file that Meson writes, in which each TAP subtest is a case of its own. A test program
that died, timed out or printed no subtest counts as failed.
"""
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = skipped = 0
for folder in sys.argv[1:]:
    logs = os.path.join(folder, "meson-logs")
    with open(os.path.join(logs, "testlog.json"), encoding="utf-8") as lines:
        programs = [json.loads(line) for line in lines]
    cases = {}
    for suite in ElementTree.parse(os.path.join(logs, "testlog.junit.xml")).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            kind = "passed"
            if case.find("failure") is not None or case.find("error") is not None:
                kind = "failed"
            elif case.find("skipped") is not None:
                kind = "skipped"
            cases[kind] = cases.get(kind, 0) + 1
    broken = [p["name"] for p in programs if p["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")]
    passed += cases.get("passed", 0)
    # At least one failure for each program that did not end well, whatever its subtests say.
    failed += max(cases.get("failed", 0), len(broken))
    skipped += cases.get("skipped", 0)
    for name in broken:
        print(f"failed in {folder}: {name}")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or passed == 0 else 0)
