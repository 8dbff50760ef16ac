"""Every thread of every daemon and of the gateway is confined, and the list of system calls is complete."""
import glob
import urllib.request

import taken

cluster, checks = taken.Cluster(), taken.Checks()
for name in [*cluster.daemons, "gateway"]:
    pid = cluster.pid(name)
    threads = glob.glob(f"/proc/{pid}/task/*/status")
    checks.check(len(threads) > 1, f"{name} has threads")
    for path in threads:
        with open(path, encoding="utf-8") as lines:
            status = dict(line.rstrip("\n").split(":", 1) for line in lines)
        checks.check(status["Seccomp"].strip() == "2", f"{name}: {path} has a filter of system calls")
        checks.check(status["NoNewPrivs"].strip() == "1", f"{name}: {path} gains no rights")
    with open(f"/proc/{pid}/limits", encoding="utf-8") as lines:
        core = next(line for line in lines if line.startswith("Max core file size"))
    checks.check(core.split()[4:6] == ["0", "0"], f"{name} writes no core file")
    for log in glob.glob(f"{cluster.data}/log/{name}/*"):
        with open(log, encoding="utf-8", errors="replace") as text:
            checks.check("a system call was refused" not in text.read(), f"{name} needs a call that its sandbox refuses: {log}")
with urllib.request.urlopen(f"http://127.0.0.1:{cluster.etc['gateway']['private_port']}/metrics", timeout=10) as answer:
    counted = [line for line in answer.read().decode().splitlines() if line.startswith("aegis_sandbox_refused_total")]
checks.check(len(counted) >= len(cluster.daemons) and all(line.endswith(" 0") for line in counted), f"refusals are counted: {counted}")
checks.finish()
