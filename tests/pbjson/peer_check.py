"""The codec beside protobuf's own JSON format: what one writes the other must
read as the same message.  Skipped (77) where python3-protobuf is missing.

usage: peer_check.py PEER SAMPLE_PROTO BUILD_DIR
"""
import json
import os
import subprocess
import sys

try:
    from google.protobuf import json_format
except ImportError:
    print("skipped: python3-protobuf is not installed")
    sys.exit(77)

MESSAGES = 1500


def load_messages(proto, build):
    out = os.path.join(build, "python")
    os.makedirs(out, exist_ok=True)
    subprocess.run(["protoc", "--python_out=" + out, "-I", os.path.dirname(proto), proto], check=True)
    sys.path.insert(0, out)
    import sample_pb2
    return sample_pb2.All


def from_wire(message, text):
    parsed = message()
    parsed.ParseFromString(bytes.fromhex(text))
    return parsed


def main():
    peer, proto, build = sys.argv[1:]
    message = load_messages(proto, build)
    lines = subprocess.run([peer, "write", str(MESSAGES)], check=True, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    assert len(lines) == MESSAGES, len(lines)
    expected, documents = [], []
    for line in lines:
        document, wire = line.split("\t")
        ours = from_wire(message, wire)
        theirs = json_format.Parse(document, message())
        assert theirs.SerializeToString(deterministic=True) == \
            ours.SerializeToString(deterministic=True), "read differently: " + document
        expected.append(ours)
        documents.append(json.dumps(json.loads(json_format.MessageToJson(
            ours, including_default_value_fields=len(documents) % 2 == 0))))
    answers = subprocess.run([peer, "read"], input="\n".join(documents) + "\n", check=True,
                             stdout=subprocess.PIPE, text=True).stdout.splitlines()
    assert len(answers) == MESSAGES, len(answers)
    for document, answer, ours in zip(documents, answers, expected):
        assert not answer.startswith("!"), answer + ": " + document
        assert from_wire(message, answer).SerializeToString(deterministic=True) == \
            ours.SerializeToString(deterministic=True), "read differently: " + document
    print(f"{MESSAGES} random messages agree both ways")


main()
