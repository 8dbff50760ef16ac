"""Tables for people, one JSON file for machines."""
import json
import os
import sys
import time

LINE = sys.stderr.isatty()


def progress(text):
    """One line that is overwritten on a terminal, nothing elsewhere."""
    if LINE:
        print(f"\r\033[K    {text}", end="", file=sys.stderr, flush=True)


def clear():
    if LINE:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def number(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def table(rows, columns):
    """rows: [(name, {column: value})]; columns that nobody has are left out."""
    columns = [column for column in columns if any(column in values for _, values in rows)]
    text = [["", *columns]] + [[name, *(number(values.get(column)) for column in columns)] for name, values in rows]
    widths = [max(len(line[i]) for line in text) for i in range(len(columns) + 1)]
    for line in text:
        print("    " + line[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(line[1:], widths[1:])))
    print()


def verdict(text, value, floor=None, aim=None, at_most=False):
    """One ratio or limit, and where it stands; returned for the file."""
    def met(bound):
        return value <= bound if at_most else value >= bound

    if floor is None and aim is None:
        print(f"    {text}: {number(value)}")
        return {"what": text, "value": round(value, 4)}
    if floor is not None and not met(floor):
        stands = "MISSED THE FLOOR"
    elif aim is not None and not met(aim):
        stands = "missed the aim" if floor is None else "floor met, aim missed"
    else:
        stands = "met"
    sign = "≤" if at_most else "≥"
    bounds = ", ".join(f"{name} {sign} {number(bound)}" for name, bound in (("floor", floor), ("aim", aim)) if bound is not None)
    print(f"    {text}: {number(value)} ({bounds}): {stands}")
    return {"what": text, "value": round(value, 4), "floor": floor, "aim": aim, "at_most": at_most, "stands": stands}


def write(folder, results):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + ".json")
    with open(path, "w") as out:
        json.dump(results, out, indent=1)
        out.write("\n")
    return path
