"""Is every C file as clang-format would write it?  Says so, and skips, where there is no clang-format.

usage: format.py SOURCE-DIR
"""
import shutil
import subprocess
import sys


def main(root):
    if not shutil.which("clang-format"):
        print("skipped: clang-format is not installed")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "*.c", "*.h"], capture_output=True, check=True)
    files = [name for name in listed.stdout.decode().split("\0") if name and "/golden/" not in name]
    wrong = []
    for start in range(0, len(files), 50):
        done = subprocess.run(["clang-format", "--dry-run", "--Werror", *files[start:start + 50]], cwd=root,
                              capture_output=True, text=True, check=False)
        wrong += sorted({line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line})
    for name in wrong:
        print(f"{name}: not formatted (clang-format -i {name})")
    print(f"{len(files) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
