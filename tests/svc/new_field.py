"""The field that new_field.sh added: given, answered, changed, cleared, and refused when it is too long."""
import os
import secrets
import sys

sys.path.insert(0, os.path.join(os.environ["AEGIS_ROOT"], "tests", "e2e"))
import fuzz_world as world  # noqa: E402


def main():
    checks, cluster = world.Checks(), world.Cluster()
    tenant = world.Tenant(cluster, "field", f"FIELD{secrets.token_hex(6)}")

    def expect(status, reward, method, path, body=None):
        answer = cluster.http.call(method, path, body, tenant.token)
        said = (answer.json or {}).get("reward")
        checks.check((answer.status, said) == (status, reward), f"{method} {body}: {answer.status} {answer.raw[:300]}")
        return answer

    base = {"name": "Statin savings", "drug": "rosuvastatin"}
    made = expect(201, "5 dollars", "POST", "/api/programs", {**base, "reward": " 5 dollars "})
    path = f"/api/programs/{made['id']}"
    expect(201, "", "POST", "/api/programs", base)
    expect(200, "5 dollars", "GET", path)
    expect(200, "7 dollars", "PATCH", path, {"reward": "7 dollars"})
    expect(200, "7 dollars", "PATCH", path, {"name": "Statins"})
    expect(200, "7 dollars", "GET", path)
    for method, where, rest in (("POST", "/api/programs", base), ("PATCH", path, {})):
        refused = expect(400, None, method, where, {**rest, "reward": "x" * 41})
        checks.check([(f["field"], f["reason"]) for f in refused.json["fields"]] == [("reward", "TOO_LONG")], f"{method}: {refused.raw[:300]}")
    expect(200, "", "PATCH", path, {"reward": None})
    schemas = cluster.contract["components"]["schemas"]
    for name in ("program.Program", "program.ProgramCreate", "program.ProgramUpdate"):
        checks.check("reward" in schemas[name]["properties"], f"openapi.json: {name} lacks it")
    checks.check("reward" in schemas["program.Program"]["required"], "openapi.json: an answer may lack it")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
