#!/usr/bin/python3
"""Sends the bytes of cases.txt to nginx, HAProxy, Node and the edge, and writes what each answers to verdicts.txt.

    compare.py EDGE_ECHO [--write]

A request that closes follows every case, so that every server comes to an end: a server that serves it took the case for
whole requests.  The exit status is 1 when the edge serves what another refuses, unless verdicts.txt says why.
"""
import asyncio
import os
import re
import sys
import tempfile

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
LAST = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
AT_ONCE = 24
SILENCE = 2.0
ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|[rnt\\])")
HOLE = b"<?>"


def unescape(text):
    def one(match):
        code = match.group(1)
        return {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}.get(code) or chr(int(code[1:], 16))
    return ESCAPE.sub(one, text).encode("latin-1")


def read_cases():
    """[(kind, name, statuses, bytes)]"""
    names, cases = {}, []
    with open(os.path.join(HERE, "cases.txt")) as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("<"):
                name, text = line.split(" = ", 1)
                names[name] = text
            elif line and not line.startswith("#"):
                kind, name, statuses, text = line.split("\t")
                for key, value in names.items():
                    text = text.replace(key, value)
                cases.append((kind, name, statuses, unescape(text)))
    return cases


def statuses_of(answer):
    """Of every answer in the bytes, without 1xx; None among them where something else stands."""
    found = []
    while answer:
        head, end, rest = answer.partition(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.[01] (\d{3})", head)
        if not match or not end:
            return found + [None]
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        status = int(match.group(1))
        if status >= 200:
            found.append(status)
            rest = rest[int(length.group(1)):] if length else b""
        answer = rest
    return found


async def ask(port, data):
    """"200 200", "200 close" where it ended without an answer to a whole request more, "wait" where it says nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer, end = b"", "close"
    try:
        writer.write(data)
        while True:
            piece = await asyncio.wait_for(reader.read(65536), SILENCE)
            if not piece:
                break
            answer += piece
    except asyncio.TimeoutError:
        end = "wait"
    except ConnectionError:
        pass
    writer.transport.abort()
    statuses = statuses_of(answer)
    words = [str(status) if status else "junk" for status in statuses]
    if end == "wait" or not statuses or statuses[-1] and statuses[-1] < 400 and len(statuses) < 2:
        words.append(end)
    return " ".join(words)


def is_served(verdict, closing=False):
    """Nothing was refused, and the last request was answered too."""
    words = verdict.split()
    if closing and len(words) > 1 and words[-1] == "close":
        words.pop()
    return len(words) >= (1 if closing else 2) and all(word.startswith("2") for word in words)


async def ask_all(port, datas):
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(data):
        async with gate:
            return await ask(port, data)
    return await asyncio.gather(*(one(data) for data in datas))


def ranges(numbers):
    """{9, 32, 33} is "09 20-21", nothing is "-"."""
    words, numbers = [], sorted(numbers)
    while numbers:
        first = last = numbers.pop(0)
        while numbers and numbers[0] == last + 1:
            last = numbers.pop(0)
        words.append(f"{first:02x}" if first == last else f"{first:02x}-{last:02x}")
    return " ".join(words) or "-"


def row_of(kind, data, port):
    if kind != "sweep":
        return asyncio.run(ask_all(port, [data if kind == "closing" else data + LAST]))[0]
    answers = asyncio.run(ask_all(port, [data.replace(HOLE, bytes([byte])) + LAST for byte in range(256)]))
    return ranges({byte for byte, verdict in enumerate(answers) if is_served(verdict)})


def as_set(text):
    found = set()
    for word in text.split():
        if word != "-":
            first, _, last = word.partition("-")
            found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def more_than(kind, ours, theirs):
    """What we serve and they do not: "" for nothing."""
    if kind == "sweep":
        extra = as_set(ours) - as_set(theirs)
        return ranges(extra) if extra else ""
    closing = kind == "closing"
    return "served" if is_served(ours, closing) and not is_served(theirs, closing) else ""


def read_reasons(path):
    """The lines "<peer>, <case>: <what>: <why>" at the head of the table."""
    reasons = {}
    if os.path.exists(path):
        with open(path) as lines:
            for line in lines:
                parts = line[2:].rstrip("\n").split("\t")
                if line.startswith("! ") and len(parts) == 4:
                    reasons[tuple(parts[:3])] = parts[3]
    return reasons


def main():
    table = os.path.join(HERE, "verdicts.txt")
    reasons = read_reasons(table)
    cases = read_cases()
    rows, laxer, shut = [], [], []
    with tempfile.TemporaryDirectory(prefix="aegis-verdicts-") as folder:
        os.chmod(folder, 0o755)
        with peers.all_of_them(folder, sys.argv[1]) as ports:
            for kind, name, _, data in cases:
                row = {peer: row_of(kind, data, port) for peer, port in ports.items()}
                rows.append((name, row))
                for peer in ports:
                    what = more_than(kind, row["aegis"], row[peer])
                    if what:
                        laxer.append((peer.split()[0], name, what))
                if kind in ("lawful", "closing") and not is_served(row["aegis"], kind == "closing"):
                    shut.append(name)
    width = max(len(name) for name, _ in rows)
    print(" " * width, *(f"{peer:>16}" for peer in ports))
    for name, row in rows:
        print(f"{name:{width}}", *(f"{verdict if len(verdict) < 17 else str(len(as_set(verdict))) + ' bytes':>16}" for verdict in row.values()))
    for peer, name, what in laxer:
        print(f"served here, not by {peer}: {name}: {what}: {reasons.get((peer, name, what), 'NO REASON IS GIVEN')}")
    for name in shut:
        print(f"lawful and refused here: {name}")
    if "--write" in sys.argv:
        with open(table, "w") as out:
            out.write("# Written by compare.py --write: what each server answered to each case, the last request's answer with it;\n"
                      "# of a sweep, the bytes with which it served.  \"! peer, case, what, why\" is where we serve and a peer does not.\n")
            for key in laxer:
                out.write("! " + "\t".join((*key, reasons.get(key, ""))) + "\n")
            out.write("\t".join(("", *ports)) + "\n")
            for name, row in rows:
                out.write("\t".join((name, *row.values())) + "\n")
    return 1 if shut or any(not reasons.get(key) for key in laxer) else 0


if __name__ == "__main__":
    sys.exit(main())
