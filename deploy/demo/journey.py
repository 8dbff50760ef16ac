"""The demo journey: one patient-assistance program from registration to proof.

Plain HTTP through the gateway only, told as a story; exit status 1 when any step is
not as it should be.  deploy/aegis demo runs it against the running cluster.
"""
import argparse
import base64
import email
import email.policy
import glob
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import screener as screeners  # noqa: E402
from client import Client, Problem, poll  # noqa: E402

COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
TICK = "\033[32m✓\033[0m" if COLOUR else "ok"


def told(text):
    print(f"    {TICK} {text}", flush=True)


def chapter(text):
    print(f"\n  \033[1m{text}\033[0m" if COLOUR else f"\n  {text}", flush=True)


def expect(answer, status, reason=None):
    """The answer itself when it is as it should be."""
    if answer.status != status or (reason and answer.reason != reason):
        wanted = f"{status} {reason or ''}".strip()
        raise Problem(f"expected {wanted}, got {answer.status} {answer.reason}: {answer.raw[:600].decode(errors='replace')}")
    return answer


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r", "")


def as_read(mail, hidden):
    """What the person sees of it, without the secret."""
    lines = [f"{name}: {mail[name]}" for name in ("Date", "To", "Subject")] + text_of(mail).replace(hidden, f"{hidden[:4]}…").split("\n")
    return "".join(f"\n        | {line[:100]}" for line in lines if line.strip())


