"""The demo's patient-assistance screener for a statin, as a Python value.

Eligible: lives in the United States, 18 or older, has a prescription, is not covered by
government insurance, household income at or below 400 % of the poverty guideline of the
day, and none of the label's contraindications.  Everything that decides is a safety question:
left unanswered, no code is issued.
"""

import json
import os

LOCALES = ["en-US", "es-US"]

GUIDELINES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "../../libcommon/screener/examples/tables/poverty_guidelines.json")


def guideline_table():
    with open(GUIDELINES, encoding="utf-8") as table:
        return json.load(table)


TEXTS = {
    "title": ("Help with the cost of your statin", "Ayuda con el costo de su estatina"),
    "item.us_resident.text": ("Do you live in the United States?", "¿Vive usted en los Estados Unidos?"),
    "item.state.text": ("In which state?", "¿En qué estado?"),
    "item.birth_date.text": ("When were you born?", "¿Cuál es su fecha de nacimiento?"),
    "item.prescription.text": ("Do you have a prescription for this medicine?", "¿Tiene una receta para este medicamento?"),
    "item.insurance.text": ("Which health insurance do you have?", "¿Qué seguro de salud tiene?"),
    "item.insurance.option.none": ("None", "Ninguno"),
    "item.insurance.option.commercial": ("Through work or bought myself", "Por el trabajo o comprado por mí"),
    "item.insurance.option.government": ("Medicare, Medicaid, VA or TRICARE", "Medicare, Medicaid, VA o TRICARE"),
    "item.household_size.text": ("How many people live in your household?", "¿Cuántas personas viven en su hogar?"),
    "item.income.text": ("What is your household's income in a year?", "¿Cuál es el ingreso anual de su hogar?"),
    "item.conditions.text": ("Does any of this apply to you?", "¿Algo de esto le aplica?"),
    "item.conditions.option.none": ("None of these", "Nada de esto"),
    "item.conditions.option.liver_disease": ("Liver disease", "Enfermedad del hígado"),
    "item.conditions.option.pregnant": ("Pregnant or breast-feeding", "Embarazo o lactancia"),
    "item.conditions.option.allergy": ("Allergy to statins", "Alergia a las estatinas"),
    "outcome.unsuitable.title": ("This medicine is not for you", "Este medicamento no es para usted"),
    "outcome.not_eligible.title": ("The program does not cover you", "El programa no le cubre"),
    "outcome.needs_review.title": ("We need more answers", "Necesitamos más respuestas"),
    "outcome.eligible.title": ("You are eligible", "Usted cumple los requisitos"),
    "reason.contraindicated": ("One of your conditions speaks against this medicine.", "Una de sus condiciones desaconseja este medicamento."),
    "reason.residence": ("The program is for people who live in the United States.", "El programa es para quienes viven en los Estados Unidos."),
    "reason.age": ("The program is for adults.", "El programa es para adultos."),
    "reason.no_prescription": ("You need a prescription first.", "Primero necesita una receta."),
    "reason.government_insurance": ("The program may not be used with government insurance.", "El programa no puede usarse con un seguro del gobierno."),
    "reason.income": ("Your income is above the limit.", "Su ingreso supera el límite."),
    "reason.eligible": ("You meet every condition.", "Usted cumple todas las condiciones."),
}

GOOD = {"us_resident": True, "state": "TX", "birth_date": "1971-03-09", "prescription": True, "insurance": "none",
        "household_size": 2, "income": 52000_00, "conditions": ["none"]}


