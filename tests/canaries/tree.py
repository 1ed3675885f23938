"""A copy of the tree to put mistakes into. It and what is built of it stay below target, so that the next run is quicker."""

import os
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 600
"""Seconds: a mistake that makes a test wait for ever is caught by that."""
QUICKLY = {"CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16", "CARGO_PROFILE_RELEASE_INCREMENTAL": "true"}
"""Each mistake is built once and run once."""


class Tree:
    def __init__(self, name):
        self.work = ROOT / "target" / name
        self.path = self.work / "tree"
        self.environment = {**os.environ, "CARGO_TARGET_DIR": str(self.work / "target"), "RUST_BACKTRACE": "0", **QUICKLY}

    def renew(self, edited=lambda name, data: data, more=()):
        """As it is now, with what is not committed, and changed as `edited` says; `more` is what is only in the copy. Files that
        are the same are left alone, so that they are not built again."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
        )
        names = [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
        for name in names:
            self.write(name, edited(name, (ROOT / name).read_bytes()), (ROOT / name).stat().st_mode)
        for copy in [copy for copy in self.path.rglob("*") if copy.is_file()]:
            name = copy.relative_to(self.path)
            if str(name) not in names and str(name) not in more and name.parts[0] != "target":
                copy.unlink()

    def write(self, name, data, mode=0o644):
        copy = self.path / name
        if not copy.exists() or copy.read_bytes() != data:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            copy.chmod(mode)

    def run(self, command, patience=PATIENCE, **more):
        """What came of a command in the copy, or None where it was too slow."""
        environment = {**self.environment, **more}
        process = subprocess.Popen(
            command,
            cwd=self.path,
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