class Journey:
    def __init__(self, args):
        self.args = args
        self.http = Client(args.url)
        self.run = secrets.token_hex(4)
        self.state = {}
        self.other = None

    def call(self, method, path, body=None, token=None, status=200, reason=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return expect(self.http.call(method, path, body, token, sent), status, reason)

    # -- mail -----------------------------------------------------------------

    def mail_to(self, address):
        """The newest mail to this address, parsed."""
        for path in sorted(glob.glob(os.path.join(self.args.mail, "*.eml")), reverse=True):
            try:
                with open(path, "rb") as file:
                    mail = email.message_from_binary_file(file, policy=email.policy.default)
            except FileNotFoundError:
                # The sink removes the oldest mails while the folder is read.
                continue
            if mail["To"] and address in mail["To"]:
                return mail
        return None

    # -- the story --------------------------------------------------------------

    def register(self, organization):
        person = {"email": f"owner-{secrets.token_hex(4)}@{organization.lower().split()[0]}.example",
                  "password": secrets.token_urlsafe(18), "name": "Ann Owner", "organizationName": organization}
        answer = self.call("POST", "/api/auth/register", person, status=201)
        person["token"] = answer["accessToken"]
        person["refresh"] = answer["refreshToken"]
        person["tenant"] = answer["organization.id"]
        return person

    def mailed_link(self, person):
        """The path behind the link that confirms the address."""
        mail = poll(20, "the verification mail", lambda: self.mail_to(person["email"]))
        link = re.search(r"\S+/api/auth/verify-email/(\S+)", text_of(mail))
        if not link or not link.group(0).startswith(self.args.url):
            raise Problem("the verification mail does not lead here")
        return link.group(0)[len(self.args.url):]

    def login(self, person):
        answer = self.call("POST", "/api/auth/login", {k: person[k] for k in ("email", "password")})
        person["token"], person["refresh"] = answer["accessToken"], answer["refreshToken"]

    def confirm(self, person):
        """Follows the mailed link; the next token says that the address is confirmed."""
        self.call("POST", self.mailed_link(person))
        self.login(person)

    def tenant(self):
        chapter("Acme Pharma signs up")
        self.acme = self.register("Acme Pharma")
        told(f"registered as {self.acme['email']}, tenant {self.acme['tenant']}")
        self.call("POST", "/api/auth/register", {**{k: self.acme[k] for k in ("email", "password", "name")},
                                                 "organizationName": "Acme again"}, status=409, reason="EMAIL_TAKEN")
        told("the same address again is refused: 409")
        self.login(self.acme)
        me = self.call("GET", "/api/auth/me", token=self.acme["token"])
        tenant = self.call("GET", "/api/tenants/me", token=self.acme["token"])
        if tenant["name"] != "Acme Pharma" or me["organization.role"] != "owner":
            raise Problem("the tenant or the role is not what was registered")
        told("signed in; owner of “Acme Pharma”")
        self.call("POST", "/api/auth/login", {"email": self.acme["email"], "password": "not the password"},
                  status=401, reason="BAD_CREDENTIALS")
        link = self.mailed_link(self.acme)
        letter = {"to": "partner@pharmacy.example", "subject": "Good news", "text": "We have a program."}
        self.call("POST", "/api/notifications/email", letter, token=self.acme["token"], status=403, reason="EMAIL_NOT_VERIFIED")
        self.call("PUT", "/api/settings", {"alertEmails": [letter["to"]]}, token=self.acme["token"], status=403,
                  reason="EMAIL_NOT_VERIFIED")
        told("until then nothing may be sent to others: 403")
        self.call("GET", link)
        if self.call("GET", "/api/auth/me", token=self.acme["token"])["user.emailVerified"]:
            raise Problem("opening the link confirmed the address: a mail scanner would have done so")
        self.call("POST", link)
        if not self.call("GET", "/api/auth/me", token=self.acme["token"])["user.emailVerified"]:
            raise Problem("the address is not verified")
        told("the verification mail has arrived; the button behind its link confirms the address")
        self.login(self.acme)
        self.call("POST", "/api/notifications/email", letter, token=self.acme["token"], status=202,
                  Idempotency_Key=f"letter-{secrets.token_hex(8)}")
        mail = poll(20, "the mail to a partner", lambda: self.mail_to(letter["to"]))
        if str(mail["From"]) != "Acme Pharma via Aegis <no-reply@aegis.example>":
            raise Problem(f"the mail comes from {mail['From']}")
        told(f"a mail to a partner has left, from {mail['From']}")

    def program(self):
        chapter("A patient-assistance program for a statin")
        token = self.acme["token"]
        program = self.call("POST", "/api/programs", {
            "name": "Statin assistance", "drug": "rosuvastatin 5 mg", "sponsor": "Acme Pharma", "codeBudget": 100},
            token=token, status=201)
        self.program_id, self.public_id = program["id"], program["publicId"]
        self.call("POST", f"/api/programs/{self.program_id}:activate", {}, token=token, status=400, reason="NO_PUBLISHED_SCREENER")
        table = json.dumps(screeners.guideline_table(), separators=(",", ":"))
        sha256 = self.call("POST", "/api/reference-tables", {"document": table}, token=token, status=201)["sha256"]
        if sha256 != hashlib.sha256(table.encode()).hexdigest():
            raise Problem("the reference table was not kept byte for byte")
        told("the poverty guidelines 2023 to 2026 are stored under their SHA-256")
        document = screeners.screener(sha256)
        broken = json.loads(json.dumps(document))
        broken["rules"][5]["if"] = {"<=": [{"var": "incme"}, 4]}
        version = self.call("POST", f"/api/programs/{self.program_id}/screeners", {"document": broken}, token=token, status=201)
        at = f"/api/programs/{self.program_id}/screeners/{version['version']}"
        findings = self.call("POST", f"{at}:validate", {}, token=token)
        if findings.json.get("publishable") or not findings["findings"]:
            raise Problem("a rule that names no question was not found")
        told(f"a misspelt question is found before publication: {findings['findings.0.pointer']}")
        self.call("POST", f"{at}:publish", {}, token=token, status=400, reason="SCREENER_INVALID")
        self.call("PATCH", at, {"document": document}, token=token)
        if not self.call("POST", f"{at}:validate", {}, token=token)["publishable"]:
            raise Problem("the mended screener does not validate")
        published = self.call("POST", f"{at}:publish", {}, token=token)
        told(f"published version {published['version']}, {len(document['tests'])} embedded tests green, sha256 {published['contentHash'][:16]}…")
        self.call("PATCH", at, {"document": document}, token=token, status=400, reason="SCREENER_PUBLISHED")
        self.call("POST", f"/api/programs/{self.program_id}:activate", {}, token=token)
        told("immutable from now on; the program is active")

    def take(self, changes, locale="en-US", missing=None):
        """A consumer from start to outcome; what is missing is found out first, then left out on purpose."""
        started = self.call("POST", "/api/screening-sessions", {
            "programId": self.public_id, "locale": locale, "deviceClass": "phone"}, status=201)
        session, token = started["session.id"], started["sessionToken"]
        answers = {k: v for k, v in {**screeners.GOOD, **changes}.items() if v is not None}
        half = dict(list(answers.items())[:3])
        self.call("PUT", f"/api/screening-sessions/{session}/answers", {"answers": half}, token=token)
        self.call("PUT", f"/api/screening-sessions/{session}/answers", {"answers": answers}, token=token)
        complete = f"/api/screening-sessions/{session}/complete"
        if missing:
            refused = self.call("POST", complete, {}, token=token, status=400, reason="QUESTIONS_OPEN")
            if [field["field"] for field in refused["fields"]] != [f"answers.{missing}"]:
                raise Problem(f"the open question is not named: {refused['fields']}")
        done = self.call("POST", complete, {"endUnfinished": bool(missing)}, token=token)
        return session, token, done

    def consumers(self):
        chapter("Three consumers take the screener")
        self.session, self.session_token, done = self.take({})
        if done["outcome.id"] != "eligible" or not done["outcome.mayIssueCode"]:
            raise Problem(f"the eligible consumer is {done['outcome.id']}")
        told("the first: household of two, $52,000 a year → eligible")
        session, token, done = self.take({"insurance": "government"}, locale="es-US")
        if done["outcome.id"] != "not_eligible":
            raise Problem(f"the second consumer is {done['outcome.id']}")
        self.call("POST", f"/api/screening-sessions/{session}/verification-code", {}, token=token,
                  status=400, reason="NOT_ELIGIBLE", Idempotency_Key=secrets.token_hex(16))
        told("the second: government insurance → not eligible, no code")
        session, token, done = self.take({"income": None}, missing="income")
        if done["outcome.id"] != "needs_review" or done.json["outcome"].get("mayIssueCode"):
            raise Problem("an unanswered income let a consumer through")
        self.call("POST", f"/api/screening-sessions/{session}/verification-code", {}, token=token,
                  status=400, reason="NOT_ELIGIBLE", Idempotency_Key=secrets.token_hex(16))
        told("the third is asked for the income, ends without → unknown is not a pass: no code")

    def code(self):
        chapter("A single-use code, and a pharmacy")
        address = f"patient-{self.run}@consumer.example"
        key = secrets.token_hex(16)
        path = f"/api/screening-sessions/{self.session}/verification-code"
        issued = self.call("POST", path, {"email": address}, token=self.session_token, status=201, Idempotency_Key=key)
        again = self.call("POST", path, {"email": address}, token=self.session_token, status=201, Idempotency_Key=key)
        if issued["code"] != again["code"]:
            raise Problem("the same Idempotency-Key gave another code")
        self.code_text = issued["code"]
        told(f"code {self.code_text[:4]}-****-**** issued; the second click gives the same one")
        mail = poll(20, "the code mail", lambda: self.mail_to(address))
        if self.code_text not in text_of(mail):
            raise Problem("the mail does not carry the code")
        told("the mail with the code has arrived:" + as_read(mail, self.code_text))
        token = self.acme["token"]
        partner = self.call("POST", "/api/partners", {"name": f"Corner Pharmacy {self.run}", "kind": "pharmacy"}, token=token, status=201)
        self.partner_id = partner["id"]
        made = self.call("POST", f"/api/partners/{self.partner_id}/api-keys",
                         {"name": "till 1", "scopes": ["codes:verify", "codes:redeem"]}, token=token, status=201)
        self.partner_key = made["secret"]
        self.call("POST", "/api/verification-codes/validate", {"code": self.code_text}, token=self.partner_key)
        self.call("POST", "/api/verification-codes/validate", {"code": self.code_text[:-1] + ("0" if self.code_text[-1] != "0" else "1")},
                  token=self.partner_key, status=400, reason="CODE_NOT_VALID")
        till = {"code": self.code_text, "terminalId": "till-1", "transactionId": f"tx-{self.run}"}
        key = secrets.token_hex(16)
        self.call("POST", "/api/verification-codes/redeem", till, token=self.partner_key, status=400,
                  reason="IDEMPOTENCY_KEY_REQUIRED")
        redeemed = self.call("POST", "/api/verification-codes/redeem", till, token=self.partner_key, Idempotency_Key=key)
        self.code_id = redeemed["id"]
        if redeemed["status"] != "redeemed":
            raise Problem("the redemption did not redeem")
        self.call("POST", "/api/verification-codes/redeem", till, token=self.partner_key, Idempotency_Key=key)
        told("the pharmacy validates and redeems it; a lost reply can be asked for again with the same key")
        self.call("POST", "/api/verification-codes/redeem", {**till, "transactionId": "tx-2"}, token=self.partner_key,
                  status=400, reason="CODE_NOT_VALID", Idempotency_Key=secrets.token_hex(16))
        told("a second redemption fails")

    def stranger(self):
        chapter("Another tenant sees nothing of it")
        self.other = self.register("Beta Clinic")
        token = self.other["token"]
        for path in (f"/api/programs/{self.program_id}", f"/api/programs/{self.program_id}/screeners",
                     f"/api/partners/{self.partner_id}", f"/api/screening-sessions/{self.session}/trace",
                     f"/api/tenants/{self.acme['tenant']}/compliance/events"):
            self.call("GET", path, token=token, status=404)
        if self.call("GET", "/api/programs", token=token).json.get("programs"):
            raise Problem("Beta Clinic sees programs of others")
        told("five of Acme's addresses answer 404, its lists are empty")

    # -- compliance ----------------------------------------------------------------

    def leie(self, rows):
        header = ('"LASTNAME","FIRSTNAME","MIDNAME","BUSNAME","GENERAL","SPECIALTY","UPIN","NPI","DOB","ADDRESS","CITY",'
                  '"STATE","ZIP","EXCLTYPE","EXCLDATE","REINDATE","WAIVERDATE","WVRSTATE"\r\n')
        path = os.path.join(self.args.web, f"leie-{self.run}.csv")
        with open(path + ".new", "w") as out:
            out.write(header)
            for last, first, npi, state in rows:
                out.write(f'"{last}","{first}","","","PHARMACIST","","","{npi}","19700101","1 MAIN ST","AUSTIN","{state}","73301",'
                          '"1128a1","20260120","00000000","00000000",""\r\n')
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)

    def administrator(self):
        email, password = f"admin-{self.run}@platform.example", secrets.token_urlsafe(18)
        done = subprocess.run([*self.args.admin_command.split(), "--email", email], capture_output=True, text=True, check=False)
        found = re.search(r"[a-z_]+_[0-9A-Za-z]{76}", done.stdout)
        if done.returncode != 0 or not found:
            raise Problem(f"aegisctl admin create: {done.stdout}{done.stderr}")
        self.admin = {"email": email, "password": password}
        answer = self.call("POST", "/api/auth/admin-invitations/accept", {
            "token": found.group(0), "password": password}, status=201)
        return answer["accessToken"]

    def compliance(self):
        chapter("A public source changes")
        admin = self.administrator()
        told("a platform administrator accepted the one-time link of `aegisctl admin create`")
        people = [("ROE", "RICHARD", "1234567893", "TX"), ("DOE", "JANE", "0000000000", "CA")]
        self.leie(people)
        source = self.call("POST", "/api/compliance/sources", {
            "name": f"OIG LEIE supplement {self.run}", "kind": "leie_supplement", "url": f"{self.args.web_url}/leie-{self.run}.csv",
            "onlyTenantId": self.acme["tenant"]},
            token=admin, status=201)["id"]
        self.call("POST", "/api/compliance/subscriptions", {"sourceId": source}, token=self.acme["token"], status=201)
        self.call("PUT", "/api/settings", {"alertEmails": [f"compliance-{self.run}@acme.example"]}, token=self.acme["token"])
        first = self.call("POST", f"/api/compliance/sources/{source}:sync", {}, token=admin)
        self.leie(people + [("POE", "PETER", "1245319599", "TX")])
        second = self.call("POST", f"/api/compliance/sources/{source}:sync", {}, token=admin)
        if first["rows"] != 2 or second["added"] != 1:
            raise Problem(f"the source was read as {first.json} and {second.json}")
        told("the exclusion list was read twice: one person was added in between")
        if self.other and self.call("GET", "/api/compliance/sources", token=self.other["token"]).json.get("sources"):
            raise Problem("Beta Clinic sees the demo's list")
        base = f"/api/tenants/{self.acme['tenant']}/compliance/events"

        def active():
            return self.call("GET", f"{base}?status=active", token=self.acme["token"]).json.get("events")

        event = poll(20, "the compliance event", active)[0]
        self.call("POST", f"{base}/{event['id']}/acknowledge", {"note": "checked: not one of ours"}, token=self.acme["token"])
        if self.call("GET", f"{base}/{event['id']}", token=self.acme["token"])["status"] != "acknowledged":
            raise Problem("the event is not acknowledged")
        told(f"it raised “{event['title']}” for Acme, who acknowledged it")
        poll(30, "the alert mail", lambda: self.mail_to(f"compliance-{self.run}@acme.example"))
        told("and the alert reached Acme's compliance mailbox")

    # -- audit -----------------------------------------------------------------------

    def verify(self, path, key):
        done = subprocess.run([self.args.ctl, "audit", "verify", path, "--key", key], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()

    def export(self, token):
        export = self.call("POST", "/api/audit/exports", {"purpose": "demo"}, token=token, status=201)
        lines = [json.dumps({"format": "aegis-audit/1", "checkpoint": export["checkpoint"]})]
        page = ""
        while True:
            at = f"/api/audit/exports/{export['id']}/entries?pageSize=200" + (f"&pageToken={page}" if page else "")
            answer = self.call("GET", at, token=token)
            lines += [json.dumps({"index": int(entry["index"]), "leaf": entry["leaf"]}) for entry in answer.json.get("entries", [])]
            page = answer.json.get("nextPageToken", "")
            if not page:
                return lines

    def audit(self):
        chapter("The audit log proves itself")
        token = self.acme["token"]

        def redemption():
            return self.call("GET", f"/api/audit/events?action=code.redeemed&targetId={self.code_id}", token=token).json.get("events")

        event = poll(20, "the redemption's audit event", redemption)[0]
        proof = self.call("GET", f"/api/audit/events/{event['id']}/proof", token=token)
        if not inclusion_holds(proof.json):
            raise Problem("the inclusion proof does not hold")
        told(f"the redemption is entry {proof['index']} of {proof['treeSize']}; its proof of {len(proof.json.get('hashes', []))} hashes holds")
        key = self.call("GET", "/api/audit/key", token=token)["verifierKey"]
        lines = self.export(token)
        folder = os.path.dirname(self.args.state)
        good, bad = os.path.join(folder, "audit-export.jsonl"), os.path.join(folder, "audit-tampered.jsonl")
        write_lines(good, lines)
        status, said = self.verify(good, key)
        if status != 0:
            raise Problem(f"the export does not verify: {said}")
        told(f"offline: {said}")
        index = int(proof["index"])
        entry = json.loads(lines[index + 1])
        leaf = base64.b64decode(entry["leaf"]).replace(b"code.redeemed", b"code.validated")
        entry["leaf"] = base64.b64encode(leaf).decode()
        write_lines(bad, lines[:index + 1] + [json.dumps(entry)] + lines[index + 2:])
        status, said = self.verify(bad, key)
        if status != 1:
            raise Problem("a tampered copy was not caught")
        told("a copy in which the redemption was changed is caught")
        self.entries = len(lines) - 1

    def figures(self, started):
        seconds = time.monotonic() - started
        print(f"\n  {self.http.requests} requests in {seconds:.1f} s; mean {1000 * self.http.seconds / self.http.requests:.1f} ms, "
              f"slowest {1000 * self.http.slowest:.0f} ms; {self.entries} audit entries verified\n")

    def save(self):
        state = {"owner": {k: self.acme[k] for k in ("email", "password")}, "admin": self.admin, "tenantId": self.acme["tenant"],
                 "programId": self.program_id, "publicProgramId": self.public_id, "partnerKey": self.partner_key}
        partial = self.args.state + ".new"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(state, out, indent=1)
        os.rename(partial, self.args.state)

    STEPS = ("tenant", "program", "consumers", "code", "stranger", "compliance", "audit")


def write_lines(path, lines):
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n")


def inclusion_holds(proof):
    """RFC 9162 2.1.3.2, from the leaf's own bytes up to the root."""
    def node(left, right):
        return hashlib.sha256(b"\1" + left + right).digest()

    index, last = int(proof["index"]), int(proof["treeSize"]) - 1
    value = hashlib.sha256(b"\0" + base64.b64decode(proof["leaf"])).digest()
    for text in proof.get("hashes", []):
        sibling = bytes.fromhex(text)
        if last == 0:
            return False
        if index & 1 or index == last:
            value = node(sibling, value)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            value = node(value, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and value.hex() == proof["rootHash"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of the gateway")
    parser.add_argument("--mail", required=True, help="directory of the mail sink")
    parser.add_argument("--web", required=True, help="directory that --web-url serves")
    parser.add_argument("--web-url", required=True)
    parser.add_argument("--state", required=True, help="where logins and keys are kept for `deploy/aegis env`")
    parser.add_argument("--ctl", required=True, help="the aegisctl program")
    parser.add_argument("--admin-command", required=True, help="what creates a platform administrator")
    parser.add_argument("--until", choices=Journey.STEPS, help="stop after this step")
    args = parser.parse_args()
    journey, started = Journey(args), time.monotonic()
    step = ""
    try:
        for step in Journey.STEPS:
            getattr(journey, step)()
            if step == args.until:
                return 0
    except (Problem, KeyError, IndexError, OSError, ValueError) as problem:
        print(f"\n  The journey failed at “{step}”: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    journey.save()
    journey.figures(started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
