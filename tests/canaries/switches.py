"""The copy of the tree with every change of cargo-mutants behind a switch of its own, as far as it compiles."""

import collections
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from tree import ROOT, Tree
from weave import Source, behind_which

TREE = Tree("mutants")
TREE.environment |= {
    "RUSTFLAGS": "--cap-lints allow " + TREE.environment.get("RUSTFLAGS", ""),
    # To end a chunk of tests with the first that fails.
    "RUSTC_BOOTSTRAP": "1",
    "PROPTEST_CASES": "32",
}
HOMES = {
    "dollr-core": "crates/dollr-core",
    "dollr-journal": "crates/dollr-journal",
    "dollr-client": "crates/dollr-client",
    "dollr-cli": "crates/dollr-cli",
    "dollr-sim": "crates/dollr-sim",
    "dollr-ffi": "crates/dollr-ffi",
    "dollr-python": "bindings/python",
}
PACKAGES = [argument for crate in HOMES for argument in ("-p", crate)]
TESTS = ["-p", "dollr-e2e", "-p", "dollr-fuzz"]
"""Where the crates have tests besides their own."""
SWITCH = {
    "crates/mutant-switch/Cargo.toml": b'[package]\nname = "mutant_switch"\nversion = "0.0.0"\nedition = "2024"\n',
    "crates/mutant-switch/src/lib.rs": (Path(__file__).parent / "switch.rs").read_bytes(),
}
ROUNDS = 40
A_LINE_OR_TWO = 8
"""How far from a mistake that is behind no switch the change is looked for that made it."""


def lay():
    """All changes by their numbers, with `out` at those that do not compile. The copy holds the others."""
    changes = listed()
    digest = hashlib.sha256(json.dumps(changes).encode())
    for name in sorted({change["file"] for change in changes.values()}):
        digest.update((ROOT / name).read_bytes())
    kept = TREE.work / "compiled.json"
    found = json.loads(kept.read_text()) if kept.exists() else {}
    if found.get("of") != digest.hexdigest():
        found = {"of": digest.hexdigest(), "out": {}, "constant": []}
    out, constant = {int(number): why for number, why in found["out"].items()}, set(found["constant"])
    out |= {number: "what is behind an `impl` has one type" for number, change in changes.items() if returns_impl(change)}
    for attempt in range(ROUNDS):
        weave(changes, out, constant, attempt)
        wrong = mistakes()
        print(f"{len(changes) - len(out)} of {len(changes)} changes, {len(wrong)} mistakes", flush=True)
        if not wrong:
            break
        judge(wrong, changes, out, constant)
    else:
        sys.exit("the woven sources do not compile, whatever is left out")
    kept.write_text(json.dumps({**found, "out": out, "constant": sorted(constant)}))
    return {number: {**change, "out": out.get(number, "")} for number, change in changes.items()}


def returns_impl(change):
    return change["genre"] == "FnValue" and "impl " in (change["function"]["return_type"] or "")


def listed():
    listing = ["cargo", "mutants", *PACKAGES, "--list", "--json", "--diff"]
    changes = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True)
    return dict(enumerate(json.loads(changes.stdout), start=1))


def weave(changes, out, constant, attempt):
    """Writes the copy; what finds no place is left out."""
    by_file = collections.defaultdict(list)
    for number, change in changes.items():
        if number not in out:
            by_file[change["file"]].append((number, change))

    def edited(name, data):
        if name in HOMES_MANIFESTS:
            switch = "../" * name.count("/") + "crates/mutant-switch"
            return data.replace(b"\n[dependencies]\n", f'\n[dependencies]\nmutant_switch = {{ path = "{switch}" }}\n'.encode(), 1)
        if name == "Cargo.lock" and attempt > 0:
            return (TREE.path / name).read_bytes()
        if name.endswith(".rs") and "/tests/" in name:
            # What a test keeps from a command of its environment is not the switch.
            kept = b'.env_clear().envs(std::env::vars().filter(|(name, _)| name.starts_with("MUTANT")))'
            return data.replace(b".env_clear()", kept)
        if not (name.endswith(".rs") and any(name.startswith(f"{home}/src/") for home in HOMES.values())):
            return data
        source = Source(data.decode(), constant)
        for number, change in by_file.get(name, ()):
            if not source.put(number, change):
                out[number] = "it has no place"
        return source.woven().encode()

    TREE.renew(edited, SWITCH)
    for name, data in SWITCH.items():
        TREE.write(name, data)


HOMES_MANIFESTS = [f"{home}/Cargo.toml" for home in HOMES.values()]


def mistakes():
    """What the compiler does not take, first of the crates, then of their tests."""
    return wrong_in("--lib", "--bins") or wrong_in("--tests", *TESTS)


def wrong_in(*targets):
    checked = TREE.run(["cargo", "check", "--message-format=json", "--keep-going", *PACKAGES, *targets], patience=3600)
    said = [json.loads(line) for line in checked.stdout.splitlines()]
    errors = [line["message"] for line in said if line["reason"] == "compiler-message" and line["message"]["level"] == "error"]
    placed = [error for error in errors if error["spans"]]
    if checked.returncode != 0 and not placed:
        sys.exit(checked.stderr[-3000:])
    return placed


def judge(wrong, changes, out, constant):
    """Leaves out what the mistakes are behind. Where that is nothing, a function has to stay constant, or lines are suspected."""
    before, loose = len(out) + len(constant), []
    for error in wrong:
        places = [place for span in sorted(error["spans"], key=lambda span: not span["is_primary"]) if (place := place_of(span))]
        guilty = [stack[-1] for name, at, _ in places if (stack := behind_which((TREE.path / name).read_bytes(), at))]
        callee = re.search(r"non-const (?:associated function|function|method|fn) `([^`]+)`", error["message"])
        if guilty:
            out[guilty[0]] = error["message"]
        elif callee:
            constant.add(re.sub(r"<[^>]*>", "", callee.group(1)).split("::")[-1].strip())
        elif places:
            loose.append((error["message"], places[0]))
    if len(out) + len(constant) > before:
        return
    for message, (name, _, line) in loose:
        lines = (TREE.path / name).read_text().split("\n")[max(0, line - 3) : line + A_LINE_OR_TWO]
        near = {int(number) for number in re.findall(r"/\*<(\d+)\*/", "\n".join(lines))}
        if "exhaustive" in message or "not covered" in message:
            near = {number for number in near if changes[number]["genre"] == "MatchArm"}
        out.update({number: message for number in near})
    if len(out) + len(constant) == before:
        sys.exit("\n".join(error["rendered"] for error in wrong[:5]))


def place_of(span):
    """The file, the byte and the line of what was written there, also where a macro made it."""
    while not (TREE.path / span["file_name"]).exists():
        if not span.get("expansion"):
            return None
        span = span["expansion"]["span"]
    return span["file_name"], span["byte_start"], span["line_start"]
