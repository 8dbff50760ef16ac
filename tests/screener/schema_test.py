"""screener-1.schema.json: it is a schema, it takes what the compiler takes, refuses what is broken, and knows what FORMAT.md names.

usage: schema_test.py SOURCE-DIR BUILD-DIR
"""
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    from jsonschema import Draft202012Validator as Validator
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

import schema_whole as whole

ABSENT = object()

# Where in the whole document (that with the decision table, where the place is in it), what is put there, and what the
# compiler calls it; None where it is no matter of the compiler, but of publication or of running the tests.
BROKEN = [
    ("/format", "screener/2", "FORMAT"),
    ("/format", ABSENT, "MISSING_MEMBER"),
    ("/slug", "Statin OTC", "BAD_VALUE"),
    ("/version", 0, "BAD_VALUE"),
    ("/profile", "compat", "BAD_VALUE"),
    ("/locales", [], "BAD_VALUE"),
    ("/locales", ["en_US"], "BAD_VALUE"),
    ("/locales", ["en", "en"], "DUPLICATE_ID"),
    ("/hitpolicy", "first", "UNKNOWN_MEMBER"),
    ("/hit_policy", "best", "BAD_VALUE"),
    ("/on_unknown", ABSENT, "MISSING_MEMBER"),
    ("/rules", ABSENT, "MISSING_MEMBER"),
    ("/decision", {"inputs": [], "rows": []}, "MISSING_MEMBER"),
    ("/tables/rates/sha256", "9f86", "BAD_VALUE"),
    ("/tables/rates/as_of", "today", "TYPE_MISMATCH"),
    ("/items", [], "BAD_VALUE"),
    ("/items/1/requierd", True, "UNKNOWN_MEMBER"),
    ("/items/1/type", "bool", "BAD_VALUE"),
    ("/items/1/type", ABSENT, "MISSING_MEMBER"),
    ("/items/1/id", "Yes", "BAD_VALUE"),
    ("/items/1/safety", "yes", "WRONG_TYPE"),
    ("/items/1/sensitivity", "secret", "BAD_VALUE"),
    ("/items/1/options", [{"code": "a"}], "UNKNOWN_MEMBER"),
    ("/items/1/initial", "true", "WRONG_TYPE"),
    ("/items/0/required", True, "UNKNOWN_MEMBER"),
    ("/items/2/min", "0", "WRONG_TYPE"),
    ("/items/2/min", 0.5, "BAD_VALUE"),
    ("/items/2/step", 0, "BAD_VALUE"),
    ("/items/2/pattern", "[0-9]", "UNKNOWN_MEMBER"),
    ("/items/3/money", "usd", "BAD_VALUE"),
    ("/items/5/unit", ABSENT, "MISSING_MEMBER"),
    ("/items/5/units/0/factor", ABSENT, "MISSING_MEMBER"),
    ("/items/5/units/1/factor", "5/0", "BAD_VALUE"),
    ("/items/5/units/1/factor", "5/9/2", "BAD_VALUE"),
    ("/items/5/units/1/offset_after", "1", "UNKNOWN_MEMBER"),
    ("/items/6/max", "tomorrow", "BAD_VALUE"),
    ("/items/7/max_length", 4001, "BAD_VALUE"),
    ("/items/8/options", ABSENT, "MISSING_MEMBER"),
    ("/items/8/options/0/code", "a b", "BAD_VALUE"),
    ("/items/8/options/0/points", 1, "UNKNOWN_MEMBER"),
    ("/items/9/max_choices", 65, "BAD_VALUE"),
    ("/items/11/only", ["XX"], "UNKNOWN_OPTION"),
    ("/items/15/min_rows", 1, "UNKNOWN_MEMBER"),
    ("/items/15/items", ABSENT, "MISSING_MEMBER"),
    ("/items/16/items/0", {"id": "deep", "type": "group", "items": [{"id": "x", "type": "boolean"}]}, "SCOPE"),
    ("/items/16/max_rows", 65, "BAD_VALUE"),
    ("/derived/0/type", "number", "BAD_VALUE"),
    ("/derived/0/rule", ABSENT, "MISSING_MEMBER"),
    ("/derived/0/round", [10, "half_up"], "BAD_VALUE"),
    ("/derived/7/round", [1, "half_up"], "BAD_VALUE"),
    ("/scores/0/missing", ABSENT, "MISSING_MEMBER"),
    ("/scores/0/max_missing", 1, "BAD_VALUE"),
    ("/scores/0/bands/0", [0, 4], "BAD_VALUE"),
    ("/scores/1/round", ABSENT, "MISSING_MEMBER"),
    ("/constraints/0/severity", "fatal", "BAD_VALUE"),
    ("/outcomes/0/severity", 101, "BAD_VALUE"),
    ("/outcomes/0/resolvable", {"by": "agreed"}, "MISSING_MEMBER"),
    ("/outcomes/1/issue_code", {"ttl": "P7D"}, "MISSING_MEMBER"),
    ("/outcomes/1/issue_code/ttl", "7 days", "BAD_VALUE"),
    ("/outcomes/1/reassess_after", "P1Y6M", "BAD_VALUE"),
    ("/rules/0/then", ABSENT, "MISSING_MEMBER"),
    ("/rules/0/if", ABSENT, "MISSING_MEMBER"),
    ("/rules/0/else", True, "UNKNOWN_MEMBER"),
    ("/rules/1/else", False, "BAD_VALUE"),
    ("/rules/0/reason", "two words", "BAD_VALUE"),
    ("/rules/0/if", [{"var": "yes"}], "WRONG_TYPE"),
    ("/rules/0/if", {"not": {"var": "yes"}}, "UNKNOWN_OPERATOR"),
    ("/rules/0/if", {"!": True, "var": "yes"}, "WRONG_TYPE"),
    ("/rules/0/if", {"var": {"var": "yes"}}, "WRONG_TYPE"),
    ("/rules/0/if", {"<": [1]}, "ARITY"),
    ("/rules/0/if", {"between": [1, 2]}, "ARITY"),
    ("/rules/0/if", {"in": [1, []]}, "BAD_VALUE"),
    ("/rules/0/if", {"in": [1, [{"var": "whole"}]]}, "NOT_CONSTANT"),
    ("/rules/0/if", {"==": [1, {"round": [1.5, 0, "nearest"]}]}, "BAD_VALUE"),
    ("/rules/0/if", {"==": [1, {"date_diff": [{"today": []}, {"today": []}, "days"]}]}, "BAD_VALUE"),
    ("/rules/0/if", {"==": [{"date": "31.01.2026"}, {"today": []}]}, "BAD_VALUE"),
    ("/rules/0/if", {">": [{"pce_ascvd": {"age": 50}}, 7]}, "MISSING_MEMBER"),
    ("/rules/0/if", None, "WRONG_TYPE"),
    ("/decision/rows/0/when", ABSENT, "ARITY"),
    ("/decision/rows/0/when", [True, "-"], "WRONG_TYPE"),
    ("/decision/rows/0/if", True, "UNKNOWN_MEMBER"),
    ("/decision/inputs/0/rule", ABSENT, "MISSING_MEMBER"),
    ("/decision/inputs", [], "BAD_VALUE"),
    ("/attempts/max", 0, "BAD_VALUE"),
    ("/attempts/window", ABSENT, "MISSING_MEMBER"),
    ("/i18n/en-US/title", 1, "WRONG_TYPE"),
    ("/i18n/en-US/item.yes.txt", "?", None),
    ("/tests/0/answers", ABSENT, "MISSING_MEMBER"),
    ("/tests/0/expected", "no", "UNKNOWN_MEMBER"),
    ("/tests/0/as_of", "yesterday", "BAD_VALUE"),
    ("/tests/0/decided", "no", None),
    ("/tests/0/held", ["SAFE"], None),
    ("/tests/1/problems/0/code", "TOO_BIG", None),
]


