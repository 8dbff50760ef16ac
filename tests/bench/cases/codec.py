"""JSON to protobuf and back, about 1 KB, beside the same through jansson trees."""
import json

from harness import load, report


def run(cluster, options):
    said = load.run([cluster.program("pbjson/pbjson_bench")])
    print("\n".join("    " + line for line in said.splitlines()[:-1]))
    figures = json.loads(said.splitlines()[-1])
    verdicts = [report.verdict("codec ÷ trees, in", figures["in_ratio"], 4), report.verdict("codec ÷ trees, out", figures["out_ratio"], 4)]
    return {"table": figures, "verdicts": verdicts}
