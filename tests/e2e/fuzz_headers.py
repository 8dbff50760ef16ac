"""Every header that the gateway reads, missing, extra, wrong, huge, foreign and repeated, for every operation."""
import secrets

NOT_MINE = "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"
WRONG = ("", " ", "\x7f", "\xff\xfe", "a\tb", "%00", "'; SELECT 1 --", "-1", "9" * 300)
# What the gateway or somebody before it may read; values that have a form of their own.
READ = {
    "Accept": ("*/*", "text/html", "application/json;q=0", "a,b;q=9", ","),
    "Accept-Encoding": ("gzip", "identity;q=0", "*;q=0"),
    "Accept-Language": ("es-US", "*", "x" * 90),
    "Content-Language": ("tlh",),
    "Cookie": ("a=b", "=;=;"),
    "Expect": ("100-continue", "200-ok"),
    "Forwarded": ("for=127.0.0.1;host=evil",),
    "Idempotency-Key": ("k" * 256, "k\x01", "\u00e9"),
    "If-Match": ('"1"', "*", "W/"),
    "Origin": ("https://evil.example", "null"),
    "Range": ("bytes=0-0", "bytes=9999999999-"),
    "traceparent": ("00-" + "f" * 32 + "-" + "0" * 16 + "-01", "ff-" + "0" * 32),
    "tracestate": ("a=b", "=" * 600),
    "Upgrade": ("h2c", "websocket"),
    "X-Forwarded-For": ("1.2.3.4, 5.6.7.8", "unknown"),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-Request-Id": ("x" * 300, "a b", "\xe9"),
}
ONCE = ("Authorization", "Content-Type", "Content-Length", "Host", "Idempotency-Key", "Aegis-Tenant")


def body_of(fuzz, operation):
    return fuzz.dump(operation.example) if operation.has_body else None


def missing(fuzz, operation):
    body = body_of(fuzz, operation)
    if operation.has_body:
        fuzz.send(operation, "no Content-Type", body, headers=[("Content-Type", None)], wanted=(400, 403, 404, 415))
    if operation.needs_key:
        fuzz.send(operation, "no Idempotency-Key", body, headers=[("Idempotency-Key", None)], wanted=(400,))


def wrong(fuzz, operation):
    body = body_of(fuzz, operation)
    for name, values in READ.items():
        if name == "Expect" and body is None:
            continue
        for value in (*values, WRONG[fuzz.random.randrange(len(WRONG))]):
            fuzz.send(operation, f"{name}: {value[:12]!r}", body, headers=[(name, value)])
    if operation.needs_key:
        for value in ("", "k" * 256, "a b\x01"):
            fuzz.send(operation, f"key {value[:5]!r}", body, headers=[("Idempotency-Key", value)], wanted=(400,))
    for scheme in ("Basic dTpw", "bearer", "Bearer", "Digest x", "Bearer a b", "Negotiate"):
        refused = (400, 401) if operation.security else None
        fuzz.send(operation, scheme, body, token=False, headers=[("Authorization", scheme)], wanted=refused)


def extra_and_huge(fuzz, operation):
    body = body_of(fuzz, operation)
    fuzz.send(operation, "30 headers more", body, headers=[(f"X-Nobody-{i}", "1") for i in range(30)])
    fuzz.send(operation, "130 headers more", body, headers=[(f"X-Nobody-{i}", "1") for i in range(130)], wanted=(431,))
    for name in ("X-Nobody", "Idempotency-Key", "Aegis-Tenant", "Accept"):
        fuzz.send(operation, f"{name} of 20 kB", body, headers=[(name, "h" * 20000)], wanted=(431,))


def repeated(fuzz, operation):
    body = body_of(fuzz, operation)
    given = {"Authorization": f"Bearer {fuzz.token_for(operation)}", "Content-Type": "application/json",
             "Content-Length": str(len(body or b"")), "Host": "here", "Idempotency-Key": secrets.token_hex(8),
             "Aegis-Tenant": NOT_MINE}
    for name in ONCE:
        if name in ("Content-Type", "Content-Length") and body is None:
            continue
        # Those that the request has in any case come once more.  Who is no administrator has no Aegis-Tenant.
        times = 1 if name in ("Content-Length", "Host") else 2
        fuzz.send(operation, f"{name} twice", body, token=name != "Authorization",
                  headers=[(name, given[name])] * times, wanted=None if name == "Aegis-Tenant" else (400,))


def foreign(fuzz, operation):
    """Another organization's session, tenant and key: never a word of the other's."""
    body = body_of(fuzz, operation)
    other = fuzz.other
    for name, value in (("Aegis-Tenant", other.tenant), ("Aegis-Tenant", NOT_MINE), ("Host", "other.example"),
                        ("Origin", "https://other.example"), ("X-Request-Id", other.tenant)):
        is_host = name == "Host"
        fuzz.send(operation, f"foreign {name}", body, headers=[] if is_host else [(name, value)], host=value if is_host else None)
    if operation.variables and not operation.is_shared and not operation.is_for_all:
        theirs = {name: other.ids[kind] for name, kind in operation.kinds().items() if kind in other.ids}
        if theirs:
            fuzz.send(operation, "foreign ids", body, operation.fill({**fuzz.ids(operation), **theirs}),
                      wanted=(400, 401, 403, 404))
    for name in set(operation.query) & set(operation.refers):
        theirs = [other.ids[kind] for kind in operation.refers[name] if kind in other.ids]
        for value in (*theirs, NOT_MINE):
            fuzz.send(operation, f"foreign {name}", body, f"{operation.fill(fuzz.ids(operation))}?{name}={value}")


def all_of(fuzz, operation):
    for part in (missing, wrong, extra_and_huge, repeated, foreign):
        part(fuzz, operation)
