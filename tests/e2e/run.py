"""Runs one end-to-end test with the cluster's addresses: run.py BUILD-DIR TEST.py"""
import os
import subprocess
import sys

with open(os.path.join(sys.argv[1], "e2e.env")) as lines:
    for line in lines:
        name, value = line.rstrip("\n").split("=", 1)
        os.environ[name] = value
sys.exit(subprocess.run(["/usr/bin/python3", "-B", *sys.argv[2:]], check=False).returncode)
