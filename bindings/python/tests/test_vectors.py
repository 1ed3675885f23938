"""The same inputs make the same transitions, byte for byte, as in Rust (I9)."""

from __future__ import annotations

import json
from typing import Any

import dollr
import pytest
from conftest import VECTORS


def snapshots() -> list[Any]:
    kept = json.loads((VECTORS / "snapshots-v1.json").read_text())
    pairs = [(dollr.Execution, kept["executions"]), (dollr.Source, kept["sources"])]
    return [pytest.param(cls, entry, id=entry["name"]) for cls, entries in pairs for entry in entries]


@pytest.mark.parametrize(("machine", "entry"), snapshots())
def test_a_kept_snapshot_restores_to_the_same_state_and_text(machine: Any, entry: dict[str, Any]) -> None:
    restored = machine.restore(json.dumps(entry["snapshot"]))
    if entry["state"] == "Sending":
        assert restored.state == "Uncertain"
        return
    assert restored.state == entry["state"]
    assert json.loads(restored.snapshot()) == entry["snapshot"]
    assert machine.restore(restored.snapshot()).snapshot() == restored.snapshot()


def replays() -> list[Any]:
    kept = json.loads((VECTORS / "transitions-v1.json").read_text())
    return [pytest.param(entry, id=entry["name"]) for entry in kept["executions"] + kept["sources"]]


def begun(entry: dict[str, Any]) -> Any:
    """The machine before anything has happened."""
    policy, at = entry["begun"]["policy"], entry["begun_at"]
    grace = policy["resend"]["AfterGrace"] if policy["resend"] != "Never" else None
    first, gaps = policy["schedule"]["first"], policy["schedule"]["gaps"]
    settings: dict[str, Any] = {
        "patience": policy["patience"]["secs"], "horizon": policy["horizon"]["secs"],
        "schedule": (first / 1000, [(age / 1000, gap / 1000) for age, gap in gaps]),
    }  # fmt: skip
    if grace:
        settings.update(resend_after=grace["grace"]["secs"], sends=grace["sends"])
    made = dollr.Policy(**settings)
    if "intent" not in entry["begun"]:
        source = entry["begun"]
        return dollr.Source.watch(source["id"], source["currency"], source["total"], at, made)
    it = entry["begun"]["intent"]
    (account,) = (it["instruction"][name]["account"] for name in it["instruction"])
    intent = dollr.Intent.collection(
        it["reference_id"], it["session"], account, it["currency"],
        amount=it["amount"], session_expires_at=it["session_expires_at"],
    )  # fmt: skip
    return dollr.Execution.prepare(intent, at, made)


def happens(machine: Any, step: dict[str, Any]) -> None:
    now, event = step["now"], step["event"]
    if event in ("answered", "lost"):
        action = machine.next(now)
        request = action.request if isinstance(action, dollr.Send) else machine.ask()
        if event == "lost":
            machine.apply_lost(request, now, sent=step["loss"] == "Unknown")
        else:
            machine.apply_answer(request, step["status"], step["body"].encode(), now, step["headers"])
    elif event == "resumed":
        machine.apply_resumed(step["patience_ms"] / 1000, now)
    elif event == "adopted":
        horizon = step["horizon_ms"]
        machine.apply_adopted(now, None if horizon is None else horizon / 1000)
    else:
        getattr(machine, f"apply_{event}")(now)


@pytest.mark.parametrize("entry", replays())
def test_what_happened_leads_to_the_same_snapshots_byte_for_byte(entry: dict[str, Any]) -> None:
    machine = begun(entry)
    for step in entry["steps"]:
        happens(machine, step)
        assert json.loads(machine.snapshot())["check"] == step["check"], step
    assert machine.snapshot() == entry["snapshot"]
