"""What runs here, as a CycloneDX 1.5 document: our programs, and Debian's packages whose files they use.

usage: sbom.py --version V --commit C PROGRAM...

A package is in it because a program is one of its files or is linked with one of its libraries.
"""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import uuid


def ran(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})


def libraries(program):
    """Absolute paths of every shared library that the loader would map."""
    found = re.findall(r"(?:=> )?(/\S+) \(0x", ran("ldd", program).stdout)
    return sorted({os.path.realpath(path) for path in found})


def spellings(path):
    """dpkg knows a file by the path before or after Debian merged /lib into /usr/lib."""
    return [path, path.removeprefix("/usr") if path.startswith("/usr/") else "/usr" + path]


def package_of(path, known):
    if path not in known:
        known[path] = None
        for spelling in spellings(path):
            done = ran("dpkg-query", "-S", spelling)
            if done.returncode == 0:
                known[path] = done.stdout.split(": ", 1)[0].split(",")[0]
                break
    return known[path]


def details(packages):
    fields = ("binary:Package", "Package", "Version", "Architecture", "source:Package", "source:Version", "Maintainer")
    done = ran("dpkg-query", "-W", "-f", "\\t".join(f"${{{name}}}" for name in fields) + "\\n", *sorted(packages))
    for line in done.stdout.splitlines():
        yield dict(zip(fields, line.split("\t")))


def component_of(package):
    name, version, arch = package["Package"], package["Version"], package["Architecture"]
    return {"type": "library", "bom-ref": f"deb:{package['binary:Package']}", "supplier": {"name": package["Maintainer"]}, "name": name,
            "version": version, "purl": f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={arch}",
            "properties": [{"name": "debian:source", "value": package["source:Package"]},
                           {"name": "debian:source-version", "value": package["source:Version"]}]}


def document(args):
    known, used, own = {}, {}, []
    for program in args.programs:
        path = os.path.realpath(program)
        name = os.path.basename(path)
        files = libraries(path)
        # The name of a server may be a link into the package of its tools.
        home = package_of(program, known) or package_of(path, known)
        missing = [file for file in files if not package_of(file, known)]
        if missing:
            sys.exit(f"sbom: no package of {', '.join(missing)}, which {name} uses")
        packages = sorted({known[file] for file in files} | ({package_of(path, known)} - {None}))
        if home:
            used[f"deb:{home}"] = sorted(f"deb:{p}" for p in packages if p != home)
        else:
            own.append({"type": "application", "bom-ref": f"aegis:{name}", "name": name, "version": args.version})
            used[f"aegis:{name}"] = [f"deb:{p}" for p in packages]
    needed = {ref.removeprefix("deb:") for ref in used if ref.startswith("deb:")} | {r.removeprefix("deb:") for refs in used.values() for r in refs}
    described = list(details(needed))
    # A package of one architecture is named without it by one question and with it by the other.
    full = {key: p["binary:Package"] for p in described for key in (p["binary:Package"], p["Package"], f"{p['Package']}:{p['Architecture']}")}

    def named(ref):
        return ref if ref.startswith("aegis") else f"deb:{full[ref.removeprefix('deb:')]}"

    commit = {"name": "aegis:commit", "value": args.commit}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}", "version": 1,
        "metadata": {"timestamp": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                     "component": {"type": "application", "bom-ref": "aegis", "name": "aegis", "version": args.version, "properties": [commit]}},
        "components": own + [component_of(package) for package in described],
        "dependencies": [{"ref": "aegis", "dependsOn": [item["bom-ref"] for item in own]}] +
                        [{"ref": named(ref), "dependsOn": sorted({named(other) for other in others})} for ref, others in sorted(used.items())],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("programs", nargs="+")
    json.dump(document(parser.parse_args()), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
