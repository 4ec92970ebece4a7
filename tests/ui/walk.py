"""Walks the window over AT-SPI as a screen reader does: opens the demo, waits for the analysis, reads the timeline, moves
through it with keys, exports. Prints TAP and, as comments, the tree that was walked. Run by walk-with-registry."""
import os
import subprocess
import sys
import time

import pyatspi

program, film, folder = sys.argv[1:4]
results = []


def check(good, text):
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {text}", flush=True)
    return bool(good)


def wait(find, seconds, what):
    """What find() gives once it is something; a bail-out says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = find()
        except Exception:  # an object that went while it was looked at
            found = None
        if found:
            return found
        time.sleep(0.2)
    print(f"Bail out! waited too long for {what}")
    sys.exit(1)


def children(node):
    for i in range(node.childCount):
        child = node.getChildAtIndex(i)
        if child is not None:
            yield child


def walk(node, depth=0):
    yield node, depth
    if depth < 40:
        for child in children(node):
            yield from walk(child, depth + 1)


def is_showing(node):
    return node.getState().contains(pyatspi.STATE_VISIBLE)


def find(top, role, name=None, showing=True):
    for node, _ in walk(top):
        if node.getRoleName() in role and (name is None or name in node.name) and (not showing or is_showing(node)):
            return node
    return None


# What a person can land on or is told by itself; boxes between them have nothing to say.
controls = ("button", "push button", "toggle button", "check box", "slider", "spin button", "combo box", "menu button",
            "radio button", "page tab", "page tab list", "progress bar", "status bar", "list", "image", "scroll bar")


def check_names(top, what):
    """Every control that shows has a name, or words in it, and does not say it twice."""
    nameless, doubled = [], []
    for node, _ in walk(top):
        if node.getRoleName() not in controls or not is_readable(node, top):
            continue
        # GTK names what has no name after its type, and reads mnemonics with their underscore.
        if not node.name or node.name.startswith(("Gtk", "Adw", "Mien", "_")):
            nameless.append(f"{node.getRoleName()} {node.name!r} in {node.parent.getRoleName()} {node.parent.name!r}")
        if node.name and node.description == node.name:
            doubled.append(f"{node.getRoleName()} {node.name!r}")
    for line in nameless:
        print("# without a name:", line)
    for line in doubled:
        print("# says it twice:", line)
    check(not nameless, f"{what}: every control that shows has a name of its own")
    check(not doubled, f"{what}: no control says its name twice")


def print_tree(top, what):
    print(f"# {what}:")
    for node, depth in walk(top):
        if is_readable(node, top):
            print(f"# {'  ' * depth}{node.getRoleName()}: {node.name!r}" + (f" ({node.description})" if node.description else ""))


def is_readable(node, top):
    """Neither it nor what it lies in is hidden; not the insides of a combo row, whose name tells its choice."""
    while node is not None and node != top:
        if not is_showing(node) or (node.parent is not None and node.parent.getRoleName() == "combo box"):
            return False
        node = node.parent
    return True


def press(node):
    actions = node.queryAction()
    actions.doAction(0)


def key(name):
    subprocess.run(["xdotool", "key", name], check=True, timeout=60)


def get_app():
    desktop = pyatspi.Registry.getDesktop(0)
    for app in children(desktop):
        if app.name.lower().startswith("mien") and app.childCount:
            return app
    return None


process = subprocess.Popen([program])
app = wait(get_app, 60, "the program on the accessibility bus")
frame = wait(lambda: find(app, ("frame", "window"), showing=False), 30, "its window")

# The notice comes once and first, and can be read and answered.
notice = wait(lambda: find(app, ("button", "push button"), "Understood"), 60, "the notice's button")
check(notice, "the notice has a button that can be found by its name")
texts = [n.name for n, _ in walk(app) if n.getRoleName() == "label" and "European Union" in n.name]
check(texts, "the notice's text can be read")
press(notice)
demo = wait(lambda: find(app, ("button", "push button"), "Try the Demo"), 30, "the welcome page")
for name in ("Open a Video", "Camera", "Try the Demo"):
    check(find(app, ("button", "push button"), name), f"the welcome page offers '{name}'")
press(demo)

bar = wait(lambda: find(app, ("status bar",)), 120, "the bar of the analysis")
wait(lambda: bar.name.startswith("Analysing"), 120, "what the analysis is at")
check(find(app, ("progress bar",), "Analysis"), f"the analysis tells of itself: {bar.name}")
check_names(frame, "while it is analysed")

timeline = wait(lambda: find(app, ("canvas", "image", "chart", "slider", "panel", "group", "application", "unknown"), "Timeline"), 120,
                "the timeline")
check(timeline, f"the timeline is there, as a {timeline.getRoleName()}")
wait(lambda: not find(app, ("label",), "Analysing") and not find(app, ("label",), "Preparing")
     and find(app, ("label",), "analysed,"), 400, "the end of the analysis")
title = find(app, ("label",), "analysed,")
check("analysed" in title.name, f"what was done is told: {title.name}")

check_names(frame, "window")
check(not find(app, ("button", "push button"), "Try the Demo"), "what is not shown is not read: the welcome page has gone")

print_tree(frame, "the tree of the window")


def read(node):
    """Everything a screen reader would say of it."""
    text = f"{node.name} {node.description}"
    try:
        text += " " + node.queryValue().text if hasattr(node.queryValue(), "text") else f" {node.queryValue().currentValue}"
    except NotImplementedError:
        pass
    return text


emotions = ("Neutral", "Happiness", "Surprise", "Sadness", "Anger", "Disgust", "Fear", "Contempt", "Uncertain")
wanted = wait(lambda: [n for n, _ in walk(app) if is_showing(n) and any(e in read(n) for e in emotions)
                       and "%" in read(n)], 30, "a value that can be read")
check(wanted, f"the value of the moment can be read: {read(wanted[0]).strip()[:90]}")

# The keys move the playhead, and what is read moves with it.
window = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Mien$"], capture_output=True, text=True).stdout.split()


def find_focus():
    return next((n for n, _ in walk(frame) if n.getState().contains(pyatspi.STATE_FOCUSED)), None)


def take_keyboard():
    """There is no window manager, and the server says nothing of a focus that got lost: it is asked for again. Not with
    xdotool's own --sync, which then waits for ever."""
    subprocess.run(["xdotool", "windowfocus", window[-1]], check=False, timeout=30)
    time.sleep(0.5)
    return find_focus()


