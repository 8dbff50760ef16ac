"""Two documents that use every member and every operator of the format once: one with rules, one with a decision table."""
import hashlib
import json

TABLE = {
    "format": "reference-table/1", "name": "rates", "title": "Rates", "source": "made up",
    "keys": [{"name": "region", "type": "text"}, {"name": "size", "type": "integer", "match": "floor"}],
    "columns": [{"name": "cents", "type": "integer"}, {"name": "factor", "type": "decimal"}, {"name": "note", "type": "text"},
                {"name": "open", "type": "boolean"}, {"name": "since", "type": "date"}],
    "rows": [{"from": "2025-01-01", "until": "2026-01-01", "key": ["TX", 1], "values": [100, "0.5", "a", True, "2025-01-01"]},
             {"from": "2026-01-01", "until": None, "key": ["TX", 1], "values": [110, 0.5, "b", False, "2026-01-01"]}],
}
TABLE_BYTES = json.dumps(TABLE).encode()


def var(name):
    return {"var": name}


def items():
    yes = {"==": [var("yes"), True]}
    return [
        {"id": "intro", "type": "display", "show_if": {"!": [var("yes")]}, "x_note": 1},
        {"id": "yes", "type": "boolean", "required": True, "safety": True, "sensitivity": "none", "prefill": "chart", "initial": True},
        {"id": "whole", "type": "integer", "min": 0, "max": 100, "step": 5, "unit": "a", "show_if": yes, "when_hidden": 5,
         "required": {"missing": ["day", var("tick")]}},
        {"id": "cents", "type": "integer", "money": "USD"},
        {"id": "part", "type": "decimal", "min": 0, "max": 9.5, "step": 0.5, "unit": "%", "initial": 1.5},
        {"id": "weight", "type": "quantity", "unit": "kg", "min": 1, "max": 400, "step": 0.5,
         "units": [{"code": "[lb_av]", "factor": "0.45359237", "offset": "0"}, {"code": "[oz_av]", "offset_before": "-1/2", "factor": "1/35"}]},
        {"id": "day", "type": "date", "min": "today-130Y", "max": "today"},
        {"id": "words", "type": "text", "min_length": 2, "max_length": 20, "pattern": "[a-z]+"},
        {"id": "pick", "type": "choice", "options": [{"code": "F", "score": 0}, {"code": "M", "score": 1.5}], "initial": "F"},
        {"id": "many", "type": "multi", "min_choices": 1, "max_choices": 2, "show_if": yes, "when_hidden": ["none"],
         "options": [{"code": "none", "exclusive": True, "score": 0}, {"code": "a", "score": 1}, {"code": "b", "score": 1}]},
        {"id": "other", "type": "open_choice", "options": [{"code": "x"}], "max_length": 40, "pattern": "\\w+"},
        {"id": "state", "type": "state", "only": ["TX", "CA"]},
        {"id": "post", "type": "zip"},
        {"id": "agreed", "type": "attestation"},
        {"id": "tick", "type": "attestation", "sensitivity": "pii"},
        {"id": "block", "type": "group", "sensitivity": "phi", "items": [{"id": "inner", "type": "boolean"}]},
        {"id": "people", "type": "group", "repeats": True, "min_rows": 0, "max_rows": 9, "required": True, "safety": True,
         "show_if": yes, "when_hidden": [], "items": [{"id": "years", "type": "integer"}, {"id": "works", "type": "boolean"}]},
    ]


