"""The program as the desktop starts it: activation.py PROGRAM SERVICE ENTRY FILM, on the bus of with-display. The bus itself
starts the program from its service file; it opens windows and files, and does what the desktop entry offers."""
import os
import re
import subprocess
import sys
import time

program, service, entry, film = sys.argv[1:5]
NAME = "io.github.mien.Mien"
PATH = "/io/github/mien/Mien"
results = []


def check(good, text):
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {text}", flush=True)


def call(to, path, method, *args):
    """What gdbus says, as a desktop's shell would ask; empty when it failed."""
    done = subprocess.run(["gdbus", "call", "--session", "--timeout", "60", "--dest", to, "--object-path", path, "--method", method,
                           *args], capture_output=True, text=True)
    if done.returncode != 0:
        print("#", method, done.stderr.strip())
    return done.stdout.strip()


def is_owned():
    return "true" in call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", NAME)


def wait(find, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = find()
        if found:
            return found
        time.sleep(0.2)
    return None


def find_window(title):
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True).stdout.split()


with open(service, encoding="utf-8") as text:
    installed = text.read()
started = re.search(r"^Exec=(\S*)/mien --gapplication-service$", installed, re.M)
check(started and f"Name={NAME}\n" in installed, "the service file starts the program as a service under its name")
folder = os.path.join(os.environ["XDG_DATA_HOME"], "dbus-1", "services")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, NAME + ".service"), "w", encoding="utf-8") as text:
    text.write(installed.replace(started.group(1) + "/mien ", program + " "))
call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ReloadConfig")
# Nobody shows notifications on this bus, which is a warning.
call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.UpdateActivationEnvironment", "{'G_DEBUG': ''}")

check(not is_owned(), "nothing runs before")
check(call(NAME, PATH, "org.freedesktop.Application.Activate", "@a{sv} {}") == "()" and is_owned(), "Activate starts it")
check(wait(lambda: find_window("^Mien$")), "and a window comes")
check(len(find_window("^Mien$")) >= 1 and call(NAME, PATH, "org.freedesktop.Application.Activate", "@a{sv} {}") == "()"
      and len(find_window("^Mien$")) == 1, "Activate again shows the same window")

uri = "file://" + film
check(call(NAME, PATH, "org.freedesktop.Application.Open", f"['{uri}']", "@a{sv} {}") == "()", "Open takes a file")
check(wait(lambda: find_window(f"^{os.path.basename(film)} .* Mien$")), "and its window names it")

with open(entry, encoding="utf-8") as text:
    desktop = text.read()
check("\nDBusActivatable=true\n" in desktop, "the desktop entry says that the bus starts it")
offered = re.search(r"^Actions=(.*)$", desktop, re.M).group(1).strip(";").split(";")
known = call(NAME, PATH, "org.gtk.Actions.List")
check(offered and all(f"'{action}'" in known for action in offered), f"the program knows the entry's actions: {offered}")
check(call(NAME, PATH, "org.freedesktop.Application.ActivateAction", "batch", "@av []", "@a{sv} {}") == "()"
      and wait(lambda: find_window("^Several Films$")), "ActivateAction does one")
check(call(NAME, PATH, "org.freedesktop.Application.ActivateAction", "quit", "@av []", "@a{sv} {}") == "()"
      and wait(lambda: not is_owned()), "and quit ends it")

print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
