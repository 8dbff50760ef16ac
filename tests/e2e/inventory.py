"""The inventories of keys and of logs name every file of a running cluster.

libcommon/crypto/KEYS.md has the keys, deploy/LOGS.md the logs.
"""
import glob
import os
import re
import sys

import fuzz_world as world

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DATA = os.environ["AEGIS_E2E_DATA"]
DAEMONS = sorted(path.split("/")[-3] for path in glob.glob(os.path.join(ROOT, "services", "*", "sql", "queries.sql")))
WHO = {"each daemon": DAEMONS, "all": ("",)}


def page(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as text:
        return text.read()


def rows(text):
    """(owner, file or purpose) of the rows of KEYS.md."""
    for owners, names in re.findall(r"^\| ([a-z, ]+) \| (`[^|]+) \|", text, re.M):
        for owner in owners.split(", "):
            for name in re.findall(r"`([^`]+)`", names):
                yield from ((who, name) for who in WHO.get(owner, (owner,)))


def check_keys(checks):
    listed = set(rows(page("libcommon/crypto/KEYS.md")))
    found = set()
    for folder, _, names in os.walk(os.path.join(DATA, "secrets")):
        owner = os.path.relpath(folder, os.path.join(DATA, "secrets")).removeprefix(".")
        # "jwt.20260131T093000Z-9f2c" is a key of purpose "jwt".
        found |= {(owner, re.sub(r"\.\d{8}T\d{6}Z-[0-9a-f]{4}$", "", name)) for name in names}
    checks.check(len(found) > 30, f"only {len(found)} files were found")
    for owner, name in sorted(found):
        checks.check((owner, name) in listed, f"libcommon/crypto/KEYS.md does not name {owner}/{name}")
    for owner, name in sorted(listed - found):
        is_optional = owner == "operator" or name == "pepper"
        checks.check(is_optional, f"libcommon/crypto/KEYS.md names {owner}/{name}, which the cluster does not have")


def check_logs(checks):
    listed = set(re.findall(r"`log/([\w.-]+)`", page("deploy/LOGS.md")))
    found = set(os.listdir(os.path.join(DATA, "log")))
    checks.check(len(found) > 9, f"only {found}")
    for name in sorted(found - listed):
        checks.check(False, f"deploy/LOGS.md does not name log/{name}")
    for name in sorted(listed - found):
        checks.check(name.endswith(".log"), f"deploy/LOGS.md names log/{name}, which the cluster does not have")


def main():
    checks = world.Checks()
    check_keys(checks)
    check_logs(checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
