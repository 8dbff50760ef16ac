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
# The third-party headers of a part: one library each, and the C library.
FOREIGN = {
    "nng/": {"libcommon/rpc", "tests"},
    "libpq-fe.h": {"libcommon/db", "tests", "services/ctl"},
    "seccomp.h": {"libcommon/svc_core", "tests"},
    "hiredis/": {"libcommon/cache", "tests"},
    "sodium.h": {"libcommon/crypto", "tests"},
    "openssl/": {"libcommon/crypto", "libcommon/rpc", "tests"},
    "curl/": {"libcommon/http/curl_set.h", "services/notification", "services/compliance", "services/ctl", "tests"},
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


def foreign_rule(path, include):
    for header, places in FOREIGN.items():
        if include.startswith(header) and not any(path.startswith(place) for place in places):
            return f"{header} belongs to {', '.join(sorted(places))}"
    return None


def check(path, include, services):
    if path.startswith("libcommon/") and "/sqlgen/" not in path:
        wrong = library_rule(path, include)
    elif path.startswith("services/"):
        wrong = service_rule(path, include, services)
    elif path.startswith("gateway/"):
        wrong = gateway_rule(include)
    else:
        wrong = None
    return wrong or foreign_rule(path, include)


def main(root):
    services = set(os.listdir(os.path.join(root, "services")))
    unlisted = {name for name in os.listdir(os.path.join(root, "libcommon"))
                if os.path.isdir(os.path.join(root, "libcommon", name))} - set(LIBRARIES)
    failures = [f"libcommon/{name} is not listed in tests/tree/layers.py" for name in sorted(unlisted)]
    passed = 0
    for path in sorted(sources(root)):
        with open(os.path.join(root, path), errors="replace") as source:
            for include in INCLUDE.findall(source.read()):
                wrong = check(path, include, services)
                if wrong:
                    failures.append(f"{path}: includes {include}: {wrong}")
                passed += not wrong
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
