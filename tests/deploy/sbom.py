"""The SBOM is a CycloneDX document that knows every library of every program.

usage: sbom.py SOURCE-DIR BUILD-DIR
"""
import functools
import glob
import json
import os
import re
import subprocess
import sys

source, build = sys.argv[1:]
programs = sorted(path for path in glob.glob(f"{build}/services/*/aegis-*") if os.access(path, os.X_OK) and os.path.isfile(path))
programs += [f"{build}/gateway/aegis-gateway", "/usr/bin/redis-server"]
done = subprocess.run(["/usr/bin/python3", "-B", f"{source}/deploy/lib/sbom.py", "--version", "9.8.7", "--commit", "abc", *programs],
                      capture_output=True, text=True, check=True)
bom = json.loads(done.stdout)
failed = []


def check(good, what):
    if not good:
        failed.append(what)


@functools.cache
def package_of(name):
    """Independent of what wrote the document: the loader's cache, then dpkg."""
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    path = next(line.split(" => ")[1] for line in cache.splitlines() if line.strip().startswith(f"{name} ") and "x86-64" in line or
                line.strip().startswith(f"{name} ") and "AArch64" in line)
    for file in (path, "/usr" + path, os.path.realpath(path), os.path.realpath(path).removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", file], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise SystemExit(f"no package of {name}")


check(bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.5" and bom["version"] == 1, "format")
check(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bom["serialNumber"]), "serialNumber")
check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bom["metadata"]["timestamp"]), "timestamp")
own = bom["metadata"]["component"]
check(own["name"] == "aegis" and own["version"] == "9.8.7" and own["properties"] == [{"name": "aegis:commit", "value": "abc"}], "our own version")
refs = [component["bom-ref"] for component in bom["components"]] + [own["bom-ref"]]
check(len(refs) == len(set(refs)), "references are unique")
for component in bom["components"]:
    check(component["type"] in ("application", "library") and component["name"] and component["version"], f"component {component}")
    if component["type"] == "library":
        check(re.fullmatch(r"pkg:deb/debian/[a-z0-9.+-]+@[^?:+]+\?arch=[a-z0-9]+", component["purl"]), f"purl {component['purl']}")
        installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", component["bom-ref"][4:]], capture_output=True, text=True, check=True)
        check(installed.stdout == component["version"], f"version of {component['name']}")
dependencies = {entry["ref"]: entry["dependsOn"] for entry in bom["dependencies"]}
check(all(ref in refs and set(others) <= set(refs) for ref, others in dependencies.items()), "dependencies name components")
libraries = 0
for program in programs[:-1]:
    name = os.path.basename(program)
    used = {ref.split(":")[1] for ref in dependencies[f"aegis:{name}"]}
    elf = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", elf)
    libraries += len(needed)
    for library in needed:
        check(package_of(library) in used, f"{name} uses {library}, which the SBOM lacks")
check(libraries > 20, "libraries were looked at")
check("deb:redis-server" in dependencies, "the server is in it")
print("\n".join(failed) or f"{len(refs)} components, {libraries} direct uses of libraries")
sys.exit(bool(failed))
