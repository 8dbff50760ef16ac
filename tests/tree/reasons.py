"""Reasons: what is not listed does not compile, and the contract of an rpc names what its handler can answer.

usage: reasons.py SOURCE-DIR BUILD-DIR

The second check follows the calls of every handler through the sources of its daemon and of libcommon: a reason that a
function names is a reason of whoever calls the function or gives it to another as an argument.  Reasons of the database
come from the constraint map: an rpc has such a reason when one of its statements writes to the table of the constraint.
What a function answers itself instead of passing it on stands in HANDLED.
"""
import json
import os
import re
import subprocess
import sys

# file:function: reasons of what it calls that its own callers never see, because it looks at the failure or because what
# it asks for excludes them.
ANSWERS = {"ANSWERS_NOT_JSON", "ANSWERS_TOO_DEEP", "ANSWERS_TOO_LARGE"}
ALL = None
HANDLED = {
    # The contract gives page_size a minimum.
    "libcommon/svc/kit/page_token.c:page_size_of": {"INVALID_PAGE_SIZE"},
    # What is not JSON on its way out is UNWRITABLE_MESSAGE.
    "libcommon/pbjson/write.c:put_raw": {"JSON_TOO_COMPLEX", "MALFORMED_JSON"},
    # Answers that the gate itself makes up, and answers that were read with the same screener when they came.
    "libcommon/screener/gate/gate.c:screener_gate": ANSWERS,
    "services/consumer/session_view.c:add_questions": ANSWERS,
    "services/consumer/rpc/complete_session.c:evaluate": ANSWERS,
    "services/consumer/rpc/issue_code.c:check_state": ANSWERS,
    "services/consumer/rpc/replay_session.c:consumer_replay_session": ANSWERS | {"SESSION_EXPIRED"},  # staff: no session token
    "services/consumer/rpc/get_trace.c:consumer_get_trace": {"SESSION_EXPIRED"},
    # Who has an outcome has an attempt.
    "services/consumer/session_view.c:add_outcome": {"NOT_COMPLETED"},
    # What is refused depends on the step.
    "services/consumer/rpc/validate_code.c:consumer_validate_code": {"CODE_RESERVED", "ROLL_BACK_LIMIT", "TRANSACTION_ROLLED_BACK"},
    "services/consumer/rpc/reserve_code.c:consumer_reserve_code": {"ROLL_BACK_LIMIT"},
    "services/consumer/rpc/redeem_code.c:consumer_redeem_code": {"ROLL_BACK_LIMIT"},
    "services/consumer/rpc/roll_back_code.c:consumer_roll_back_code": {"CODE_RECALLED", "CODE_RESERVED", "TRANSACTION_ROLLED_BACK"},
    # program keeps the rows of deleted programs.
    "services/consumer/program_copy.c:program_copy_fetch": {"PROGRAM_NOT_FOUND"},
    # The tenant is new and has the id of the call.
    "services/auth/registration.c:registration_make_tenant": {"MEMBER_EXISTS", "TENANT_MISMATCH"},
    # A push only hurries what an event does anyway: a failure is logged.
    "services/tenant/tenant.c:push_membership": ALL,
    "services/tenant/standing.c:standing_push": ALL,
    # The heir becomes an owner.
    "services/tenant/rpc/pass_ownership.c:pass": {"LAST_OWNER"},
    # Any program can be ended, again as well.
    "services/program/rpc/end_program.c:program_end_program": {"PROGRAM_ENDED"},
    # The caller's own tenant.
    "services/program/rpc/create_program.c:zone_of_tenant": {"TENANT_NOT_FOUND"},
    # The published version is of the program's own row.
    "services/program/states.c:states_check_published": {"SCREENER_NOT_FOUND"},
    # The entry is in the tree of its checkpoint.
    "services/audit/rpc/get_event_proof.c:audit_get_event_proof": {"NO_SUCH_LEAF"},
}
# What the machinery around every handler answers.
OF_EVERY_CALL = {"INVALID_FIELDS", "INTERNAL", "DATA_LOSS", "UNAVAILABLE", "OVERLOADED", "RPC_BUSY", "NO_CONNECTION", "CONNECTION_LOST",
                 "KEYS_UNAVAILABLE", "DEADLINE", "DEADLINE_EXCEEDED", "EXPIRED_IN_QUEUE", "CALL_TOO_LARGE", "REPLY_TOO_LARGE"}
# One for each status code, for reasons of other versions.
GENERAL = {"ABORTED", "ALREADY_EXISTS", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED", "FAILED_PRECONDITION", "INTERNAL",
           "INVALID_ARGUMENT", "NOT_FOUND", "OUT_OF_RANGE", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED",
           "UNAVAILABLE", "UNIMPLEMENTED", "UNKNOWN"}
