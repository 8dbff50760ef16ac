"""Runs a file of this folder with node, beside its packages: run.py SOURCE WORK FILE ARGUMENTS..."""
import os
import shutil
import subprocess
import sys


def beside_packages(source, work, *names):
    """Copies of the files where node finds the packages."""
    for name in names:
        shutil.copyfile(os.path.join(source, name), os.path.join(work, name))


if __name__ == "__main__":
    _, source_dir, work_dir, script, *arguments = sys.argv
    beside_packages(source_dir, work_dir, script)
    sys.exit(subprocess.run(["node", script, *arguments], cwd=work_dir, check=False).returncode)