focus = wait(take_keyboard, 60, "the keyboard's focus")
check(focus.name == "Timeline", f"an opened film has the focus on its timeline: {focus.name}")
key("Home")
wait(lambda: timeline.description.startswith("00:00.000"), 30, "the beginning")
print("# the timeline tells:", timeline.description)
key("Right")
wait(lambda: timeline.description.startswith("00:01.0"), 30, "a moved playhead")
check(any(e in timeline.description for e in emotions), f"Right moves on and the timeline tells it: {timeline.description}")

# Every control can be reached with Tab: the focus comes round and is always told.
focused = []
for _ in range(12):
    key("Tab")
    time.sleep(0.15)
    node = next((n for n, _ in walk(app) if n.getState().contains(pyatspi.STATE_FOCUSED)), None)
    focused.append(f"{node.getRoleName()} {node.name}" if node is not None else "")
print("# Tab goes to:", "; ".join(focused))
check(sum(1 for f in focused if f) >= 10 and len(set(focused)) >= 6, "Tab walks through the window, and the focus is told")

export = find(app, ("button", "push button", "toggle button", "menu button"), "Export")
check(export, "the export menu can be found")
key("ctrl+e")
# GTK's own dialog has no role that the bus knows, but its name.
chooser = wait(lambda: next((w for w in children(app) if w.name == "Export"), None), 30, "the export dialog")
check(chooser.getState().contains(pyatspi.STATE_MODAL), "Ctrl+E opens the export dialog")
path = os.path.join(folder, "walk.csv")
entry = wait(lambda: find(chooser, ("text", "entry"), None), 30, "the dialog's name field")


def read_entry():
    text = entry.queryText()
    return text.getText(0, text.characterCount)


# Keys that arrive before the dialog has the focus go elsewhere.
for attempt in range(5):
    key("ctrl+a")
    subprocess.run(["xdotool", "type", "--delay", "20", path], check=True, timeout=60)
    time.sleep(0.5)
    if read_entry() == path:
        break
check(read_entry() == path, "the name can be typed into the export dialog")
key("Return")


def read_export():
    with open(path, encoding="utf-8") as text:
        return text.read().splitlines()


# A new file is there before it is whole.
wait(lambda: len(read_export()) > 1337, 120, "the exported file")
lines = read_export()
check(lines[0].startswith("frame,time,status") and len(lines) > 1337, f"the export holds {len(lines) - 1} rows")

# The other windows, in the same words.
key("ctrl+comma")
preferences = wait(lambda: next((w for w in children(app) if w.name == "Preferences"), None), 30, "the preferences")
check_names(preferences, "preferences")
print_tree(preferences, "the tree of the preferences")
detector = find(preferences, ("combo box",), "Face detector")
check(detector.name == "Face detector: Accurate" and "cameras" in detector.description,
      f"a choice tells what is chosen: {detector.name} ({detector.description})")
key("Escape")
wait(lambda: not any(w.name == "Preferences" for w in children(app)), 30, "the preferences to close")
wait(take_keyboard, 60, "the keyboard's focus")
key("ctrl+shift+o")
batch = wait(lambda: next((w for w in children(app) if w.name == "Several Films"), None), 30, "the queue")
check_names(batch, "queue")
print_tree(batch, "the tree of the queue")
process.terminate()
process.wait(120)
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
