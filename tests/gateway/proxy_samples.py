#!/usr/bin/python3
"""The samples in deploy/edge, run by the real HAProxy and nginx in front of a real gateway.

    proxy_samples.py SOURCE_DIR GATEWAY AEGISCTL

A client on an address of its own sends a forged X-Forwarded-For through each proxy; the gateway must name that client,
and must know that the client speaks TLS."""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

CLIENT = "127.0.0.5"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, probe, seconds=15):
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return found


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Place:
    def __init__(self, source, gateway, ctl):
        self.source, self.dir, self.running = source, tempfile.mkdtemp(prefix="aegis-proxy-"), []
        self.pem, self.log = f"{self.dir}/edge.pem", f"{self.dir}/gateway.log"
        subprocess.run([ctl, "keys", "init", "--secrets", f"{self.dir}/secrets"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-keyout", f"{self.dir}/key", "-out", f"{self.dir}/crt", "-days", "2"], check=True, stderr=subprocess.DEVNULL)
        with open(self.pem, "w", encoding="ascii") as out:
            for part in ("crt", "key"):
                with open(f"{self.dir}/{part}", encoding="ascii") as text:
                    out.write(text.read())
        self.port = free_port()
        environment = {**os.environ, "AEGIS_GATEWAY_SECRETS_DIR": f"{self.dir}/secrets", "AEGIS_GATEWAY_HTTP_PORT": str(self.port),
                       "AEGIS_GATEWAY_PRIVATE_PORT": "0", "AEGIS_GATEWAY_TRUSTED_PROXIES": "127.0.0.1/32"}
        self.start([gateway], self.log, environment)

    def start(self, command, log, environment=None):
        with open(log, "wb") as out:
            self.running.append(subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=self.dir))

    def end(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(timeout=30)
        shutil.rmtree(self.dir)

    def sample(self, name, port):
        """The sample as it is, but for its ports, its certificate and where it may write."""
        with open(f"{self.source}/deploy/edge/{name}", encoding="utf-8") as text:
            sample = text.read()
        for what, instead in ((r"/etc/aegis/tls/edge\.pem", self.pem), (r"127\.0\.0\.1:8080", f"127.0.0.1:{self.port}"),
                              (r"bind :443", f"bind 127.0.0.1:{port}"), (r"listen 443", f"listen 127.0.0.1:{port}"),
                              (r"/var/log/nginx/aegis\.log", f"{self.dir}/nginx.log")):
            sample = re.sub(what, instead, sample)
        path = f"{self.dir}/{name}"
        with open(path, "w", encoding="utf-8") as out:
            out.write(sample)
        return path

    def lines(self):
        with open(self.log, encoding="utf-8") as text:
            return [json.loads(line) for line in text if '"msg":"request"' in line]


def ask(port, mark):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(CLIENT, 0))
    with context.wrap_socket(plain) as tls:
        tls.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: {mark}\r\nX-Forwarded-For: 6.6.6.6\r\n"
                    "X-Forwarded-For: 7.7.7.7\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := tls.recv(65536):
            answer += part
    return answer.decode()


def check(place, name, command):
    port = free_port()
    place.start(command(place.sample(name, port)), f"{place.dir}/{name}.log")
    try:
        wait_for(name, lambda: answers(port))
    except SystemExit:
        with open(f"{place.dir}/{name}.log", encoding="utf-8") as text:
            print(text.read())
        raise
    mark = f"through.{name}"
    # HAProxy asks the gateway for its health before the gateway counts as up.
    answer = wait_for(f"an answer through {name}", lambda: (lambda a: a if a.startswith("HTTP/1.1 200") else None)(ask(port, mark)))
    assert "strict-transport-security" in answer.lower(), f"{name}: no HSTS although the client speaks TLS:\n{answer}"
    line = wait_for("its line in the log", lambda: next((one for one in place.lines() if one.get("request_id") == mark), None))
    assert line["client"] == CLIENT, f"{name}: the gateway takes {line['client']} for the client, not {CLIENT}"
    print(f"{name}: the client is {line['client']}, over TLS")


def main():
    source, gateway, ctl = sys.argv[1:4]
    if not (shutil.which("haproxy", path="/usr/sbin:/usr/bin") and shutil.which("nginx", path="/usr/sbin:/usr/bin")):
        print("skipped: haproxy and nginx are not installed")
        return 77
    place = Place(source, gateway, ctl)
    try:
        wait_for("the gateway", lambda: answers(place.port))
        check(place, "haproxy.cfg", lambda path: ["/usr/sbin/haproxy", "-db", "-f", path])
        check(place, "nginx.conf", lambda path: ["/usr/sbin/nginx", "-p", place.dir, "-c", path, "-e", f"{place.dir}/nginx-error.log",
                                                 "-g", f"daemon off; pid {place.dir}/nginx.pid;"])
    finally:
        place.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
