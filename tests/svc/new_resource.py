"""The resource that new_resource.sh added: made, listed, read, changed and removed, by its own organization alone."""
import os
import secrets
import sys

sys.path.insert(0, os.path.join(os.environ["AEGIS_ROOT"], "tests", "e2e"))
import fuzz_world as world  # noqa: E402

NOBODY = "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"


class Trial:
    def __init__(self):
        self.checks, self.cluster = world.Checks(), world.Cluster()
        self.acme = world.Tenant(self.cluster, "acme", f"ACME{secrets.token_hex(6)}")
        self.beta = world.Tenant(self.cluster, "beta", f"BETA{secrets.token_hex(6)}")

    def call(self, wanted, method, path, body=None, tenant=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.cluster.http.call(method, path, body, (tenant or self.acme).token, sent)
        got = answer.status if isinstance(wanted, int) else (answer.status, answer.reason)
        self.checks.check(got == wanted, f"{method} {path} {body}: {got}, not {wanted}: {answer.raw[:300]}")
        return answer

    def refuse(self, method, path, body, field, reason):
        answer = self.call((400, "INVALID_FIELDS"), method, path, body)
        named = [(f["field"], f["reason"]) for f in answer.json.get("fields", [])]
        self.checks.check(named == [(field, reason)], f"{method} {body}: {named}, not {field} {reason}")

    def creation(self):
        made = self.call(201, "POST", "/api/contacts", {"name": " Ann ", "topic": "support", "phone": "+1 512 555 0100"})
        self.checks.check((made["name"], made["topic"], made["version"]) == ("Ann", "support", "1"), f"made is {made.json}")
        self.refuse("POST", "/api/contacts", {"name": "  "}, "name", "REQUIRED")
        self.refuse("POST", "/api/contacts", {"name": "Ann", "id": NOBODY}, "id", "READ_ONLY")
        self.refuse("POST", "/api/contacts", {"name": "Ann", "phone": "by mail"}, "phone", "PATTERN")
        return made["id"]

    def change(self, path):
        tag = self.call(200, "GET", path).headers.get("ETag")
        self.checks.check(bool(tag), "an answer has no ETag")
        self.call(304, "GET", path, None, If_None_Match=tag)
        changed = self.call(200, "PATCH", path, {"name": "Bob"}, If_Match=tag)
        self.checks.check((changed["name"], changed["topic"], changed["phone"]) == ("Bob", "support", "+1 512 555 0100"), f"changed is {changed.json}")
        self.call((412, "PRECONDITION_FAILED"), "PATCH", path, {"name": "Eve"}, If_Match=tag)
        self.call((409, "VERSION_CONFLICT"), "PATCH", path, {"name": "Eve", "version": "1"})
        self.refuse("PATCH", path, {"topic": "billing"}, "topic", "CREATE_ONLY")
        self.refuse("PATCH", path, {"name": None}, "name", "NULL_VALUE")
        self.refuse("PATCH", path, {"name": " "}, "name", "REQUIRED")
        cleared = self.call(200, "PATCH", path, {"phone": None})
        self.checks.check(cleared["phone"] == "", f"cleared is {cleared.json}")

    def list(self, first):
        for name in ("Cy", "Di"):
            self.call(201, "POST", "/api/contacts", {"name": name})
        page = self.call(200, "GET", "/api/contacts?pageSize=2").json
        rest = self.call(200, "GET", f"/api/contacts?pageSize=2&pageToken={page['nextPageToken']}").json
        names = [one["name"] for one in page["contacts"] + rest["contacts"]]
        self.checks.check(names == ["Di", "Cy", "Bob"] and rest["contacts"][0]["id"] == first, f"listed are {names}")

    def isolation(self, path):
        for method, body in (("GET", None), ("PATCH", {"name": "Eve"}), ("DELETE", None)):
            self.call((404, "CONTACT_NOT_FOUND"), method, path, body, self.beta)
        self.checks.check(self.call(200, "GET", "/api/contacts", None, self.beta).json["contacts"] == [], "another organization lists it")

    def contract(self):
        paths = self.cluster.contract["paths"]
        parameter = paths["/api/contacts/{id}"]["get"]["parameters"][0]
        self.checks.check(parameter.get("x-aegis-resource") == ["contact"], f"the path's id is {parameter}")
        self.checks.check("404" in paths["/api/contacts/{id}"]["delete"]["responses"], "404 is not documented")

    def run(self):
        made = self.creation()
        path = f"/api/contacts/{made}"
        self.change(path)
        self.list(made)
        self.isolation(path)
        self.contract()
        self.call(204, "DELETE", path)
        self.call((404, "CONTACT_NOT_FOUND"), "GET", path)
        return self.checks.finish()


if __name__ == "__main__":
    sys.exit(Trial().run())