def derived():
    keys = {"region": var("state"), "size": 3}
    numbers = {
        "arithmetic": {"-": [{"+": [1, {"*": [2, var("whole")]}, {"decimal": "0.1"}]}, {"/": [1, 3]}]},
        "extremes": {"max": [{"min": [1, 2]}, {"%": [7, 4]}, {"-": 1}]},
        "share": {"round": [{"pct_of": [var("cents"), 400]}, 2, "half_even"]},
        "kilos": {"in_unit": [var("weight"), "kg"]},
        "rate": {"lookup": ["rates", "factor", keys]},
        "risk": {"pce_ascvd": {"age": var("whole"), "sex": var("pick"), "race": "black", "total_chol": 200, "hdl": 50, "sbp": 120,
                               "treated": False, "smoker": var("yes"), "diabetes": False}},
        "years_sum": {"sum": ["people", var("years")]},
    }
    truths = {
        "logic": {"or": [{"and": [var("yes"), {"!": False}]}, {"if": [var("yes"), var("inner"), False]}]},
        "order": {"and": [{"<": [1, 2]}, {"<=": [1, 2]}, {">": [2, 1]}, {">=": [2, 1]}, {"!=": [var("pick"), "F"]}]},
        "sets": {"and": [{"in": [var("pick"), ["F", "M"]]}, {"in": ["a", var("many")]}, {"some": ["many", ["a"]]},
                         {"all": [var("many"), ["a"]]}, {"none": ["many", ["b"]]}]},
        "rows_all": {"and": [{"some": ["people", var("works")]}, {"all": ["people", var("works")]}, {"none": ["people", var("works")]}]},
        "begins": {"starts_with": [var("post"), "73"]},
        "enough": {"at_least": [1, [var("yes"), var("inner")]]},
        "between": {"between": [var("weight"), {"quantity": ["50", "kg"]}, {"quantity": [100, "kg"]}]},
        "banded": {"==": [var("total.band"), "low"]},
        "late": {">": [{"date_add": [var("day"), 1, "Y"]}, {"date": "2026-01-31"}]},
    }
    counts = {
        "counted": {"+": [{"count_true": [var("yes"), var("inner")]}, {"count": ["people", var("works")]}, {"rows": "people"},
                          {"chosen": var("many")}]},
        "dates": {"+": [{"date_diff": [var("day"), {"today": []}, "M"]}, {"age_at": var("day")}, {"age_at": [var("day"), {"today": []}]},
                        {"year": var("day")}, {"month": [var("day")]}, {"day": var("day")}]},
    }
    return ([{"id": name, "type": "decimal", "rule": rule} for name, rule in numbers.items()]
            + [{"id": name, "type": "boolean", "rule": rule} for name, rule in truths.items()]
            + [{"id": name, "type": "integer", "rule": rule} for name, rule in counts.items()]
            + [{"id": "rounded", "type": "integer", "rule": {"/": [7, 2]}, "round": [0, "half_up"]},
               {"id": "tomorrow", "type": "date", "rule": {"date_add": [{"today": []}, 1, "D"]}},
               {"id": "label", "type": "text", "rule": {"if": [var("yes"), "a", "b"]}}])


def document():
    return {
        "format": "screener/1", "slug": "whole-1", "version": 3, "purpose": "test", "profile": "strict", "locales": ["en-US", "es"],
        "x_owner": {"any": "thing"},
        "tables": {"rates": {"sha256": hashlib.sha256(TABLE_BYTES).hexdigest(), "as_of": var("day")}},
        "items": items(), "derived": derived(),
        "scores": [
            {"id": "total", "method": "sum", "items": ["pick", "many", "yes"], "missing": "unknown",
             "bands": [[0, 1.5, "low"], [2, 9, "high"]]},
            {"id": "average", "method": "mean", "items": ["whole", "part"], "missing": "prorate", "max_missing": 1, "round": [1, "floor"]},
            {"id": "ticks", "method": "count", "items": ["agreed", "tick"], "missing": "zero", "max_missing": 2},
        ],
        "constraints": [{"id": "C1", "that": {"or": [{"missing": "cents"}, {"<=": [var("cents"), 100]}]}, "severity": "warning",
                         "items": ["cents"]}],
        "outcomes": [{"id": "no", "severity": 100, "resolvable": {"by": "agreed", "to": "ok"}},
                     {"id": "ok", "severity": 0, "issue_code": {"class": "retail", "ttl": "PT36H"}, "reassess_after": "P6M"}],
        "hit_policy": "collect",
        "rules": [{"id": "R1", "if": {"!": var("yes")}, "then": "no", "reason": ["a", "b"]},
                  {"id": "R2", "else": True, "then": "ok", "reason": "c", "x_ref": 1}],
        "on_unknown": "no", "attempts": {"max": 3, "window": "P30D", "change_after_outcome": "refuse"},
        "i18n": {"en-US": {
            "title": "t", "description": "d", "item.yes.text": "?", "item.yes.help": "h", "item.pick.option.F": "F", "outcome.ok.title": "ok",
            "outcome.ok.text": "ok", "reason.a": "a", "constraint.C1": "c", "score.total.band.low": "low"}, "es": {}},
        "tests": [{"name": "t", "as_of": "2026-03-01", "answers": {}, "outcome": "no", "decided": False, "fired": [], "reasons": [],
                   "values": {"total": None, "total.band": None}, "held": ["UNDECIDED"], "problems": [], "next": ["yes"]},
                  {"name": "p", "answers": {"people": [{"years": "x"}]}, "outcome": "no",
                   "problems": [{"item": "years", "row": 0, "code": "TYPE"}]}],
    }


def with_decision():
    whole = document()
    del whole["rules"]
    whole["decision"] = {
        "inputs": [{"id": "in", "rule": var("yes")}, {"id": "whole", "rule": var("whole")}],
        "rows": [{"id": "T1", "when": ["true", "[5..50]"], "then": "ok", "reason": "a"}, {"id": "T2", "when": ["-", "not(5)"], "then": "no"},
                 {"id": "T3", "else": True, "then": "no"}],
    }
    whole["hit_policy"] = "first"
    return whole
