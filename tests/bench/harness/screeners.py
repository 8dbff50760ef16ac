"""Screener documents and answers for the benchmarks: the same bytes on every run."""
import json
import random

OUTCOMES = [{"id": "do_not_use", "severity": 4}, {"id": "ask_doctor", "severity": 3}, {"id": "wait", "severity": 2},
            {"id": "ok", "severity": 1, "issue_code": {"class": "retail", "ttl": "P7D"}}]
CODES = ["none", "low", "middle", "high", "other"]

INTEGERS = {"age": (0, 120), "ldl": (30, 300), "hdl": (10, 120), "sbp": (70, 220), "dbp": (40, 140), "weight": (30, 250), "height": (90, 230), "pulse": (30, 200)}
DECIMALS = {"a1c": (3, 15), "creatinine": (0, 6)}
BOOLEANS = ["pregnant", "smoker", "diabetes", "allergy", "liver", "muscle"]
CHOICES = ["sex", "activity", "alcohol", "income"]

NAMES = [*INTEGERS, *DECIMALS, *BOOLEANS, *CHOICES]


def var(name):
    return {"var": name}


def items():
    common = {"required": True, "safety": True}
    return [*({"id": name, "type": "integer", "min": low, "max": high, **common} for name, (low, high) in INTEGERS.items()),
            *({"id": name, "type": "decimal", "min": low, "max": high, **common} for name, (low, high) in DECIMALS.items()),
            *({"id": name, "type": "boolean", **common} for name in BOOLEANS),
            *({"id": name, "type": "choice", "options": [{"code": code} for code in CODES], **common} for name in CHOICES)]


def conditions():
    """Twenty, of the kinds that label rules are made of; each item is asked about once."""
    return [
        {"<": [var("age"), 20]}, {">": [var("ldl"), 189]}, {"<=": [var("hdl"), 25]}, {">=": [var("sbp"), 180]}, {">": [var("dbp"), 110]},
        {"or": [{"<": [var("weight"), 40]}, {">": [var("weight"), 200]}]}, {"<": [var("height"), 120]},
        {"and": [{">=": [var("pulse"), 30]}, {"<": [var("pulse"), 50]}]}, {">=": [var("a1c"), 6.5]}, {">": [var("creatinine"), 1.5]},
        var("pregnant"), {"and": [var("smoker"), {">=": [var("age"), 75]}]}, var("diabetes"), {"!": [var("allergy")]}, var("liver"), var("muscle"),
        {"==": [var("sex"), "other"]}, {"in": [var("activity"), ["none", "low"]]}, {"!=": [var("alcohol"), "none"]}, {"in": [var("income"), ["low", "middle"]]},
    ]


def document(slug, members):
    return {"format": "screener/1", "slug": slug, "locales": ["en-US"], "items": items(), "outcomes": OUTCOMES, "on_unknown": "ask_doctor", **members}


def random_answers(dice):
    answers = {name: dice.randint(low, high) for name, (low, high) in INTEGERS.items()}
    answers.update({name: dice.randint(2 * low, 2 * high) / 2 for name, (low, high) in DECIMALS.items()})
    answers.update({name: dice.random() < 0.5 for name in BOOLEANS})
    answers.update({name: dice.choice(CODES) for name in CHOICES})
    return answers


def twenty_rules():
    """One rule for each condition; 64 people."""
    dice = random.Random(20)
    rules = [{"id": f"R{i}", "if": condition, "then": OUTCOMES[i % 3]["id"], "reason": f"r{i}"} for i, condition in enumerate(conditions())]
    rules.append({"id": "R99", "else": True, "then": "ok"})
    return document("twenty-rules", {"hit_policy": "most_severe", "rules": rules}), [random_answers(dice) for _ in range(64)]


def one_rule():
    """One rule that needs all of twenty conditions, and a person who meets them: nothing is cut short, and a code is issued."""
    wanted = {"age": 50, "ldl": 150, "hdl": 50, "sbp": 120, "dbp": 80, "weight": 80, "height": 170, "pulse": 70, "a1c": 5.5, "creatinine": 1,
              **{name: True for name in BOOLEANS}, **{name: "low" for name in CHOICES}}
    tests = [{">=": [var(name), low]} for name, (low, _) in INTEGERS.items()] + [{"<": [var(name), high]} for name, (_, high) in DECIMALS.items()]
    tests += [var(name) for name in BOOLEANS] + [{"==": [var(name), "low"]} for name in CHOICES]
    rules = [{"id": "R1", "if": {"and": tests}, "then": "ok", "reason": "all"}, {"id": "R2", "else": True, "then": "ask_doctor"}]
    return document("one-rule", {"hit_policy": "most_severe", "rules": rules}), [wanted]


def table(slug, names, rows):
    inputs = [{"id": name, "rule": var(name)} for name in names]
    rows = [{"id": f"T{i}", "when": cells, "then": then} for i, (cells, then) in enumerate(rows)]
    return {"format": "screener/1", "slug": slug, "locales": ["en"], "hit_policy": "first", "on_unknown": "ask_doctor",
            "outcomes": [{key: value for key, value in outcome.items() if key != "issue_code"} for outcome in OUTCOMES],
            "decision": {"inputs": inputs, "rows": rows}}


def small_table():
    """26 rows over six inputs; 64 people; the last row takes the rest."""
    dice = random.Random(26)
    names = ["age", "a1c", "smoker", "activity", "income", "pulse"]

    def interval(low, high):
        first = dice.randint(low, high - 1)
        return dice.choice([f"[{first}..{dice.randint(first + 1, high)}]", f">= {first}", f"< {first}"])

    def codes():
        return ",".join(f'"{code}"' for code in dice.sample(CODES, dice.randint(1, 3)))

    def row():
        cells = [interval(0, 120), interval(3, 15), dice.choice(["true", "false"]), codes(), f"not({codes()})", interval(30, 200)]
        return [cell if dice.random() < 0.6 else "-" for cell in cells], dice.choice(OUTCOMES)["id"]

    made = table("table-26", names, [row() for _ in range(25)] + [(["-"] * len(names), "ask_doctor")])
    made["items"] = items()
    return made, [random_answers(dice) for _ in range(64)]


def large_table(columns, rows=3000):
    """
    Thousands of limits in every column.  All but the last let 5 pass, so no row is
    out before its last cell, and that one is true in one row.  The answers: the last
    row matches, no row matches, the last row matches but for an unknown first column,
    and people somewhere among the limits.
    """
    dice = random.Random(columns)
    names = [f"c{i}" for i in range(columns)]
    cells = [[f"<{dice.randint(1000, 9999)}" for _ in names[1:]] + [str(row)] for row in range(rows)]
    made = table(f"table-{columns}", names, [(row, OUTCOMES[i % 4]["id"]) for i, row in enumerate(cells)])
    made["items"] = [{"id": name, "type": "integer"} for name in names]
    passing = dict.fromkeys(names, 5)
    last, none = {**passing, names[-1]: rows - 1}, {**passing, names[-1]: rows}
    unknown = {name: value for name, value in last.items() if name != names[0]}
    people = [{**{name: dice.randint(0, 9999) for name in names}, names[-1]: dice.randrange(rows)} for _ in range(16)]
    return made, {"last": [last], "none": [none], "unknown": [unknown], "people": people}


def compact(value):
    return json.dumps(value, separators=(",", ":"))
