"""Layering by #include: what a part may use stands here and nowhere else.

usage: layers.py SOURCE-DIR
"""
import os
import re
import sys

# Every folder of libcommon and what it may include of libcommon, beside itself and base.
LIBRARIES = {
    "base": set(),
    "cache": set(),
    "cfg": set(),
    "contract": {"pbjson"},
    "crypto": set(),
    "db": set(),
    "http": {"contract"},
    "merkle": {"crypto"},
    "pbjson": set(),
    "prover": {"screener"},
    "rpc": {"contract", "crypto"},
    "screener": {"crypto", "locale"},
    "svc_core": {"cfg"},
    "svc": {"cfg", "contract", "crypto", "db", "pbjson", "rpc", "svc_core"},
    "zone": set(),
    "locale": set(),
}
# The rooms of a part, lowest first, and which rooms each may include beside itself; "" is the part's own folder.  A room
# never includes one that is listed after it, so there is no circle of rooms.
ROOMS = {
    "gateway/": {
        "edge": set(),
        "builtin": {"", "edge"},
        "stage": {"", "edge", "builtin"},
    },
    "libcommon/svc/": {
        "kit": {""},
        "serve": {"", "kit"},
        "background": {"", "kit", "serve"},
    },
    "libcommon/screener/": {
        "": set(),
        "json": {""},
        "value": {"", "json"},
        "program": {"", "value"},
        "compile": {"", "json", "value", "program"},
        "eval": {"", "json", "value", "program"},
        "gate": {"", "json", "value", "program", "eval"},
        "logic": {"", "json"},
        "exchange": {"", "json", "value", "program", "eval"},
    },
}
# The third-party headers of a part: one library each, and the C library.
FOREIGN = {
    "nng/": {"libcommon/rpc", "tests"},
    "libpq-fe.h": {"libcommon/db", "tests", "services/ctl"},
    "seccomp.h": {"libcommon/svc_core", "tests"},
    "hiredis/": {"libcommon/cache", "tests"},
    "sodium.h": {"libcommon/crypto", "tests"},
    "openssl/": {"libcommon/crypto", "libcommon/rpc", "tests"},
    "curl/": {"libcommon/http/curl_set.h", "libcommon/http/loopback.c", "services/notification", "services/compliance", "services/ctl", "tests"},
    "jansson.h": {"libcommon/screener", "libcommon/prover", "services", "proto/protoc-gen-aegis", "tests"},
    "libxml/": {"libcommon/screener", "services/ctl", "tests"},
    "glib.h": {"libcommon/zone"},
    "unicode/": {"libcommon/locale", "libcommon/screener"},
    "gnutls/": {"gateway", "tests"},
    "z3.h": {"libcommon/prover", "tests"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def sources(root):
    for top in ("libcommon", "services", "gateway", "proto", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def library_rule(path, include):
    part = path.split("/")[1]
    used = include.split("/")[0]
    if used in LIBRARIES and used not in {part, "base"} | LIBRARIES[part]:
        return f"libcommon/{part} may not use {used}/"
    if used in ("svc", "db") and part not in ("svc", "db"):
        return f"libcommon/{part} may not use {used}/"
    return None


def service_rule(path, include, services):
    me = path.split("/")[1]
    used = include.split("/")[0]
    # The operator tool may use the daemons' own code; a daemon never another one's.
    if used in services and used != me and me != "ctl":
        return f"services/{me} may not use services/{used}"
    return None


def gateway_rule(include):
    used = include.split("/")[0]
    if used in ("svc", "db") or include == "libpq-fe.h":
        return f"the gateway may not use {include}"
    return None


def room_of(root, house, name):
    """The room of a header or source, named from its house; None for what is not of the house."""
    folder = name.split("/")[0] if "/" in name else ""
    known = folder in ROOMS[house] or not folder
    return folder if known and os.path.exists(os.path.join(root, house, name)) else None


def room_rule(root, path, include):
    house = next((house for house in ROOMS if path.startswith(house)), None)
    if not house:
        return None
    prefix = house.removeprefix("libcommon/") if house.startswith("libcommon/") else ""
    here = room_of(root, house, path.removeprefix(house))
    if not include.startswith(prefix) or here not in ROOMS[house]:
        return None
    used = room_of(root, house, include.removeprefix(prefix))
    if used not in ROOMS[house][here] | {here, None}:
        return f"{house}{here} may not use {house}{used}"
    return None


def unlisted_rooms(root):
    """Folders with sources in a house with rooms, and rooms that would be allowed to use a later one."""
    for house, rooms in ROOMS.items():
        for name in sorted(os.listdir(os.path.join(root, house))):
            folder = os.path.join(root, house, name)
            if os.path.isdir(folder) and name not in rooms and any(n.endswith((".c", ".h")) for n in os.listdir(folder)):
                yield f"{house}{name} is not listed in tests/tree/layers.py"
        order = list(rooms)
        for room, used in rooms.items():
            for other in used & rooms.keys():
                if order.index(other) > order.index(room):
                    yield f"{house}: {room} may use {other}, which is listed after it"


def foreign_rule(path, include):
    for header, places in FOREIGN.items():
        if include.startswith(header) and not any(path.startswith(place) for place in places):
            return f"{header} belongs to {', '.join(sorted(places))}"
    return None


def check(root, path, include, services):
    if path.startswith("libcommon/") and "/sqlgen/" not in path:
        wrong = library_rule(path, include)
    elif path.startswith("services/"):
        wrong = service_rule(path, include, services)
    elif path.startswith("gateway/"):
        wrong = gateway_rule(include)
    else:
        wrong = None
    return wrong or room_rule(root, path, include) or foreign_rule(path, include)


def main(root):
    services = set(os.listdir(os.path.join(root, "services")))
    unlisted = {name for name in os.listdir(os.path.join(root, "libcommon"))
                if os.path.isdir(os.path.join(root, "libcommon", name))} - set(LIBRARIES)
    failures = [f"libcommon/{name} is not listed in tests/tree/layers.py" for name in sorted(unlisted)]
    failures += unlisted_rooms(root)
    passed = 0
    for path in sorted(sources(root)):
        with open(os.path.join(root, path), errors="replace") as source:
            for include in INCLUDE.findall(source.read()):
                wrong = check(root, path, include, services)
                if wrong:
                    failures.append(f"{path}: includes {include}: {wrong}")
                passed += not wrong
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
