"""The load generators: wrk and pgbench, one run a call; and rounds of several cases."""
import json
import os
import re
import statistics
import subprocess

from . import account

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failed(Exception):
    """A measurement that would say nothing."""


def run(command, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)
    if done.returncode != 0:
        raise Failed(f"{command[0]}: {done.stdout[-600:]}{done.stderr[-600:]}")
    return done.stdout


def wrk(url, connections, seconds, token=None, threads=1, refusals=False, **environment):
    """One run; every answer must be a success unless refusals are what is measured."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}", "--timeout", "10", "-s", f"{HERE}/wrk.lua"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    named = {f"BENCH_{key.upper()}": str(value) for key, value in environment.items()}
    said = run(command + [url], env={**os.environ, **named})
    result = json.loads(said.strip().rsplit("\n", 1)[-1])
    if not refusals and (result["refused"] or result["broken"]):
        raise Failed(f"{url}: {result['refused']} refused and {result['broken']} broken of {result['requests']} requests")
    result["per_s"] = result["requests"] / result["seconds"]
    return result


def pgbench(cluster, role, script, clients, seconds, variables=None, transactions=None):
    """A script as one of the daemons' roles, prepared statements."""
    command = ["pgbench", "-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", "1", "-h", cluster.pg, "-U", f"aegis_{role}"]
    command += ["-t", str(transactions)] if transactions else ["-T", str(seconds)]
    for name, value in (variables or {}).items():
        command += ["-D", f"{name}={value}"]
    said = run(command + ["aegis"], env={**os.environ, "PGPASSWORD": cluster.password(role)})
    failed = re.search(r"number of failed transactions: (\d+)", said)
    if failed and int(failed.group(1)):
        raise Failed(f"pgbench: {failed.group(1)} transactions failed")
    return {"per_s": float(re.search(r"tps = ([\d.]+)", said).group(1)),
            "p50_ms": float(re.search(r"latency average = ([\d.]+)", said).group(1))}


def rounds(cases, n, progress):
    """{name: function} once in every round, so that what disturbs one disturbs all; {name: [results]}"""
    results = {name: [] for name in cases}
    for number in range(n):
        for name, measure in cases.items():
            progress(f"round {number + 1} of {n}: {name}")
            results[name].append({**measure(), "load": account.load_average()})
    return results


def medians(results):
    """{name: {figure: median over the rounds}}, with the range of per_s."""
    table = {}
    for name, runs in results.items():
        figures = {key: statistics.median(run[key] for run in runs) for key in runs[0] if isinstance(runs[0][key], (int, float))}
        if "per_s" in figures:
            figures["least"], figures["most"] = min(r["per_s"] for r in runs), max(r["per_s"] for r in runs)
        table[name] = figures
    return table
