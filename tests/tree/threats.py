"""Each "cannot" of a threat model names a test, and each test that it names is there.

usage: threats.py SOURCE-DIR

Reads every THREATS.md.  A test is `suite: name` of a Criterion test, or the name of a Python test
of tests/e2e (`e2e_isolation`).
"""
import os
import re
import subprocess
import sys

CRITERION = re.compile(r"^Test\((\w+),\s*(\w+)", re.M)
NAMED = re.compile(r"`(\w+): (\w+)`")
END_TO_END = re.compile(r"`e2e_(\w+)`")


def sources(root, pattern):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", pattern], capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name]


def read(root, path):
    with open(os.path.join(root, path), errors="replace") as source:
        return source.read()


def claims(text):
    """The items of the lists below "Cannot", each on one line."""
    for block in re.findall(r"^Cannot\n((?:- .*\n(?:  .*\n)*)+)", text, re.M):
        yield from (re.sub(r"\s+", " ", item) for item in re.split(r"^- ", block, flags=re.M) if item.strip())


def findings(root, text, known):
    for suite, name in NAMED.findall(text):
        if (suite, name) not in known:
            yield f"there is no test `{suite}: {name}`"
    for name in END_TO_END.findall(text):
        if not os.path.exists(os.path.join(root, "tests/e2e", name + ".py")):
            yield f"there is no tests/e2e/{name}.py"
    for claim in claims(text):
        if not NAMED.search(claim) and not END_TO_END.search(claim):
            yield f"no test is named for: cannot {claim.strip()}"


def main(root):
    known = {pair for path in sources(root, "tests/**/*.c") for pair in CRITERION.findall(read(root, path))}
    pages = sources(root, "*THREATS.md")
    failures = [] if pages else ["no THREATS.md was found"]
    passed = 0
    for page in pages:
        text = read(root, page)
        wrong = [f"{page}: {finding}" for finding in findings(root, text, known)]
        failures += wrong
        passed += len(list(claims(text))) - len(wrong)
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
