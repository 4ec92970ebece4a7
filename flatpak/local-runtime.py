#!/usr/bin/env python3
"""local-runtime.py FOLDER NAME BRANCH PACKAGE... : a runtime and an SDK made of this system's Debian packages.

Writes FOLDER/sdk and FOLDER/platform, each with `metadata` and `usr`, as `flatpak build-export --runtime` takes them. The
SDK holds the files of the packages and of all they depend on; the platform the same without what only builds (-dev
packages, compilers, build systems). Files come from the running system, so nothing is downloaded.
"""
import os
import re
import shutil
import subprocess
import sys

BUILD_ONLY = re.compile(r"(-dev|-dev-bin)$|^(gcc|g\+\+|cpp|binutils|meson|ninja-build|python3|libpython3|git|gettext|perl)")
LEFT_OUT = re.compile(r"^/usr/share/(doc|man|info|lintian|bug|gtk-doc|help)/|^/usr/share/locale/|^/(var|boot|root|run)/")
# Made by triggers when packages are installed, so no package lists them.
MADE = ("/usr/share/glib-2.0/schemas/gschemas.compiled", "/usr/share/mime", "/usr/share/icons/hicolor/icon-theme.cache",
        "/usr/share/icons/Adwaita/icon-theme.cache", "/usr/lib/{arch}/gdk-pixbuf-2.0", "/usr/lib/{arch}/gio/modules",
        "/etc/ssl/certs/ca-certificates.crt", "/etc/fonts")
LINKED = ("/lib", "/lib64", "/bin", "/sbin")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_installed():
    """name -> names it depends on, of everything installed; what a package provides has its name too."""
    depends, provides = {}, {}
    text = run("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\t${Pre-Depends}, ${Depends}\t${Provides}\n")
    for line in text.splitlines():
        name, status, needs, gives = line.split("\t")
        if status != "installed":
            continue
        depends[name] = [[re.split(r"[ (:]", choice.strip())[0] for choice in need.split("|")]
                         for need in needs.split(",") if need.strip()]
        for given in gives.split(","):
            if given.strip():
                provides.setdefault(re.split(r"[ (:]", given.strip())[0], name)
    return depends, provides


def close(roots, depends, provides, wanted):
    """@roots and all they depend on, as far as @wanted says."""
    found, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        name = name if name in depends else provides.get(name)
        if name is None or name in found or not wanted(name):
            continue
        found.add(name)
        todo += [choice for choices in depends[name] for choice in choices]
    return found


def real(path):
    """Where a packaged file lies when /lib, /bin and /sbin are links into /usr."""
    first = "/" + path.split("/")[1]
    return "/usr" + path if first in LINKED and os.path.islink(first) else path


def copy(source, target):
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(source):
        link = os.readlink(source)
        # The system's choice among alternatives is made here once and for all.
        if link.startswith("/etc/alternatives/"):
            link = os.path.realpath(source)
        os.symlink(re.sub(r"^/(lib|lib64|bin|sbin)/", r"/usr/\1/", link), target)
    elif os.path.isfile(source):
        shutil.copy2(source, target)


def find_choices():
    """The links of the system's alternatives: link -> file."""
    choices = {}
    for name in os.listdir("/etc/alternatives"):
        text = subprocess.run(["update-alternatives", "--query", name], capture_output=True, text=True).stdout
        for line in re.findall(r"^Link: (\S+)|^ \S+ (/\S+)$", text, re.M):
            for link in filter(None, line):
                choices[real(link)] = True
    return [link for link in choices if os.path.islink(link)]


def fill(folder, packages, arch):
    listed = run("dpkg-query", "-L", *sorted(packages)).splitlines()
    for path in sorted({real(p) for p in listed if p.startswith("/")}):
        if LEFT_OUT.search(path) or (os.path.isdir(path) and not os.path.islink(path)):
            continue
        if path.startswith("/usr/"):
            copy(path, folder + path)
        elif path.startswith("/etc/"):
            copy(path, folder + "/usr" + path)
    for made in MADE:
        made = made.format(arch=arch)
        places = [made] if os.path.isfile(made) else [os.path.join(p, n) for p, _, names in os.walk(made) for n in names]
        for path in places:
            copy(path, folder + (path if path.startswith("/usr/") else "/usr" + path))
    for link in find_choices():
        if os.path.exists(folder + os.path.realpath(link)):
            copy(link, folder + link)


def write_metadata(folder, kind, name, branch, arch):
    here = os.uname().machine
    with open(f"{folder}/metadata", "w", encoding="utf-8") as text:
        text.write(f"""[Runtime]
name={name}.{kind}
runtime={name}.Platform/{here}/{branch}
sdk={name}.Sdk/{here}/{branch}

[Environment]
GI_TYPELIB_PATH=/app/lib/girepository-1.0
GST_PLUGIN_SYSTEM_PATH=/app/lib/gstreamer-1.0:/usr/lib/{arch}/gstreamer-1.0
XDG_DATA_DIRS=/app/share:/usr/share:/usr/share/runtime/share
""")


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    folder, name, branch, roots = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    arch = run("gcc", "-print-multiarch").strip()
    depends, provides = read_installed()
    missing = [root for root in roots if root not in depends and root not in provides]
    if missing:
        sys.exit(f"local-runtime.py: not installed: {' '.join(missing)}")
    base = ["bash", "dash", "coreutils", "libc-bin", "findutils", "sed", "grep", "gawk", "mawk", "tar", "gzip", "make", "base-files"]
    sdk = close(roots + [b for b in base if b in depends], depends, provides, lambda n: True)
    # What the development packages stand for at run time: their libraries.
    libraries = [c for n in sdk if n.endswith("-dev") for choices in depends[n] for c in choices]
    platform = close([n for n in roots + libraries + base if not BUILD_ONLY.search(n)], depends, provides,
                     lambda n: n in sdk and not BUILD_ONLY.search(n))
    for kind, packages in (("Sdk", sdk), ("Platform", platform)):
        place = os.path.join(folder, kind.lower())
        fill(place, packages, arch)
        os.makedirs(f"{place}/usr/bin", exist_ok=True)
        if not os.path.lexists(f"{place}/usr/bin/ldconfig"):
            os.symlink("../sbin/ldconfig", f"{place}/usr/bin/ldconfig")
        os.makedirs(f"{place}/usr/etc", exist_ok=True)
        with open(f"{place}/usr/etc/ld.so.conf", "w", encoding="utf-8") as text:
            text.write(f"include /run/flatpak/ld.so.conf.d/app-*.conf\n/app/lib\n/usr/lib/{arch}\n/lib/{arch}\n"
                       f"/usr/lib/{arch}/openblas-pthread\n/usr/lib/{arch}/pulseaudio\n"
                       "include /run/flatpak/ld.so.conf.d/runtime-*.conf\n")
        write_metadata(place, kind, name, branch, arch)
        print(f"{kind}: {len(packages)} packages", file=sys.stderr)


if __name__ == "__main__":
    main()
