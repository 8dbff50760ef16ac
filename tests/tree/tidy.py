"""Is every C file clean for clang-tidy (.clang-tidy)?  Says so, and skips, where there is no clang-tidy.

usage: tidy.py SOURCE-DIR BUILD-DIR

What to check, and with which flags, the build's compile_commands.json tells: a file of the tree that no target compiles is a
finding itself.  A file found clean has a stamp (BUILD-DIR/tidy) that names the contents of all it was compiled from, so a second
run looks only at what has changed.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

FINDING = re.compile(r"(error|warning): ")


def run(*command, **how):
    return subprocess.run(command, capture_output=True, text=True, check=False, **how)


@functools.cache
def content_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def commands(build, root):
    """The first compile command of each source of the tree that was not generated: {path: command}."""
    found = {}
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.relpath(entry["file"], root)
            if not path.startswith("..") and not entry["file"].startswith(build + os.sep):
                found.setdefault(path, entry["command"])
    return found


def dependencies(build):
    """What ninja saw each object being made of: {object: [path]}."""
    made_of, paths = {}, []
    for line in run("ninja", "-C", build, "-t", "deps").stdout.splitlines():
        if line.startswith("    "):
            paths.append(os.path.join(build, line.strip()))
        elif ": #deps" in line:
            paths = []
            if line.endswith("(VALID)"):
                made_of[line.split(":")[0]] = paths
    return made_of


def key_of(command, made_of, settings):
    """Names all a finding can depend on; None for a file that was not compiled yet."""
    paths = made_of.get(re.search(r" -o (\S+)", command)[1])
    if not paths:
        return None
    parts = [settings, command, *(path + content_of(path) for path in sorted(paths))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def check(root, build, path, key):
    """What clang-tidy says of the file, "" when it is clean."""
    stamp = os.path.join(build, "tidy", path)
    if key and read(stamp) == key:
        return ""
    done = run("clang-tidy", "-p", build, "--quiet", path, cwd=root)
    if done.returncode == 0 and not FINDING.search(done.stdout):
        if key:
            os.makedirs(os.path.dirname(stamp), exist_ok=True)
            with open(stamp, "w", encoding="utf-8") as file:
                file.write(key)
        return ""
    return done.stdout.replace(root + os.sep, "") or done.stderr or f"{path}: clang-tidy ended with {done.returncode}"


def main(root, build):
    root, build = os.path.realpath(root), os.path.realpath(build)
    if not shutil.which("clang-tidy"):
        print("skipped: clang-tidy is not installed")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    known = commands(build, root)
    listed = run("git", "-C", root, "ls-files", "-z", "*.c").stdout.split("\0")
    # Handlers that svc_new_resource builds in a copy of the tree are no sources of this one.
    elsewhere = ("/golden/", "tests/svc/contact/")
    unknown = [path for path in listed if path and path not in known and not any(part in path for part in elsewhere)]
    for path in unknown:
        print(f"{path}: error: no target of this build compiles it, so it cannot be checked")
    settings = run("clang-tidy", "--version").stdout + content_of(os.path.join(root, ".clang-tidy"))
    made_of = dependencies(build)
    # The largest first: the last ones to end are short.
    paths = sorted(known, key=lambda path: -os.path.getsize(os.path.join(root, path)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda path: check(root, build, path, key_of(known[path], made_of, settings)), paths)
        found = [answer for answer in answers if answer]
    print("\n".join(found), end="\n" if found else "")
    failed = len(found) + len(unknown)
    print(f"{len(paths) - len(found)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
