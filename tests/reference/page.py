"""The page at /docs of the running gateway, in a browser: page.py WORK.

Every view is rendered, the views that differ are searched by axe in both color schemes and at two widths, a person signs in and calls with the
keyboard, and the curl line that the page shows is run by a shell.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]
import run  # noqa: E402
import world  # noqa: E402

WORK = sys.argv[1]
journey = world.told_journey(["tenant"])
url = os.environ["AEGIS_E2E_URL"]
run.beside_packages(HERE, WORK, "page.mjs")
with open(os.path.join(WORK, "page.json"), "w") as out:
    json.dump({"url": url, "email": journey.acme["email"], "password": journey.acme["password"]}, out)
if subprocess.run(["node", "page.mjs"], cwd=WORK, check=False).returncode:
    sys.exit("the page is not as it should be: see above")
with open(os.path.join(WORK, "curl.txt")) as text:
    line = text.read()
answer = subprocess.run(["bash", "-c", line.replace("curl ", "curl -s ", 1)], check=True, text=True, capture_output=True,
                        env={**os.environ, "TOKEN": journey.acme["token"]}).stdout
made = json.loads(answer)
if made.get("status") != "draft" or made.get("name") != "It's a program":
    sys.exit(f"the curl line does not do what the page does: {line}\n{answer}")
print("ok the curl line creates a program")
