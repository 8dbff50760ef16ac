"""nginx, HAProxy and Node on loopback ports of their own, and the edge; all end with the comparison."""
import contextlib
import os
import re
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# As a proxy, for only then nginx reads the whole body before it answers.
NGINX = """daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 1024; }}
http {{
	access_log off;
	keepalive_timeout 60;
	client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
	upstream behind {{ server 127.0.0.1:{port_behind}; keepalive 64; }}
	server {{
		listen 127.0.0.1:{port};
		client_max_body_size 64k;
		location / {{ proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }}
	}}
	server {{
		listen 127.0.0.1:{port_behind};
		location / {{ return 200 "ok"; }}
	}}
}}
"""

HAPROXY = """global
	maxconn 1024
defaults
	mode http
	timeout client 60s
	timeout http-request 60s
	timeout http-keep-alive 60s
frontend one
	bind 127.0.0.1:{port}
	option http-buffer-request
	http-request return status 200 content-type text/plain string ok
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args[0]} does not start")
            time.sleep(0.02)


def said(command):
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout + result.stderr


def version(command, pattern):
    return re.search(pattern, said(command)).group(1)


@contextlib.contextmanager
def running(command, port=None):
    """Yields the port, which the program prints when none is given."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if port is None:
            port = int(process.stdout.readline())
        wait_for(port, process)
        yield port
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()


@contextlib.contextmanager
def all_of_them(folder, edge_program):
    """{"nginx 1.22.1": port, …}; ours is called "aegis"."""
    with contextlib.ExitStack() as stack:
        ports = {}
        nginx_conf, haproxy_conf = os.path.join(folder, "nginx.conf"), os.path.join(folder, "haproxy.cfg")
        port, behind = free_port(), free_port()
        with open(nginx_conf, "w") as out:
            out.write(NGINX.format(folder=folder, port=port, port_behind=behind))
        name = "nginx " + version(["nginx", "-v"], r"nginx/(\S+)")
        ports[name] = stack.enter_context(running(["nginx", "-p", folder, "-e", os.path.join(folder, "error.log"), "-c", nginx_conf], port))
        port = free_port()
        with open(haproxy_conf, "w") as out:
            out.write(HAPROXY.format(port=port))
        name = "haproxy " + version(["haproxy", "-v"], r"version (\d+\.\d+\.\d+)")
        ports[name] = stack.enter_context(running(["haproxy", "-db", "-q", "-f", haproxy_conf], port))
        name = "node " + version(["node", "--version"], r"v(\S+)")
        ports[name] = stack.enter_context(running(["node", os.path.join(HERE, "node_peer.mjs")]))
        ports["aegis"] = stack.enter_context(running([edge_program]))
        yield ports
