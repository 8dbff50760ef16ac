"""What processes cost, by the system's own accounting in /proc, and perf's where it is allowed."""
import os
import shutil
import signal
import subprocess

TICK = os.sysconf("SC_CLK_TCK")


def children(pid):
    """The process and everything below it."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as listed:
                    found += [int(child) for child in listed.read().split()]
        except OSError:
            continue  # it has just ended
    return found


def _cpu_ns(pid):
    """Running time of all threads; threads that have ended count by clock ticks."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat") as text:
                total += int(text.read().split()[0])
        except OSError:
            continue
    if total:
        return total
    with open(f"/proc/{pid}/stat") as text:
        fields = text.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000_000 // TICK


def _switches(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/status") as text:
                total += sum(int(line.split()[1]) for line in text if "ctxt_switches" in line)
        except OSError:
            continue
    return total


def snapshot(groups):
    """{name: pid of the parent} -> {name: {pid: (ns, switches)}}"""
    seen = {}
    for name, pid in groups.items():
        seen[name] = {}
        for one in children(pid):
            try:
                seen[name][one] = (_cpu_ns(one), _switches(one))
            except OSError:
                continue
    return seen


def spent(before, after):
    """What each group spent in between: {name: (CPU seconds, context switches)}"""
    result = {}
    for name, processes in after.items():
        old = before.get(name, {})
        ns = sum(value[0] - old.get(pid, (0, 0))[0] for pid, value in processes.items())
        switches = sum(value[1] - old.get(pid, (0, 0))[1] for pid, value in processes.items())
        result[name] = (ns / 1e9, switches)
    return result


def rss_mb(pid):
    with open(f"/proc/{pid}/status") as text:
        for line in text:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    raise OSError(f"no VmRSS of {pid}")


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def load_average():
    return os.getloadavg()[0]


class SystemCalls:
    """Counts the system calls of groups of processes until told to stop; nothing where perf may not."""

    def __init__(self, groups):
        self.counters = {}
        if not shutil.which("perf"):
            return
        for name, pid in groups.items():
            pids = ",".join(str(one) for one in children(pid))
            self.counters[name] = subprocess.Popen(["perf", "stat", "-x", ";", "-e", "raw_syscalls:sys_enter", "-p", pids],
                                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self):
        """{name: number of calls}, without those that could not be counted."""
        counts = {}
        for name, perf in self.counters.items():
            perf.send_signal(signal.SIGINT)
            for line in perf.communicate(timeout=10)[1].splitlines():
                fields = line.split(";")
                if len(fields) > 2 and fields[2].startswith("raw_syscalls") and fields[0].isdigit():
                    counts[name] = int(fields[0])
        return counts
