"""Is an answer what openapi.json says of it: a status that is documented, a body of the documented schema?"""
import json
import os
import re

import jsonschema

EDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../gateway/edge/head.h")


def refused_by_the_edge():
    """Reason to status of what is refused while the bytes are read, before an operation is known."""
    with open(EDGE, encoding="utf-8") as header:
        return {name: int(status) for name, status in re.findall(r"X\((\w+), (\d+), ", header.read())}


class Shapes:
    def __init__(self, contract):
        self.components = contract["components"]
        self.known = {}
        self.seen = set()
        self.edge = refused_by_the_edge()
        self.problem = self.whole({"$ref": "#/components/schemas/Problem"})

    def validators(self, operation, status):
        """By content type, of the body with that status; None when it has none."""
        key = (operation.id, status)
        if key not in self.known:
            content = operation.responses[str(status)].get("content", {})
            schemas = {kind: self.whole(inner["schema"]) for kind, inner in content.items() if "schema" in inner}
            self.known[key] = schemas or None
        return self.known[key]

    def whole(self, schema):
        """References are to #/components: the schema takes them along."""
        return jsonschema.Draft202012Validator({**schema, "components": self.components},
                                               format_checker=jsonschema.FormatChecker())

    def wrong(self, operation, status, kind, text):
        """What is not as documented, or None."""
        self.seen.add((operation.id, status))
        if self.is_of_the_edge(status, text):
            return self.wrong_body(self.problem, text)
        if str(status) not in operation.responses:
            return f"{status} is not documented"
        schemas = self.validators(operation, status)
        if schemas is None:
            return f"{len(text)} bytes where no body is documented" if text else None
        schema = schemas.get(kind.split(";")[0].strip())
        return self.wrong_body(schema, text) if schema else f"is {kind}, documented is {sorted(schemas)}"

    def wrong_body(self, schema, text):
        try:
            body = json.loads(text, parse_constant=self.no_json)
        except ValueError as problem:
            return f"is no JSON: {problem}"
        error = jsonschema.exceptions.best_match(schema.iter_errors(body))
        return f"at {error.json_path}: {error.message[:200]}" if error else None

    def is_of_the_edge(self, status, text):
        try:
            return self.edge.get(json.loads(text)["reason"]) == status
        except (ValueError, KeyError, TypeError):
            return False

    @staticmethod
    def no_json(word):
        raise ValueError(word)
