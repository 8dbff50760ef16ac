"""deploy/ASVS.md answers every requirement of its scope, and what it names is there.

usage: asvs.py SOURCE-DIR [BUILD-DIR]
       asvs.py --counts SOURCE-DIR      prints the table of counts, to be put into the page

A row that says "met" names a test; in a section about documentation, a page that is not the page itself.
"""
import collections
import os
import re
import sys

import named_tests

PAGE = "deploy/ASVS.md"
# The levels of the requirements of each section, in their order.
SECTIONS = {
    "V1.1": "22", "V1.2": "1111122223", "V1.3": "112222222223", "V1.4": "222", "V1.5": "123",
    "V2.1": "122", "V2.2": "112", "V2.3": "12223", "V2.4": "23",
    "V3.1": "3", "V3.2": "113", "V3.3": "12223", "V3.4": "11222233", "V3.5": "11122333", "V3.6": "3", "V3.7": "22333",
    "V4.1": "12233", "V4.2": "23333", "V4.3": "22", "V4.4": "1222",
    "V5.1": "2", "V5.2": "112333", "V5.3": "113", "V5.4": "222",
    "V6.1": "122", "V6.2": "111111112222", "V6.3": "11223333", "V6.4": "112233", "V6.5": "22222333", "V6.6": "2223", "V6.7": "33",
    "V6.8": "2222",
    "V7.1": "222", "V7.2": "1111", "V7.3": "22", "V7.4": "11222", "V7.5": "223", "V7.6": "22",
    "V8.1": "1233", "V8.2": "1123", "V8.3": "133", "V8.4": "23",
    "V9.1": "111", "V9.2": "1222",
    "V10.1": "22", "V10.2": "223", "V10.3": "22223", "V10.4": "1111122222233333", "V10.5": "22222", "V10.6": "22", "V10.7": "222",
    "V11.1": "2233", "V11.2": "22233", "V11.3": "11233", "V11.4": "1222", "V11.5": "23", "V11.6": "23", "V11.7": "33",
    "V12.1": "12233", "V12.2": "11", "V12.3": "22223",
    "V13.1": "2333", "V13.2": "222223", "V13.3": "2233", "V13.4": "1222233",
    "V14.1": "22", "V14.2": "12223333", "V14.3": "122",
    "V15.1": "12233", "V15.2": "12233", "V15.3": "1222222", "V15.4": "3333",
    "V16.1": "2", "V16.2": "22222", "V16.3": "2222", "V16.4": "222", "V16.5": "2223",
    "V17.1": "23", "V17.2": "22223333", "V17.3": "22",
}
DEEP = {"V6", "V11", "V16"}  # level 3 as well
DOCUMENTATION = {"V2.1", "V3.1", "V5.1", "V6.1", "V7.1", "V8.1", "V11.1", "V13.1", "V14.1", "V15.1", "V16.1"}
STATES = ("met", "n/a", "not yet")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def scope():
    """Requirement to level, of those that the page must answer."""
    return {f"{section}.{number}": level for section, levels in SECTIONS.items() for number, level in enumerate(levels, 1)
            if level < "3" or section.split(".", maxsplit=1)[0] in DEEP}


def evidence(root, section, text, known):
    """Whether the row names something that shows it; what it names that is not there."""
    shown, missing = False, []
    for suite, name in named_tests.NAMED.findall(text):
        shown = shown or (suite, name) in known
        if (suite, name) not in known:
            missing.append(f"there is no test `{suite}: {name}`")
    for path in named_tests.PATH.findall(text):
        is_there = os.path.exists(os.path.join(root, path))
        if not is_there and "/" in path and not path.startswith("/"):
            missing.append(f"there is no {path}")
        is_page = section in DOCUMENTATION and path.endswith((".md", ".txt")) and path != PAGE
        shown = shown or (is_there and (path.startswith("tests/") or is_page))
    return shown, missing


def findings(root, rows, known):
    wanted, seen = scope(), set()
    for ident, level, _, state, why in rows:
        if ident in seen:
            yield f"{ident} is answered twice"
        seen.add(ident)
        if wanted.get(ident) != level:
            yield f"{ident} is of level {wanted.get(ident, '3 or unknown, out of scope')}, not {level}"
        if state not in STATES:
            yield f"{ident}: the state is one of {', '.join(STATES)}, not {state}"
        shown, missing = evidence(root, ident.rsplit(".", 1)[0], why, known)
        yield from (f"{ident}: {text}" for text in missing)
        if state == "met" and not shown:
            yield f"{ident} is met, but names nothing that shows it"
    yield from (f"{ident} is not answered" for ident in wanted if ident not in seen)


def counts(rows):
    """The table: a line a chapter and level, and the sums of each level."""
    tally = collections.Counter((ident.split(".", maxsplit=1)[0], level, state) for ident, level, _, state, _ in rows)
    chapters = list(dict.fromkeys(ident.split(".", maxsplit=1)[0] for ident in scope()))
    lines = ["| Chapter | Level | Met | N/a | Not yet |", "| --- | --- | --- | --- | --- |"]
    for chapter, level in [(c, n) for c in chapters for n in "123"] + [("all", n) for n in "123"]:
        each = [sum(n for (c, at, s), n in tally.items() if c in (chapter, chapter if chapter != "all" else c) and (at, s) == (level, state))
                for state in STATES]
        if sum(each):
            lines.append(f"| {chapter} | {level} | " + " | ".join(map(str, each)) + " |")
    return "\n".join(lines)


def main(root):
    text = named_tests.read(root, PAGE)
    rows = ROW.findall(text)
    failures = list(findings(root, rows, named_tests.criterion_tests(root)))
    if counts(rows) not in text:
        failures.append(f"the counts are not those of the tables; they are\n{counts(rows)}")
    for failure in failures:
        print(f"{PAGE}: {failure}")
    print(counts(rows))
    print(f"{len(rows)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    if sys.argv[1] == "--counts":
        print(counts(ROW.findall(named_tests.read(sys.argv[2], PAGE))))
        sys.exit(0)
    sys.exit(main(sys.argv[1]))