def put(document, pointer, value):
    *steps, last = pointer[1:].split("/")
    for step in steps:
        document = document[int(step) if isinstance(document, list) else step]
    if isinstance(document, list):
        last = int(last)
    if value is ABSENT:
        del document[last]
    else:
        document[last] = value


def broken_document(pointer, value):
    document = whole.with_decision() if pointer.startswith("/decision/") else whole.document()
    put(document, pointer, value)
    return document


class Compiler:
    """The codes of what the compiler reports; those of the publish gate are another matter."""

    def __init__(self, build, directory, page):
        publication = page[page.index("\n## Publication"):]
        self.of_gate = named_in_tables(publication)
        self.program = os.path.join(build, "services/ctl/aegisctl")
        self.directory = directory
        self.table = os.path.join(directory, "table.json")
        with open(self.table, "wb") as table:
            table.write(whole.TABLE_BYTES)

    def codes(self, number, document):
        path = os.path.join(self.directory, f"{number}.json")
        with open(path, "w") as file:
            json.dump(document, file)
        run = subprocess.run([self.program, "screener", "check", path, "--table", self.table, "--json"], capture_output=True, timeout=60)
        return {finding["code"] for finding in json.loads(run.stdout)["findings"]} - self.of_gate


class Report:
    def __init__(self):
        self.passed, self.failed = 0, []

    def expect(self, true, sentence):
        if true:
            self.passed += 1
        else:
            self.failed.append(sentence)


