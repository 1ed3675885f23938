"""A copy of the tree to put mistakes into. It and what is built of it stay in target/canaries, so that the next run is quicker."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "target" / "canaries"
TREE = WORK / "tree"
PATIENCE = 600
"""Seconds: a mistake that makes a test wait for ever is caught by that."""
QUICKLY = {"CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16", "CARGO_PROFILE_RELEASE_INCREMENTAL": "true"}
"""Each mistake is built once and run once."""


def renew():
    """As it is now, with what is not committed; files that are the same are left alone, so that they are not built again."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    names = [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        source, copy = ROOT / name, TREE / name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    for copy in [copy for copy in TREE.rglob("*") if copy.is_file()]:
        if str(copy.relative_to(TREE)) not in names and copy.relative_to(TREE).parts[0] != "target":
            copy.unlink()


def run(command, patience=PATIENCE):
    """What came of a command in the copy, or None where it was too slow."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(WORK / "target"), "RUST_BACKTRACE": "0", **QUICKLY}
    process = subprocess.Popen(
        command,
        cwd=TREE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        # The tests that wait are its children.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
