"""Where the time of a request goes: CPU, context switches and system calls of each process."""
from . import account, report


def measure(groups, work):
    """Two runs of work (a result with requests): µs of CPU and switches a request, and, as counting costs time, system calls in the second."""
    before = account.snapshot(groups)
    result = work()
    spent = account.spent(before, account.snapshot(groups))
    requests = max(1, result["requests"])
    costs = {name: {"cpu_us": cpu * 1e6 / requests, "switches": switches / requests} for name, (cpu, switches) in spent.items()}
    for name, pid in groups.items():
        processes = account.children(pid)
        costs[name]["rss_mb"] = sum(account.rss_mb(one) for one in processes)
        costs[name]["threads"] = sum(account.threads(one) for one in processes)
    counter = account.SystemCalls(groups)
    if counter.counters:
        requests = max(1, work()["requests"])
        for name, calls in counter.stop().items():
            costs[name]["calls"] = calls / requests
    return costs


def show(costs):
    whole = sum(cost["cpu_us"] for cost in costs.values())
    rows = [(name, {"CPU µs/req": c["cpu_us"], "share": f"{100 * c['cpu_us'] / whole:.0f} %" if whole else "",
                    "switches/req": c["switches"], "calls/req": c.get("calls", "–"), "RSS MB": c["rss_mb"], "threads": c["threads"]}) for name, c in costs.items()]
    rows.append(("together", {"CPU µs/req": whole, "switches/req": sum(c["switches"] for c in costs.values()),
                              "calls/req": sum(c.get("calls", 0) for c in costs.values())}))
    report.table(rows, ["CPU µs/req", "share", "switches/req", "calls/req", "RSS MB", "threads"])