def errors_of(validator, document):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in validator.iter_errors(document)]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def demo_document(source):
    sys.path.insert(0, os.path.join(source, "deploy/demo"))
    import screener as demo
    table = json.dumps(demo.guideline_table(), separators=(",", ":"))
    return demo.screener(hashlib.sha256(table.encode()).hexdigest())


def good_documents(source):
    examples = sorted(glob.glob(os.path.join(source, "libcommon/screener/examples/*.json")))
    named = {os.path.basename(path): load(path) for path in examples}
    named["the demo's document"] = demo_document(source)
    named["the whole document"] = whole.document()
    named["the whole document with a decision table"] = whole.with_decision()
    return named


def test_good(report, source, schema, compiler):
    validator = Validator(schema)
    good = good_documents(source)
    report.expect(len(good) >= 8, "five examples, the demo and the two whole documents")
    for name, document in good.items():
        wrong = errors_of(validator, document)
        report.expect(not wrong, f"{name} is refused: {wrong[:3]}")
    for name, document in (("rules", whole.document()), ("decision", whole.with_decision())):
        codes = compiler.codes(name, document)
        report.expect(not codes, f"the compiler refuses the whole document ({name}): {codes}")
    of_table = Validator({"$schema": schema["$schema"], "$ref": "#/$defs/reference_table", "$defs": schema["$defs"]})
    for path in glob.glob(os.path.join(source, "libcommon/screener/examples/tables/*.json")):
        report.expect(not errors_of(of_table, load(path)), f"{path} is refused")
    report.expect(not errors_of(of_table, whole.TABLE), "the whole table is refused")
    report.expect(errors_of(of_table, {**whole.TABLE, "rows": []}), "a table without rows is taken")
    report.expect(errors_of(of_table, {**whole.TABLE, "key": []}), "a table with an unknown member is taken")


def test_broken(report, schema, compiler):
    validator = Validator(schema)

    def one(numbered):
        number, (pointer, value, code) = numbered
        return pointer, value, code, compiler.codes(number, broken_document(pointer, value)) if code else None

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for pointer, value, code, codes in pool.map(one, enumerate(BROKEN)):
            what = f"{pointer} {'absent' if value is ABSENT else json.dumps(value)}"
            report.expect(not validator.is_valid(broken_document(pointer, value)), f"{what}: the schema takes it")
            if code:
                report.expect(code in codes, f"{what}: the compiler says {codes}, not {code}")


def members_of(schema):
    """All names of properties, and all values of enum and const, below a schema."""
    names, values = set(), set()
    stack = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
            continue
        if not isinstance(node, dict):
            continue
        names |= set(node.get("properties", {}))
        values |= {v for v in [*node.get("enum", []), node.get("const")] if isinstance(v, str)}
        stack += node.get("properties", {}).values()
        stack += [value for key, value in node.items() if key not in ("properties", "enum", "const", "required")]
        stack += node.get("$defs", {}).values()
    return names, values


def named_in_tables(page):
    """What stands in backticks in the first column of the page's tables, and in the item types' last one."""
    named = set()
    for line in page.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| ") else []
        if len(cells) < 2 or set(cells[0]) <= {"-", " "}:
            continue
        named |= set(re.findall(r"`([^` ]+)`", cells[0]))
        if len(cells) == 4:
            named |= set(re.findall(r"`([a-z_]+)`", cells[3]))
    return named - {"true", "false"}


def test_names(report, page, schema):
    about_documents = page[:page.index("\n## Trace")]
    names, values = members_of(schema)
    named = named_in_tables(about_documents)
    report.expect(len(named) > 100, f"the tables name only {len(named)} things: are they read rightly?")
    for name in sorted(named):
        report.expect(name in names or name in values, f"FORMAT.md names {name}, the schema does not")
    for name in sorted(names):
        report.expect(re.search(rf"[`\"]{re.escape(name)}[`\"]", about_documents), f"the schema has {name}, FORMAT.md does not name it")


def keys_of(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def main(source, build):
    report = Report()
    schema = load(os.path.join(source, "libcommon/screener/screener-1.schema.json"))
    report.expect(schema["$schema"] == Validator.META_SCHEMA["$id"], "the schema is one of draft 2020-12")
    Validator.check_schema(schema)
    with open(os.path.join(source, "libcommon/screener/FORMAT.md"), encoding="utf-8") as file:
        page = file.read()
    with tempfile.TemporaryDirectory() as directory:
        compiler = Compiler(build, directory, page)
        test_good(report, source, schema, compiler)
        test_broken(report, schema, compiler)
    test_names(report, page, schema)
    used = set(keys_of([whole.document(), whole.with_decision(), whole.TABLE]))
    for name in sorted(members_of(schema)[0] - used):
        report.expect(False, f"the whole documents do not use {name}")
    for sentence in report.failed:
        print(sentence)
    print(f"{report.passed} passed, {len(report.failed)} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
