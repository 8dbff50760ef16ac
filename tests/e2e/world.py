"""The demo's journey as a fixture: tenant A with one object of every kind, and how to call as others."""
import os
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "demo"))
import journey as story  # noqa: E402


def arguments():
    data, source = os.environ["AEGIS_E2E_DATA"], os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    return types.SimpleNamespace(
        url=os.environ["AEGIS_E2E_URL"], mail=f"{data}/mail", web=f"{data}/web", web_url=os.environ["AEGIS_E2E_WEB_URL"],
        state=f"{data}/demo.json", ctl=os.environ["AEGIS_E2E_CTL"],
        admin_command=f"{source}/deploy/aegis ctl admin create", until=None)


def told_journey(steps):
    """A journey that has gone through these steps."""
    journey = story.Journey(arguments())
    for step in steps:
        getattr(journey, step)()
    return journey
