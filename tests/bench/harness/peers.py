"""What Aegis is compared with: built and started here, stopped by whoever started it."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess

from .cluster import wait_until
from .load import HERE, Failed, run


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def _process(command, port, **kwargs):
    """A server of ours on a port, gone at the end of the block."""
    if _listens(port):
        raise Failed(f"port {port} is taken by another program")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **kwargs)
    try:
        wait_until(20, f"{command[0]} on port {port}", lambda: process.poll() is not None or _listens(port))
        if process.poll() is not None:
            raise Failed(f"{command[0]} ended: {process.stderr.read()[-600:]}")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def install_node(cluster):
    """The packages of peer/package-lock.json, in build/bench/peer."""
    folder = os.path.join(cluster.work, "peer")
    os.makedirs(folder, exist_ok=True)
    fresh = True
    for name in ("package.json", "package-lock.json", "server.mjs", "screener.mjs"):
        source, target = os.path.join(HERE, "peer", name), os.path.join(folder, name)
        with open(source, "rb") as ours:
            wanted = ours.read()
        if not os.path.exists(target) or open(target, "rb").read() != wanted:
            fresh = fresh and name.endswith(".mjs")
            shutil.copyfile(source, target)
    if not fresh or not os.path.isdir(os.path.join(folder, "node_modules", "fastify")):
        run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)
    return folder


def fastify(cluster, port, token_cache):
    folder = install_node(cluster)
    environment = {
        **os.environ, "NODE_ENV": "production", "PEER_PORT": str(port), "PEER_JWKS": cluster.get("/.well-known/jwks.json").decode(),
        "PEER_REDIS": cluster.redis, "PEER_REDIS_PASSWORD": cluster.redis_password(), "PEER_PG": cluster.pg, "PEER_PG_PASSWORD": cluster.password("program"),
        "PEER_TOKEN_CACHE": "1" if token_cache else "0",
    }
    return _process(["node", "server.mjs"], port, cwd=folder, env=environment)


def nginx(cluster, port, body):
    """Answers every GET with the same bytes, from its own memory; one worker a core."""
    folder = os.path.join(cluster.work, "nginx")
    os.makedirs(folder, exist_ok=True)
    text = body.decode().replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")
    with open(os.path.join(folder, "nginx.conf"), "w") as out:
        out.write(f"""daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 2048; }}
http {{
	access_log off;
	geo $dollar {{ default "$"; }}
	keepalive_requests 1000;
	client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
	server {{
		listen 127.0.0.1:{port};
		default_type application/json;
		location / {{ return 200 "{text}"; }}
	}}
}}
""")
    return _process(["nginx", "-p", folder, "-c", os.path.join(folder, "nginx.conf"), "-e", os.path.join(folder, "error.log")], port)


def grpc_echo(cluster):
    """The program, built again when its source is newer."""
    folder, source = os.path.join(cluster.work, "grpc"), os.path.join(HERE, "peer")
    program = os.path.join(folder, "grpc_echo")
    os.makedirs(folder, exist_ok=True)
    newest = max(os.path.getmtime(os.path.join(source, name)) for name in ("echo.proto", "grpc_echo.cc"))
    if os.path.exists(program) and os.path.getmtime(program) > newest:
        return program
    plugin = shutil.which("grpc_cpp_plugin")
    if not plugin:
        raise Failed("grpc_cpp_plugin is missing (Debian package protobuf-compiler-grpc)")
    run(["protoc", "-I", source, f"--cpp_out={folder}", f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}", "echo.proto"])
    flags = run(["pkg-config", "--cflags", "--libs", "grpc++", "protobuf"]).split()
    run(["nice", "g++", "-std=c++17", "-O2", f"-I{folder}", os.path.join(source, "grpc_echo.cc"), os.path.join(folder, "echo.pb.cc"),
         os.path.join(folder, "echo.grpc.pb.cc"), *flags, "-o", program])
    return program
