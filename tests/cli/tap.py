# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in the lines of the Test Anything Protocol."""
import sys
import unittest


class Tap(unittest.TestResult):
    """Each result of a unittest as a line."""

    def __init__(self):
        super().__init__()
        self.count, self.bad = 0, 0

    def line(self, word, test, more=""):
        self.count += 1
        print(f"{word} {self.count} - {test.id().split('.', 1)[1]}{more}", flush=True)

    def addSuccess(self, test):
        self.line("ok", test)

    def addSkip(self, test, reason):
        self.line("ok", test, " # SKIP " + reason)

    def addFailure(self, test, err):
        self.bad += 1
        for text in self._exc_info_to_string(err, test).splitlines():
            print("# " + text)
        self.line("not ok", test)

    addError = addFailure


def main(case):
    """Runs a unittest.TestCase and ends the program."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    print(f"1..{suite.countTestCases()}", flush=True)
    result = Tap()
    suite.run(result)
    sys.exit(1 if result.bad else 0)


class Checks:
    """Results that are told one by one."""

    def __init__(self):
        self.count, self.bad = 0, 0

    def check(self, good, text):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {text}", flush=True)

    def end(self):
        """The plan, and ends the program."""
        print(f"1..{self.count}")
        sys.exit(1 if self.bad else 0)
