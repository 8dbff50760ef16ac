"""What the demo journey needs of HTTP: one small client that speaks plain HTTP through the gateway."""
import http.client
import json
import time
import urllib.parse


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.raw = body
        try:
            self.json = json.loads(body) if body else {}
        except ValueError:
            self.json = {}

    def __getitem__(self, path):
        value = self.json
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value

    @property
    def reason(self):
        return self.json.get("reason", "")


class Client:
    """Counts requests and time, keeps one connection, retries nothing."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.connection = None
        self.requests = 0
        self.seconds = 0.0
        self.slowest = 0.0

    def call(self, method, path, body=None, token=None, headers=None):
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        started = time.monotonic()
        for attempt in (1, 2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
                self.connection.request(method, path, data, sent)
                reply = self.connection.getresponse()
                answer = Answer(reply.status, dict(reply.getheaders()), reply.read())
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # A kept connection that the server closed between two requests.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        took = time.monotonic() - started
        self.requests += 1
        self.seconds += took
        self.slowest = max(self.slowest, took)
        return answer


class Problem(Exception):
    """A step of the journey that is not as it should be."""


def poll(seconds, what, probe):
    """Calls probe until it returns something true; that value."""
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Problem(f"{what}: not within {seconds} s")
        time.sleep(0.05)