# What the gateway answers in front of the handler.
OF_THE_GATEWAY = {"SESSION_TOKEN_INVALID"}
# Reasons of the machinery below every handler; the generator adds them to each operation (openapi_responses.c).
MACHINERY = re.compile(r"libcommon/(db|rpc)/|libcommon/svc/serve/(tx|idempotency|dispatch|worker|pool|server)\.c")
DEFINITION = re.compile(r"^(?![#\s/}*])[^;{}=]*?\b([A-Za-z_]\w*)\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)
NOT_CODE = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])+'""", re.S)
NAMED = re.compile(r"\bFAIL\((\w+)\)|(?<![=!]= )\bREASON_(\w+)")
WORD = re.compile(r"\b[a-z_]\w*\b")


class Function:
    def __init__(self, path, name, body, is_static):
        self.path, self.name, self.is_static = path, name, is_static
        self.words = set(WORD.findall(body))
        self.reasons = {a or b for a, b in NAMED.findall(body)} - {"NONE"}


def read_list(root, name):
    with open(os.path.join(root, "proto/manifest", name), encoding="utf-8") as lines:
        return {line.split("|")[0].strip() for line in lines if "|" in line and not line.startswith("#")}


def functions_of(root, folder):
    for where, _, names in os.walk(os.path.join(root, folder)):
        for name in sorted(names):
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.join(where, name)
            with open(path, encoding="utf-8") as source:
                text = NOT_CODE.sub(lambda m: "" if m[0].startswith("/*") else '""', source.read())
            for m in DEFINITION.finditer(text):
                yield Function(os.path.relpath(path, root), m[1], m[2], m[0].startswith("static"))


class Code:
    """All functions of one daemon and of libcommon, and what a function can answer."""

    def __init__(self, functions, extra):
        self.local, self.shared, self.known = {}, {}, {}
        for f in functions:
            self.local[f.path, f.name] = f
            if not f.is_static or f.path.endswith(".h"):
                self.shared.setdefault(f.name, f)
        self.extra = extra

    def find(self, path, name):
        return self.local.get((path, name)) or self.shared.get(name)

    def ways(self, function, on_the_way=()):
        """Reason: the calls that lead to it."""
        if function in self.known:
            return self.known[function]
        found = {reason: (function.name,) for reason in function.reasons}
        for word in sorted(function.words):
            for reason in self.extra.get(word, ()):
                found.setdefault(reason, (function.name, word))
            callee = self.find(function.path, word)
            if callee and callee is not function and callee not in on_the_way:
                for reason, way in self.ways(callee, (*on_the_way, function)).items():
                    found.setdefault(reason, (function.name, *way))
        handled = HANDLED.get(f"{function.path}:{function.name}", set())
        found = {} if handled is ALL else {reason: way for reason, way in found.items() if reason not in handled}
        # What a circle left out is only complete when nothing of the circle is being looked at.
        if not on_the_way:
            self.known[function] = found
        return found


CONSTRAINT_MAP = re.compile(r"db_constraint_map \w+\[\] = \{(.*?)\n\};", re.S)
MAPPED = re.compile(r'\{"(\w+)", REASON_(\w+)\}')
QUERY = re.compile(r"^-- name: (\w+).*?$(.*?)(?=^-- name: |\Z)", re.M | re.S)
WRITE = re.compile(r"\b(INSERT INTO|UPDATE)\s+([a-z_]+\.[a-z_]+)\b((?:(?!INSERT INTO|UPDATE).)*)", re.S)


def read_all(root, folder, ending):
    texts = []
    for where, _, names in os.walk(os.path.join(root, folder)):
        for name in sorted(names):
            if name.endswith(ending):
                with open(os.path.join(where, name), encoding="utf-8") as source:
                    texts.append(source.read())
    return "\n".join(texts)


def constraint_of(sql, name):
    """(table, its words) of a constraint or a unique index."""
    index = re.search(rf"INDEX {name} ON ([a-z_]+\.[a-z_]+) (.*?);", sql, re.S)
    if index:
        return index[1], set(WORD.findall(index[2].split("WHERE")[0]))
    for table in re.finditer(r"(?:CREATE|ALTER) TABLE ([a-z_]+\.[a-z_]+)(.*?);", sql, re.S):
        inside = re.search(rf"CONSTRAINT {name} (.*?)$", table[2], re.M)
        if inside:
            return table[1], set(WORD.findall(inside[1]))
    return None, set()


def reasons_of_queries(root, daemon):
    """q_<name>: the reasons of the constraints that the statement can break."""
    mapped = {constraint: reason for rows in CONSTRAINT_MAP.findall(read_all(root, f"services/{daemon}", ".c"))
              for constraint, reason in MAPPED.findall(rows)}
    sql = read_all(root, f"services/{daemon}/sql", ".sql")
    found = {}
    for constraint, reason in mapped.items():
        table, words = constraint_of(sql, constraint)
        if not table:
            raise SystemExit(f"services/{daemon}: no migration has the constraint {constraint}")
        for name, text in QUERY.findall(sql):
            for verb, target, rest in WRITE.findall(text):
                # Of an UPDATE only what is SET counts; {row.set} may set every column.
                written = rest.split("WHERE")[0]
                changed = set(WORD.findall(written)) if verb == "UPDATE" and ".set}" not in written else words
                if target == table and words & changed - {"tenant_id"}:
                    for suffix in ("", "_later", "_ask"):
                        found.setdefault(f"q_{name}{suffix}", set()).add(reason)
    return found


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


