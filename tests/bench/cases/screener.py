"""Screener evaluation, tables and compiling, beside json-logic-js and compiled JavaScript."""
import glob
import json
import os

from harness import load, peers, report, screeners
from harness.cluster import ROOT

EXAMPLES = os.path.join(ROOT, "libcommon", "screener", "examples")
COLUMNS = (5, 16, 32)
KINDS = ("last", "none", "unknown", "people")


class Bench:
    """Files of documents and answers, and the two programs that read them."""

    def __init__(self, cluster, options):
        self.folder = os.path.join(cluster.work, "screener")
        os.makedirs(self.folder, exist_ok=True)
        self.ours = cluster.program("bench/screener_bench")
        self.peer = peers.install_node(cluster)
        self.ms = str(round(options.seconds * 150))
        self.cases = {}

    def write(self, name, value):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(screeners.compact(value))
        return path

    def say(self, theirs, what, document, answers, ms="0"):
        command = ["node", os.path.join(self.peer, "screener.mjs")] if theirs else [self.ours]
        return load.run([*command, what, document, answers, ms])

    def case(self, name, theirs, what, document, answers):
        self.cases[name] = lambda: json.loads(self.say(theirs, what, document, answers, self.ms))

    def agree(self, document, answers, *others):
        """Nothing is measured before all give the same outcome and the same truth of every rule for everyone."""
        wanted = self.say(False, "check", document, answers)
        for theirs, what in others:
            if self.say(theirs, what, document, answers) != wanted:
                raise load.Failed(f"{what} does not agree with the engine on {os.path.basename(document)}")


def add_conditions(bench):
    for name, (document, answers) in (("20 rules", screeners.twenty_rules()), ("and of 20", screeners.one_rule())):
        slug = name.replace(" ", "_")
        paths = bench.write(f"{slug}.json", document), bench.write(f"{slug}_answers.json", answers)
        bench.agree(*paths, (True, "check-json-logic"), (True, "check-closures"), (True, "check-source"))
        bench.case(f"{name}, outcome", False, "brief", *paths)
        bench.case(f"{name}, trace", False, "trace", *paths)
        bench.case(f"{name}, reading answers", False, "answers", *paths)
        bench.case(f"{name}, json-logic-js", True, "json-logic", *paths)
        bench.case(f"{name}, JS closures", True, "closures", *paths)
        bench.case(f"{name}, JS source", True, "source", *paths)
        bench.case(f"{name}, JS trace", True, "trace", *paths)


def add_small_table(bench):
    document, answers = screeners.small_table()
    paths = bench.write("table_26.json", document), bench.write("table_26_answers.json", answers)
    bench.agree(*paths, (False, "table-check"), (True, "check-closures"))
    bench.case("26 rows, outcome", False, "brief", *paths)
    bench.case("26 rows, trace", False, "trace", *paths)
    bench.case("26 rows, as DMN", False, "table", *paths)
    bench.case("26 rows, JS closures", True, "closures", *paths)
    bench.case("26 rows, JS trace", True, "trace", *paths)


def add_large_tables(bench):
    for columns in COLUMNS:
        document, answers = screeners.large_table(columns)
        path = bench.write(f"table_{columns}.json", document)
        for kind in KINDS:
            paths = path, bench.write(f"table_{columns}_{kind}.json", answers[kind])
            name = f"3,000 rows × {columns}, {kind}"
            bench.agree(*paths, (False, "table-check"), *([] if kind == "unknown" else [(True, "check-closures")]))
            bench.case(f"{name}, outcome", False, "brief", *paths)
            bench.case(f"{name}, trace", False, "trace", *paths)
            bench.case(f"{name}, as DMN", False, "table", *paths)
            if kind != "unknown":
                bench.case(f"{name}, JS closures", True, "closures", *paths)


def add_compiling(bench):
    names = []
    for path in sorted(glob.glob(os.path.join(EXAMPLES, "*.json"))):
        name = os.path.basename(path)[:-len(".json")]
        bench.case(f"compile {name}", False, "compile", path, os.path.join(EXAMPLES, "tables"))
        bench.case(f"compile {name}, jansson alone", False, "json", path, os.path.join(EXAMPLES, "tables"))
        bench.case(f"compile {name}, JSON.parse", True, "json", path, "-")
        names.append(name)
    return names


def judge(table, examples):
    def us(name):
        return table[name]["us"]

    verdicts = []
    for name in ("20 rules", "and of 20"):
        verdicts += [report.verdict(f"{name}, µs", us(f"{name}, outcome"), aim=0.3, at_most=True),
                     report.verdict(f"{name} with trace, µs", us(f"{name}, trace"), aim=3, at_most=True)]
        verdicts += [report.verdict(f"{peer} ÷ {name}", us(f"{name}, {peer}") / us(f"{name}, outcome"))
                     for peer in ("json-logic-js", "JS closures", "JS source")]
        verdicts.append(report.verdict(f"JS trace ÷ {name} with trace", us(f"{name}, JS trace") / us(f"{name}, trace")))
    verdicts += [report.verdict("26 rows with trace, µs", us("26 rows, trace"), aim=10, at_most=True),
                 report.verdict("JS trace ÷ 26 rows with trace", us("26 rows, JS trace") / us("26 rows, trace"))]
    for columns in COLUMNS:
        for engine in ("outcome", "trace", "as DMN"):
            worst = max((f"3,000 rows × {columns}, {kind}, {engine}" for kind in KINDS), key=us)
            verdicts.append(report.verdict(f"{worst} (the worst of {len(KINDS)}), µs", us(worst), aim=50, at_most=True))
        name = f"3,000 rows × {columns}, last"
        verdicts.append(report.verdict(f"JS closures ÷ {name}", us(f"{name}, JS closures") / us(f"{name}, outcome")))
    for name in examples:
        verdicts.append(report.verdict(f"compile {name}, µs", us(f"compile {name}"), aim=1000, at_most=True))
    return verdicts


def run(cluster, options):
    bench = Bench(cluster, options)
    add_conditions(bench)
    add_small_table(bench)
    add_large_tables(bench)
    examples = add_compiling(bench)
    results = load.rounds(bench.cases, options.rounds, report.progress)
    report.clear()
    table = load.medians(results)
    rows = []
    for name, runs in results.items():
        figures = table[name]
        figures["least"], figures["most"] = min(r["us"] for r in runs), max(r["us"] for r in runs)
        rows.append((name, {"µs": figures["us"], "least": figures["least"], "most": figures["most"], "CPU µs": figures["cpu_us"],
                            **({"program bytes": figures["bytes"], "document bytes": figures["document"]} if "bytes" in figures else {})}))
    report.table(rows, ["µs", "least", "most", "CPU µs", "program bytes", "document bytes"])
    return {"table": table, "verdicts": judge(table, examples)}
