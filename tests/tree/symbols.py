"""No two of our libraries define one name: the linker would take either, silently.

usage: symbols.py SOURCE-DIR BUILD-DIR
"""
import collections
import glob
import os
import subprocess
import sys

TOPS = ("libcommon", "proto", "gateway", "services")


def main(build):
    owners = collections.defaultdict(set)
    libraries = [path for top in TOPS for path in glob.glob(os.path.join(build, top, "**", "*.a"), recursive=True)]
    for library in libraries:
        listed = subprocess.run(["nm", "-g", "--defined-only", library], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[1] in "TDRB":
                owners[fields[2]].add(os.path.relpath(library, build))
    clashes = {name: found for name, found in sorted(owners.items()) if len(found) > 1}
    for name, found in clashes.items():
        print(f"{name}: {', '.join(sorted(found))}")
    print(f"{len(owners) - len(clashes)} passed, {len(clashes)} failed")
    return 1 if clashes or not owners else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[2]))
