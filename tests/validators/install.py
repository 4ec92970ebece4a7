"""Installing puts every part in its place, and uninstalling leaves nothing: install.py MESON BUILD_FOLDER, into a folder
of its own (DESTDIR). What the system makes of installed files, like the cache of icons, is the system's."""
import os
import subprocess
import sys
import tempfile

meson, build = sys.argv[1:3]
wanted = """bin/mien bin/mien-cli bin/mien-train share/applications/io.github.mien.Mien.desktop
share/metainfo/io.github.mien.Mien.metainfo.xml share/dbus-1/services/io.github.mien.Mien.service
share/glib-2.0/schemas/io.github.mien.Mien.gschema.xml share/mime/packages/io.github.mien.Mien.xml
share/thumbnailers/io.github.mien.Mien.thumbnailer share/icons/hicolor/scalable/apps/io.github.mien.Mien.svg
share/icons/hicolor/symbolic/apps/io.github.mien.Mien-symbolic.svg share/man/man1/mien.1 share/man/man1/mien-cli.1
share/man/man1/mien-train.1 share/mien/demo/cap12.mp4 share/mien/models/mien.onnx share/mien/docs/guide/index.html
share/bash-completion/completions/mien-cli share/zsh/site-functions/_mien share/fish/vendor_completions.d/mien-cli.fish
share/locale/zh_CN/LC_MESSAGES/mien.mo""".split()
results = []
with tempfile.TemporaryDirectory() as folder:
    place = os.path.join(folder, "destination")
    run = subprocess.run([meson, "install", "-C", build, "--no-rebuild"], capture_output=True, text=True,
                         env={**os.environ, "DESTDIR": place})
    files = {os.path.join(p, n) for p, _, names in os.walk(place) for n in names}
    missing = [w for w in wanted if not any(f.endswith("/" + w) for f in files)]
    results.append((run.returncode == 0 and not missing, f"{len(files)} files installed, missing: {missing}"))
    run = subprocess.run([meson, "--internal", "uninstall"], capture_output=True, text=True, cwd=build)
    left = [os.path.join(p, n) for p, _, names in os.walk(place) for n in names]
    results.append((run.returncode == 0 and not left and not os.path.exists(place), f"uninstalled, left: {left}"))

print(f"1..{len(results)}")
for number, (good, text) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")
sys.exit(0 if all(good for good, _ in results) else 1)
