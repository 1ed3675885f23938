"""The transition vectors of dollr-core as lines that C reads: tab-separated, texts as hexadecimal digits, `-` where there is none."""

import json
import sys

PURPOSES = {"Execute": 1, "Status": 2, "Other": 3}
LOSSES = {"NotSent": 1, "Unknown": 2}
OPERATIONS = {"collection": 1, "payout": 2, "transfer": 3, "refund": 4}


def digits(text):
    return "-" if text is None else "x" + text.encode().hex()


def millis(span):
    return span["secs"] * 1000 + span["nanos"] // 1_000_000


def begun(kind, vector):
    content = vector["begun"]
    resend = content["policy"]["resend"]
    resend = resend["AfterGrace"] if isinstance(resend, dict) else {"grace": {"secs": 0, "nanos": 0}, "sends": 0}
    schedule = content["policy"]["schedule"]
    points = ",".join(f"{age}:{gap}" for age, gap in schedule["gaps"])
    policy = [millis(content["policy"]["patience"]), millis(content["policy"]["horizon"]), millis(resend["grace"]), resend["sends"],
              schedule["first"], points]
    if kind == "sources":
        return ["source", vector["begun_at"], *policy, digits(content["id"]), digits(content["currency"]), digits(content["total"])]
    intent = content["intent"]
    (operation, what), *_ = intent["instruction"].items()
    return ["execution", vector["begun_at"], *policy, OPERATIONS[operation], digits(intent["reference_id"]), intent["session"],
            digits(what["account"]), digits(intent["currency"]), digits(intent["amount"]), intent["session_expires_at"] or 0]


def step(it):
    line = [it["event"], it["now"], it["check"]]
    if it["event"] in ("answered", "lost"):
        purpose, number = it["exchange"]
        line += [PURPOSES[purpose], number]
    if it["event"] == "answered":
        headers = {name.lower(): value for name, value in it["headers"].items()}
        line += [it["status"], digits(it["body"]), *(digits(headers.get(name)) for name in ("date", "retry-after", "age"))]
    elif it["event"] == "lost":
        line.append(LOSSES[it["loss"]])
    elif it["event"] == "resumed":
        line.append(it["patience_ms"])
    elif it["event"] == "adopted":
        line.append(it["horizon_ms"] or 0)
    return line


vectors = json.load(open(sys.argv[1]))
for kind in ("executions", "sources"):
    for vector in vectors[kind]:
        lines = [["begin", digits(vector["name"])], begun(kind, vector), *map(step, vector["steps"]), ["end", digits(vector["snapshot"])]]
        for line in lines:
            print("\t".join(map(str, line)))
