"""One wheel, every CPython from 3.9 on that is here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import dollr
import pytest
from conftest import Simulator

HERE = Path(__file__).parent


def interpreter(version: str) -> str | None:
    """Where this version is: on the path, or among pyenv's."""
    places = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"))
    found = shutil.which(f"python{version}")
    for place in [*map(str, places), *([found] if found else [])]:
        asked = subprocess.run([place, "-c", ""], capture_output=True, check=False)
        if asked.returncode == 0:
            return place
    return None


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_the_wheel_runs_on(version: str, sim: Simulator, tmp_path: Path) -> None:
    place = interpreter(version)
    if place is None:
        pytest.skip(f"there is no CPython {version} here")
    # What is installed beside pytest is not seen: the package alone, as the wheel has it.
    shutil.copytree(
        Path(dollr.__file__).parent, tmp_path / "dollr", ignore=shutil.ignore_patterns("__pycache__")
    )
    command = [place, str(HERE / "smoke.py"), sim.url, *sim.credentials.values()]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (run.returncode, run.stdout.rpartition(".")[0], run.stderr) == (0, f"ok {version}", "")
