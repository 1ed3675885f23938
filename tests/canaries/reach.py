"""Which tests there are, how long each takes, and which changes it comes by."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from switches import HOMES, TESTS, TREE
from tree import ROOT

PROFILE = ["--profile", "mutants"]
ONE_TEST = 60
"""Seconds, within which a test of unchanged code has ended."""
HELD = []
"""What runs beside the tests and ends with this process, whose end it reads."""


@dataclass
class Test:
    suite: str
    program: list[str]
    name: str
    folder: str
    rust: bool
    environment: dict[str, str]
    took: float = 0.0
    reaches: tuple[int, ...] = ()
    failed: str = ""


def reached(changes, known):
    """All tests, each run once with nothing changed; if `known`, only those that the last run has not looked at."""
    numbers = {change["name"]: number for number, change in changes.items()}
    tests = rust_tests() + c_tests() + python_tests()
    kept = TREE.work / "reached.json"
    before = {(suite, name): rest for suite, name, *rest in json.loads(kept.read_text())} if known and kept.exists() else {}
    new = [test for test in tests if (test.suite, test.name) not in before]
    print(f"{len(tests)} tests, {len(new)} to look at", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as lanes:
        list(lanes.map(look, new))
    for test in tests:
        if (test.suite, test.name) in before:
            test.took, names, test.failed = before[test.suite, test.name]
            test.reaches = [numbers[name] for name in names if name in numbers]
        if test.failed:
            print(f"left out, as it fails with nothing changed: {test.suite} {test.name}: {test.failed}")
    names = {id(test): [changes[number]["name"] for number in test.reaches] for test in tests}
    kept.write_text(json.dumps([(test.suite, test.name, test.took, names[id(test)], test.failed) for test in tests]))
    return [test for test in tests if not test.failed]


def build(*command):
    built = TREE.run([*command, "--message-format=json"], patience=3600)
    if built is None or built.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {built.stderr[-3000:] if built else 'it took too long'}")
    said = [json.loads(line) for line in built.stdout.splitlines()]
    return [line for line in said if line["reason"] == "compiler-artifact"]


def rust_tests():
    # Python's crate is a module of its interpreter, and no program can hold it.
    tests, of_rust = [], [argument for crate in HOMES if crate != "dollr-python" for argument in ("-p", crate)]
    for made in build("cargo", "test", "--no-run", *PROFILE, *of_rust, *TESTS):
        if not (made.get("executable") and made["profile"]["test"]):
            continue
        folder = str(Path(made["manifest_path"]).parent)
        shown = subprocess.run([made["executable"], "--list", "--format", "terse"], cwd=folder, check=True, capture_output=True, text=True)
        names = [line.removesuffix(": test") for line in shown.stdout.splitlines() if line.endswith(": test")]
        suite = f"{Path(folder).name} {made['target']['name']}"
        tests += [Test(suite, [made["executable"]], name, folder, True, {}) for name in names]
    return tests


def c_tests():
    """The suite with the library of the woven sources, and a simulator that lasts as long as this process."""
    build("cargo", "build", "-p", "dollr-cli", "-p", "dollr-ffi")
    names = TREE.run(["tests/c/run", "--names"]).stdout.split()
    around = ["tests/c/run", "--around", "sh", "-c", "env -0; printf end; exec cat"]
    held = subprocess.Popen(around, cwd=TREE.path, env=TREE.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    HELD.append(held)
    told = b""
    while not told.endswith(b"\0end"):
        more = held.stdout.read1()
        if not more:
            raise SystemExit(f"the tests of C are not built: {told.decode()}")
        told += more
    # What the script says itself comes first, line by line.
    pairs = (pair.rpartition("\n")[2].partition("=") for pair in told.decode().split("\0")[:-1])
    environment = {name: value for name, _, value in pairs if name.startswith(("DOLLR_", "SUPABASE_"))}
    return [Test("c", [environment["DOLLR_TEST_SUITE"]], name, str(TREE.path), False, environment) for name in names]


def python_tests():
    """The module of the woven sources, with the tools that bindings/python/tests/run has installed."""
    python = ROOT / "target" / "test-tools" / "python" / "bin" / "python"
    if not python.exists():
        print("Python's tests are left out: bindings/python/tests/run types installs their tools")
        return []
    made = [
        name for artifact in build("cargo", "build", *PROFILE, "-p", "dollr-python", "-p", "dollr-cli") for name in artifact["filenames"]
    ]
    package, folder = TREE.work / "python", TREE.path / "bindings" / "python"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(folder / "python", package)
    shutil.copy(next(name for name in made if name.endswith("/lib_dollr.so")), package / "dollr" / "_dollr.abi3.so")
    program = next(name for name in made if name.endswith("/dollr"))
    environment = {"PYTHONPATH": str(package), "DOLLR_PROGRAM": program, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    files = sorted(str(path.relative_to(folder)) for path in folder.glob("tests/test_*.py"))
    return [Test("python", command, name, str(folder), False, environment) for name in files]


def look(test):
    with tempfile.TemporaryDirectory() as seen:
        # A test may become another user on its way.
        Path(seen).chmod(0o777)
        began = time.monotonic()
        test.failed = outcome([test], ONE_TEST, {"MUTANTS_SEEN": seen})
        test.took = time.monotonic() - began
        numbers = " ".join(path.read_text() for path in Path(seen).iterdir()).split()
        test.reaches = sorted({int(number) for number in numbers})
    return test


def outcome(tests, patience, environment):
    """What fails of some tests of a program: the name of one, "time", or nothing."""
    first = tests[0]
    command = [*first.program, *(test.name for test in tests)]
    if first.rust:
        command[1:1] = ["--test-threads", "1", "-Z", "unstable-options", "--fail-fast", "--exact"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        process = subprocess.Popen(
            command,
            cwd=first.folder,
            env={**TREE.environment, **first.environment, **environment, "TMPDIR": folder, "DOLLR_TEST_FOLDER": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said = process.communicate(timeout=patience)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            said = None
        # What it has begun and left behind.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if said is None:
            process.communicate()
            return "time"
    if process.returncode == 0:
        return ""
    lines = [line for line in said.splitlines() if line.startswith("test ") and "FAILED" in line or line.startswith("FAILED ")]
    return f"{first.suite} {lines[0]}" if lines else f"{first.suite} ended with {process.returncode}"
