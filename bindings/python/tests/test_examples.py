"""The examples do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import Simulator

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_the_script_collects_ships_once_and_goes_on_by_reference_id(sim: Simulator, tmp_path: Path) -> None:
    settings = {
        "DOLLR_BASE_URL": sim.url,
        "DOLLR_CLIENT_ID": sim.credentials["client_id"],
        "DOLLR_CLIENT_SECRET": sim.credentials["client_secret"],
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, str(EXAMPLES / "collect.py"), *arguments]
        environment = {**os.environ, **settings}
        return subprocess.check_output(command, text=True, cwd=tmp_path, env=environment, timeout=60)

    reference, shipped = run().splitlines()
    assert shipped == "ship A-1: 250.00 USD"
    assert run(reference.split()[-1]) == ""
    assert len(sim.charges()) == 1
