"""Rules of the house that a program can see: sizes, comments, SQL in its place, pages that put text in as text, nothing
of one machine.

usage: house.py SOURCE-DIR
"""
import os
import re
import subprocess
import sys

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45
# Longer than that, and not yet cut by their ideas.
UNCUT = {"tests/audit/audit_test.c", "tests/compliance/sync_test.c",
         "tests/consumer/redeem_test.c", "tests/program/program_test.c", "tests/screener/fhir_test.c",
         "tests/screener/table_test.c"}
# A longer JSON document of a test is a file in data/ beside the test. A text with places to fill in cannot be one.
MAX_JSON_STRING_LINES = 10
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "README.md", "LICENSE", "deploy", "gateway", "libcommon",
             "proto", "services", "tests"}
SQL = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE) ')
MACHINE = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root)/")
# What makes HTML or code of text in a page.
HTML_OF_TEXT = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|eval|new Function)\b")
CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>)", re.M)
STRINGS_IN_A_ROW = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:[A-Z_]+\s*)?"(?:[^"\\\n]|\\.)*")+')
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def functions(lines):
    """(first line, lines of the body) of what stands between a "{" and a "}" in the first column."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            yield start, number - start - 1
            start = None


def json_strings(text):
    """(first line, length) of each JSON document that is written as strings of C, one a line."""
    for found in STRINGS_IN_A_ROW.finditer(text):
        strings = found[0]
        if re.match(r'"\s*[{\[]', strings) and '\\"' in strings and "%" not in strings:
            yield text.count("\n", 0, found.start()) + 1, strings.count("\n") + 1


def findings(root, path):
    with open(os.path.join(root, path), errors="replace") as source:
        lines = source.read().split("\n")
    is_c = path.endswith((".c", ".h"))
    generated = "/golden/" in path
    if is_c and not generated and path not in UNCUT:
        if len(lines) - 1 > MAX_FILE_LINES:
            yield f"{len(lines) - 1} lines (at most {MAX_FILE_LINES})"
        for start, length in functions(lines):
            if length > MAX_FUNCTION_LINES:
                yield f"line {start}: a function of {length} lines (at most {MAX_FUNCTION_LINES})"
        for start, length in json_strings("\n".join(lines)):
            if path.startswith("tests/") and length > MAX_JSON_STRING_LINES:
                yield f"line {start}: a JSON document of {length} lines in C strings (it belongs in data/*.json beside the test)"
    for number, line in enumerate(lines, 1):
        if is_c and re.match(r"\s*//", line):
            yield f"line {number}: // comment"
        if is_c and path.startswith(("services/", "gateway/")) and SQL.search(line) and not path.startswith("services/ctl"):
            yield f"line {number}: SQL in a C string (it belongs in sql/queries.sql)"
        if path.endswith(".html") and HTML_OF_TEXT.search(line):
            yield f"line {number}: a page makes HTML or code of text"
        if MACHINE.search(line) and not path.startswith("tests/tree/"):
            yield f"line {number}: a path of one machine"
        if UNFINISHED.search(line) and not path.startswith("tests/tree/"):
            yield f"line {number}: a mark of something unfinished"
    if is_c and CONFLICT.search("\n".join(lines)):
        yield "a conflict of a merge"
    if is_c and re.fullmatch(r"(services/[a-z]+|gateway)/main\.c", path) and len(lines) > 31:
        yield f"main.c has {len(lines)} lines (at most 30)"


def main(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=True).stdout.decode()
    files = [name for name in listed.split("\0") if name]
    failures = [f"{name}: not an entry of the top level" for name in sorted({f.split("/")[0] for f in files})
                if not name.startswith(".") and name not in TOP_LEVEL]
    passed = 0
    for path in files:
        if not path.endswith((".c", ".h", ".sql", ".py", ".sh", ".md", ".proto", ".cmake", ".txt", ".html")) and "/corpus/" in path:
            continue
        if not path.endswith((".c", ".h", ".sql", ".py", ".sh", ".md", ".proto", ".cmake", ".html", "CMakeLists.txt")):
            continue
        wrong = [f"{path}: {text}" for text in findings(root, path)]
        failures += wrong
        passed += not wrong
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