RPC = re.compile(r"^  rpc (\w+)\(.*?^  \}", re.M | re.S)
REASONS = re.compile(r"reasons:\s*\[(.*?)\]", re.S)


def contract(root):
    """(daemon, rpc): the reasons that its rule names."""
    rules = {}
    for daemon in sorted(os.listdir(os.path.join(root, "services"))):
        path = os.path.join(root, f"proto/aegis/{daemon}/v1/{daemon}.proto")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as source:
            for m in RPC.finditer(source.read()):
                listed = REASONS.search(m[0])
                rules[daemon, m[1]] = set(re.findall(r'"(\w+)"', listed[1])) if listed else set()
    return rules


def reference(build):
    """(daemon, rpc): every reason that openapi.json documents for a public operation, also those of the generator."""
    with open(os.path.join(build, "gen/gateway/openapi.json"), encoding="utf-8") as document:
        paths = json.load(document)["paths"]
    documented = {}
    for operation in (o for path in paths.values() for o in path.values() if isinstance(o, dict)):
        daemon, _, rpc = operation.get("operationId", "").partition(".")
        documented.setdefault((daemon, rpc), set()).update(
            reason for response in operation["responses"].values()
            for content in response.get("content", {}).values()
            for part in content.get("schema", {}).get("allOf", ())
            for reason in part.get("properties", {}).get("reason", {}).get("enum", ()))
    return documented


def check_contract(root, build):
    """What the reference leaves out and what a rule names in vain."""
    documented = reference(build)
    public = read_list(root, "reasons.txt")
    rules = contract(root)
    common = [f for f in functions_of(root, "libcommon") if not MACHINERY.match(f.path)]
    peers = {f"call_{daemon}_{snake(rpc)}": reasons for (daemon, rpc), reasons in rules.items()}
    handlers, used = 0, {f"{f.path}:{f.name}" for f in common}
    for daemon in sorted({daemon for daemon, _ in rules}):
        own = list(functions_of(root, f"services/{daemon}"))
        used |= {f"{f.path}:{f.name}" for f in own}
        code = Code(own + common, {**peers, **reasons_of_queries(root, daemon)})
        for (of, rpc), listed in rules.items():
            handler = code.shared.get(f"{daemon}_{snake(rpc)}") if of == daemon else None
            if of != daemon:
                continue
            if not handler:
                yield f"{daemon}.{rpc} has no handler"
                continue
            handlers += 1
            ways = {reason: way for reason, way in code.ways(handler).items() if reason in public}
            shown = documented.get((daemon, rpc), OF_EVERY_CALL)
            for reason in sorted(set(ways) - listed - shown):
                yield f"{daemon}.{rpc} can answer {reason} ({' > '.join(ways[reason])}), but its rule does not name it"
            if (daemon, rpc) in documented:
                for reason in sorted(OF_EVERY_CALL - shown):
                    yield f"{daemon}.{rpc}: the reference does not document {reason}"
            for reason in sorted(listed - set(ways) - OF_THE_GATEWAY):
                yield f"{daemon}.{rpc} names {reason}, but nothing that its handler calls answers so"
    for place in sorted(set(HANDLED) - used):
        yield f"tests/tree/reasons.py: there is no {place}"
    if handlers < 80:
        yield f"only {handlers} handlers were found"


def check_use(root):
    """A reason that nothing answers is none."""
    named = set()
    for folder in ("libcommon", "gateway", "services", "tests"):
        text = read_all(root, folder, (".c", ".h"))
        named |= {a or b for a, b in NAMED.findall(text)}
    # EDGE_REFUSALS: each is a reason of the same name.
    named |= set(re.findall(r"^\tX\((\w+), \d+,", read_all(root, "gateway", ".h"), re.M))
    for name in ("reasons.txt", "internal_reasons.txt"):
        for reason in sorted(read_list(root, name) - named - GENERAL):
            yield f"proto/manifest/{name}: nothing answers {reason}"


def compiles(build, statement):
    """Does the compiler of the build take a function with this statement?"""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.+)$", cache.read(), re.M)[1]
    source = f'#include "base/status.h"\nstruct status f(void)\n{{\n\t{statement}\n}}\n'
    root = sys.argv[1]
    run = subprocess.run([compiler, "-std=gnu2x", "-fsyntax-only", "-xc", "-", f"-I{root}/libcommon", f"-I{build}/gen"],
                         input=source, text=True, capture_output=True, check=False)
    return run.returncode == 0


def check_compiler(build):
    for statement in ("return FAIL(PROGRAM_ENDED);", "return STOP;"):
        if not compiles(build, statement):
            yield f"'{statement}' does not compile"
    for statement in ("return FAIL(NO_SUCH_REASON);", 'return FAIL(NOT_FOUND, "PROGRAM_NOT_FOUND");',
                      'return FAIL("PROGRAM_NOT_FOUND");', "return FAIL();"):
        if compiles(build, statement):
            yield f"'{statement}' compiles"


def main(root, build):
    failures = [*check_contract(root, build), *check_use(root), *check_compiler(build)]
    for failure in failures:
        print(failure)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