def screener(table_sha256):
    safe = {"required": True, "safety": True}
    limit = {"<=": [{"pct_of": [{"var": "income"}, {"var": "guideline"}]}, 400]}
    return {
        "format": "screener/1", "slug": "statin-assistance", "purpose": "patient-assistance", "locales": LOCALES,
        "tables": {"fpl": {"sha256": table_sha256, "as_of": "session"}},
        "items": [
            {"id": "us_resident", "type": "boolean", **safe},
            {"id": "state", "type": "state", "required": True, "sensitivity": "pii",
             "show_if": {"var": "us_resident"}},
            {"id": "birth_date", "type": "date", "max": "today", "sensitivity": "pii", **safe},
            {"id": "prescription", "type": "boolean", **safe},
            {"id": "insurance", "type": "choice", **safe,
             "options": [{"code": "none"}, {"code": "commercial"}, {"code": "government"}]},
            {"id": "household_size", "type": "integer", "min": 1, "max": 20, **safe},
            {"id": "income", "type": "integer", "money": "USD", "min": 0, "max": 1_000_000_00, **safe},
            {"id": "conditions", "type": "multi", "min_choices": 1, **safe,
             "options": [{"code": "none", "exclusive": True}, {"code": "liver_disease"}, {"code": "pregnant"},
                         {"code": "allergy"}]},
        ],
        "derived": [
            {"id": "guideline", "type": "integer", "rule": {"+": [
                {"lookup": ["fpl", "first_cents", {"region": "contiguous"}]},
                {"*": [{"lookup": ["fpl", "further_cents", {"region": "contiguous"}]},
                       {"-": [{"var": "household_size"}, 1]}]}]}},
        ],
        "outcomes": [
            {"id": "unsuitable", "severity": 4}, {"id": "not_eligible", "severity": 3},
            {"id": "needs_review", "severity": 2},
            {"id": "eligible", "severity": 1, "issue_code": {"class": "retail", "ttl": "P30D"}},
        ],
        "hit_policy": "most_severe",
        "rules": [
            {"id": "R1", "if": {"some": ["conditions", ["liver_disease", "pregnant", "allergy"]]},
             "then": "unsuitable", "reason": "contraindicated"},
            {"id": "R2", "if": {"!": {"var": "us_resident"}}, "then": "not_eligible", "reason": "residence"},
            {"id": "R3", "if": {"<": [{"age_at": [{"var": "birth_date"}]}, 18]}, "then": "not_eligible", "reason": "age"},
            {"id": "R4", "if": {"!": {"var": "prescription"}}, "then": "not_eligible", "reason": "no_prescription"},
            {"id": "R5", "if": {"==": [{"var": "insurance"}, "government"]}, "then": "not_eligible",
             "reason": "government_insurance"},
            {"id": "R6", "if": {"!": limit}, "then": "not_eligible", "reason": "income"},
            {"id": "R9", "else": True, "then": "eligible", "reason": "eligible"},
        ],
        "on_unknown": "needs_review",
        "attempts": {"max": 3, "window": "P30D", "change_after_outcome": "new_attempt"},
        "i18n": {locale: {key: texts[i] for key, texts in TEXTS.items()} for i, locale in enumerate(LOCALES)},
        "tests": tests(),
    }


def tests():
    def case(name, outcome, fired, as_of="2026-03-01", **changes):
        answers = {**GOOD, **changes}
        answers = {key: value for key, value in answers.items() if value is not None}
        return {"name": name, "as_of": as_of, "answers": answers, "outcome": outcome, "fired": fired}

    return [
        case("everything fits", "eligible", ["R9"]),
        # 400 % for two in 2026 is 86,560 dollars.
        case("income at the limit", "eligible", ["R9"], income=86560_00),
        case("income a cent above", "not_eligible", ["R6"], income=86560_01),
        case("the guideline of the year before", "not_eligible", ["R6"], as_of="2026-01-12", income=86560_00),
        case("not yet eighteen", "not_eligible", ["R3"], birth_date="2008-03-02"),
        case("eighteen today", "eligible", ["R9"], birth_date="2008-03-01"),
        case("lives abroad", "not_eligible", ["R2"], us_resident=False, state=None),
        case("no prescription", "not_eligible", ["R4"], prescription=False),
        case("government insurance", "not_eligible", ["R5"], insurance="government"),
        case("liver disease outweighs the rest", "unsuitable", ["R1", "R6"], conditions=["liver_disease"], income=500000_00),
        {"name": "income unanswered: no code", "as_of": "2026-03-01",
         "answers": {key: value for key, value in GOOD.items() if key != "income"}, "outcome": "needs_review",
         "decided": False, "next": ["income"]},
    ]
