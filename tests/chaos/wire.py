"""HTTP through the gateway for clients that are being struck: no hidden retries, lost replies said as such."""
import http.client
import itertools
import json
import os
import random
import socket
import sys
import threading
import time
import weakref

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../deploy/demo"))
from client import Answer  # noqa: E402

_wires = weakref.WeakSet()
_addresses = itertools.count(random.randrange(1 << 20))


def an_address():
    """A loopback address of one's own: limits for strangers are counted by address."""
    n = next(_addresses) % (1 << 22)
    return f"127.{1 + (n >> 16 & 63)}.{n >> 8 & 255}.{1 + n % 254}"


def cut_some(share):
    """Breaks that share of all clients' connections in whatever they do; how many there were."""
    cut = 0
    for wire in list(_wires):
        if random.random() < share:
            cut += wire.cut()
    return cut


class Lost(Exception):
    """No reply: whether the call had its effect is not known."""


class Wrong(Exception):
    """A reply that must not be."""


class Figures:
    """What all clients of a run have seen."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests = self.lost = self.refused = 0
        self.slowest = 0.0

    def add(self, seconds, lost=0, refused=0):
        with self.lock:
            self.requests += 1
            self.lost += lost
            self.refused += refused
            self.slowest = max(self.slowest, seconds)


class Wire:
    """One connection from one address."""

    def __init__(self, cluster, figures):
        self.host, self.port = "127.0.0.1", cluster.port
        self.address, self.figures = an_address(), figures
        self.connection = None
        _wires.add(self)

    def cut(self):
        """From another thread: what waits for a reply hears that there is none."""
        try:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
            return True
        except (AttributeError, OSError):
            return False

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def send(self, method, path, body=None, token=None, key=None, timeout=15):
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        started = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout,
                                                             source_address=(self.address, 0))
            self.connection.request(method, path, data, headers)
            reply = self.connection.getresponse()
            answer = Answer(reply.status, dict(reply.getheaders()), reply.read())
        except (http.client.HTTPException, OSError) as problem:
            self.drop()
            self.figures.add(time.monotonic() - started, lost=1)
            raise Lost(f"{method} {path}: {type(problem).__name__} {problem}") from None
        self.figures.add(time.monotonic() - started, refused=answer.status in (429, 503, 504))
        return answer

    def insist(self, method, path, body=None, token=None, key=None, expect=200, instead=(), seconds=60):
        """
        Repeats until there is a verdict.  Returns the answer with the expected status, or
        one whose reason is in instead; answer.repeated says whether a reply was lost before it.
        """
        deadline, pause, repeated, last = time.monotonic() + seconds, 0.05, False, "nothing"
        while time.monotonic() < deadline:
            try:
                answer = self.send(method, path, body, token, key)
            except Lost as problem:
                repeated, last = True, str(problem)
            else:
                last = f"{answer.status} {answer.reason} {answer.raw[:300]!r}"
                answer.repeated = repeated
                if answer.status == expect or answer.reason in instead:
                    return answer
                if answer.status not in (429, 502, 503, 504) and answer.reason != "IDEMPOTENCY_IN_FLIGHT":
                    raise Wrong(f"{method} {path} answered {last}{' after a lost reply' if repeated else ''}, not {expect}")
                # Nobody can say whether a call that ran out of time had its effect.
                repeated = True
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.5, 0.5)
        raise Wrong(f"{method} {path}: no verdict within {seconds} s, last {last}")
