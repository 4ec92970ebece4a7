"""Every language of po/LINGUAS: its catalogue compiles with all checks, and nothing in it is fuzzy or left open.

In no menu do two entries ask for the same key, and no two emotions have the same letter, in English and in each language.

Strings that are newer than the catalogues are not counted here: whoever adds one need not know six languages.
"""
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

root = os.environ["MIEN_SOURCE_ROOT"]
tool = shutil.which("msgfmt")
results = []


def list_labels(menu):
    """The labels with a key of one menu, what opens a menu in it included, but not what is in that."""
    for part in menu:
        if part.tag == "section":
            yield from list_labels(part)
        for attribute in part if part.tag in ("item", "submenu") else ():
            if attribute.tag == "attribute" and attribute.get("name") == "label" and "_" in (attribute.text or ""):
                yield attribute.text


def find_same_keys(menus, translate):
    """What two entries of one menu share, as texts."""
    for menu in menus:
        seen = {}
        for label in map(translate, list_labels(menu)):
            key = re.search(r"_(\w)", label)
            if key is None:
                yield f"no key: {label}"
            elif key[1].lower() in seen:
                yield f"{label} = {seen[key[1].lower()]}"
            else:
                seen[key[1].lower()] = label


menus = [menu for name in sorted(os.listdir(os.path.join(root, "ui"))) if name.endswith(".ui")
         for menu in ET.parse(os.path.join(root, "ui", name)).iter() if menu.tag in ("menu", "submenu")]
same = list(find_same_keys(menus, str))
results.append((not same and len(menus) > 3, f"English: keys of {len(menus)} menus {'; '.join(same)}"))
with open(os.path.join(root, "src", "plot", "palette.c"), encoding="utf-8") as text:
    letters = re.findall(r'NC_ \("letter", "(\w+)"\)', text.read())
results.append((len(set(letters)) == 8, f"English: letters of emotions {' '.join(letters)}"))
with open(os.path.join(root, "po", "LINGUAS"), encoding="utf-8") as text:
    languages = [line.strip() for line in text if line.strip() and not line.startswith("#")]
results.append((len(languages) >= 5, f"{len(languages)} languages"))
for language in languages:
    run = subprocess.run([tool or "msgfmt", "-c", "--statistics", "-o", os.devnull,
                          os.path.join(root, "po", language + ".po")],
                         capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    said = run.stderr.strip()
    good = run.returncode == 0 and re.fullmatch(r"\d+ translated messages\.", said.splitlines()[-1])
    results.append((bool(good), f"{language}: {said}"))
    with tempfile.TemporaryDirectory() as folder:
        compiled = os.path.join(folder, "mien.mo")
        subprocess.run([tool or "msgfmt", "-o", compiled, os.path.join(root, "po", language + ".po")], check=True)
        with open(compiled, "rb") as file:
            translations = gettext.GNUTranslations(file)
    same = list(find_same_keys(menus, translations.gettext))
    results.append((not same, f"{language}: keys of the menus {'; '.join(same)}"))
    own = [translations.pgettext("letter", letter) for letter in letters]
    results.append((len(set(own)) == len(own), f"{language}: letters of emotions {' '.join(own)}"))

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    text = text.replace("\n", "; ")
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
