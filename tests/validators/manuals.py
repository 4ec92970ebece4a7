"""Every option that --help names is in the man page and in the completions, and the other way round for the man page.

manuals.py MIEN-CLI MIEN-TRAIN [MIEN]
"""
import os
import re
import subprocess
import sys

root = os.environ["MIEN_SOURCE_ROOT"]
results = []


def check(text, faults):
    for fault in faults:
        print("#", fault)
    results.append((not faults, text))


def read(*path):
    with open(os.path.join(root, *path), encoding="utf-8") as text:
        return text.read()


def say(*command):
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C", "LANGUAGE": ""})
    return run.stdout + run.stderr


def options(text):
    return {o for o in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9]", text) if not o.startswith("--help")}


def commands(text):
    """Sub-commands of a --help: indented names before their explanation."""
    return re.findall(r"^  ([a-z][a-z-]+) {2,}\S", text, re.M)


for program in sys.argv[1:]:
    name = os.path.basename(program)
    help_text = say(program, "--help")
    known = {"": options(help_text)}
    for command in commands(help_text):
        text = say(program, command, "--help")
        known[command] = options(text)
        for inner in commands(text) if command == "inspect" else []:
            known[command + " " + inner] = options(say(program, command, inner, "--help"))
    page = re.sub(r"\\f[BIR]", "", read("docs", "man", name + ".1").replace("\\-", "-"))
    told = options(page)
    missing = [f"{command or name}: {o}" for command, found in known.items() for o in sorted(found - told)]
    check(f"{name}: all {sum(map(len, known.values()))} options of {len(known)} --help are in the man page", missing)
    everything = set().union(*known.values())
    check(f"{name}: the man page names no option that is not there", sorted(told - everything - {"--all"}))
    absent = [f"{name} {c}" for c in known if c and " " not in c and not re.search(rf"\b{c}\b", page)]
    check(f"{name}: every command is in the man page", absent)
    # The completions ask the program; of the three shells bash is there to be tried.
    for words in ([name, ""], [name, next((c for c in known if c), ""), "--"]) if len(known) > 1 else ([name, "--"],):
        script = f"""PATH={os.path.dirname(os.path.abspath(program))}:$PATH; . {root}/data/completions/mien-cli.bash
COMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; _mien; printf '%s\\n' "${{COMPREPLY[@]}}" """
        offered = set(say("bash", "-c", script).split())
        wanted = known[words[1]] if len(words) == 3 else {c for c in known if c and " " not in c} or known[""]
        check(f"{name}: bash completes {' '.join(words)!r}", sorted(wanted - offered))

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
