"""A TypeScript client generated from the running gateway's openapi.json: type-checked without a cast, then run.

client.py WORK
"""
import json
import os
import subprocess
import sys
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]
import run  # noqa: E402
import world  # noqa: E402

WORK = sys.argv[1]


def node(*command):
    done = subprocess.run(command, cwd=WORK, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


journey = world.told_journey(["tenant"])
url = os.environ["AEGIS_E2E_URL"]
run.beside_packages(HERE, WORK, "client.ts", "tsconfig.json")
with urllib.request.urlopen(f"{url}/openapi.json") as answer, open(os.path.join(WORK, "openapi.json"), "wb") as out:
    out.write(answer.read())
with open(os.path.join(WORK, "account.json"), "w") as out:
    json.dump({"url": url, "email": journey.acme["email"], "password": journey.acme["password"]}, out)
node("node_modules/.bin/openapi-typescript", "openapi.json", "-o", "schema.ts")
node("node_modules/.bin/tsc", "-p", "tsconfig.json")
with open(os.path.join(HERE, "client.ts")) as text:
    casts = [line for line in text if " as " in line or ": any" in line or "<any>" in line]
if casts:
    sys.exit(f"the client has casts: {casts}")
print(node("node", "client.js"))
