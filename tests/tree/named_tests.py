"""The tests that a page names, `suite: name` or a file below tests/, and whether they are there."""
import os
import re
import subprocess

CRITERION = re.compile(r"^Test\((\w+),\s*(\w+)", re.M)
NAMED = re.compile(r"`(\w+): (\w+)`")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*)`")


def listed(root, *patterns):
    done = subprocess.run(["git", "-C", root, "ls-files", "-z", "--", *patterns], capture_output=True, check=True)
    return [name for name in done.stdout.decode().split("\0") if name]


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as source:
        return source.read()


def criterion_tests(root):
    """Pairs of suite and name."""
    return {pair for path in listed(root, "tests/**/*.c") for pair in CRITERION.findall(read(root, path))}
