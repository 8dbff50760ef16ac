"""Writes base/reason.h and base/reason_table.h from the lists of reasons in proto/manifest.

usage: reasons.py MANIFEST-FOLDER OUTPUT-FOLDER

A line of a list is NAME | CODE | a sentence | advice for the caller, which is for the reference (protoc-gen-aegis) alone;
CODE is a code of google.rpc.Code.  Files that would not change are
left alone, so that nothing is built again without need.
"""
import os
import re
import sys

CODES = ["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
         "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
         "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"]
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,62}\Z")
HEAD = "/* Written by libcommon/base/reasons.py from proto/manifest: edit the lists there. */\n"


class Wrong(Exception):
    pass


def read(path, is_public):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            columns = [column.strip() for column in line.split("|")]
            where = f"{path}:{number}"
            if len(columns) not in (3, 4) or not all(columns):
                raise Wrong(f"{where}: a line is NAME | CODE | a sentence, with advice behind it or without")
            name, code, sentence = columns[:3]
            if not NAME.match(name):
                raise Wrong(f"{where}: '{name}' is not a name of 1 to 63 characters A-Z, 0-9 and _")
            if code not in CODES[1:]:
                raise Wrong(f"{where}: {name}: '{code}' is no status code")
            yield name, code, sentence, is_public


def read_all(folder):
    reasons = {}
    for name, code, sentence, is_public in [*read(os.path.join(folder, "reasons.txt"), True),
                                            *read(os.path.join(folder, "internal_reasons.txt"), False)]:
        if name in reasons:
            raise Wrong(f"{folder}: {name} is listed twice")
        reasons[name] = (code, sentence, is_public)
    for code in CODES[1:]:
        if code not in reasons or reasons[code][0] != code or not reasons[code][2]:
            raise Wrong(f"{folder}/reasons.txt: the general reason '{code} | {code} | …' is missing")
    return dict(sorted(reasons.items()))


def header(reasons):
    rows = "".join(f"\tREASON_{name} = {number} | {CODES.index(code)} << REASON_CODE_SHIFT,\n"
                   for number, (name, (code, _, _)) in enumerate(reasons.items(), 1))
    return f"""{HEAD}#pragma once

/* The code of a reason stands in its upper bits, its place in the table in the lower ones. */
#define REASON_CODE_SHIFT 16

enum reason {{
\tREASON_NONE = 0,
{rows}}};
"""


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def table(reasons):
    rows = "".join(f"\t{{\"{name}\", REASON_{name}, {'true' if is_public else 'false'}, {literal(sentence)}}},\n"
                   for name, (_, sentence, is_public) in reasons.items())
    general = "".join(f"\t[STATUS_{code}] = REASON_{code},\n" for code in CODES[1:])
    return f"""{HEAD}
/* Sorted by name; the first row is REASON_NONE. */
static const struct reason_row reasons[] = {{
\t{{"", REASON_NONE, false, ""}},
{rows}}};

static const enum reason general_reasons[] = {{
{general}}};
"""


def write(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            if old.read() == text:
                return
    with open(path, "w", encoding="utf-8") as new:
        new.write(text)


def main(manifest, output):
    try:
        reasons = read_all(manifest)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    os.makedirs(output, exist_ok=True)
    write(os.path.join(output, "reason.h"), header(reasons))
    write(os.path.join(output, "reason_table.h"), table(reasons))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
