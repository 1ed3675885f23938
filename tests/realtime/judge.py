"""The official Python client as a judge of the simulator: joins, hears, survives a close, hears again, leaves.

`judge.py supabase` goes through the whole package, `judge.py realtime` through its realtime part alone.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request
import uuid
from importlib.metadata import version

BASE, ANON_KEY = os.environ["SUPABASE_URL"], os.environ["SUPABASE_ANON_KEY"]
PATIENCE = 20.0


def call(method, path, body=None):
    headers = {"authorization": "Bearer YOUR_ACCESS_TOKEN", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def prepare():
    item = {"name": "tea", "currency": "USD", "amount": 75.5}
    checkout = call(
        "POST",
        "/v1/checkouts/create",
        {
            "mode": "HOSTED",
            "source_kind": "INVOICE",
            "party_phone": "231880000001",
            "currency": "USD",
            "items": [item],
        },
    )
    source = {"source_id": checkout["source_id"], "source_type": "INVOICE"}
    return call("POST", "/v1/sessions/checkout", source)["id"], str(uuid.uuid4())


async def until(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.02)


async def connect(package):
    if package == "supabase":
        from supabase import acreate_client

        client = await acreate_client(BASE, ANON_KEY)
        return client, client.realtime
    from realtime import AsyncRealtimeClient

    client = AsyncRealtimeClient(f"{BASE}/realtime/v1", ANON_KEY)
    return client, client


async def judge(package):
    session, reference = prepare()
    key = call(
        "POST",
        "/v1/realtime-keys/collection",
        {"session_id": session, "source_type": "INVOICE", "reference_id": reference},
    )["access_token"]
    client, socket = await connect(package)
    await socket.set_auth(key)

    statuses, systems, events = [], [], []
    channel = client.channel(f"payment-intent:{session}:{reference}")
    channel.on_postgres_changes(
        "*",
        schema="public",
        table="checkout_payment_intent_public_status",
        filter=f"reference_id=eq.{reference}",
        callback=events.append,
    )
    channel.on_system(systems.append)
    await channel.subscribe(lambda status, _error: statuses.append(str(status.value)))
    await until("the channel to be live", lambda: len(systems) >= 1)

    order = {"session_id": str(session), "payment_account_id": "7000", "currency": "USD", "reference_id": reference}
    call("POST", "/v1/executions/collection", order)
    await until("the first event", lambda: events)
    first = events[0]["data"]
    assert first["type"] == "INSERT" and first["record"]["status"] == "PENDING", first
    assert first["record"]["reference_id"] == reference and first["record"]["amount"] == 75.5, first

    close = {"kind": "close", "code": 1012, "at": "now", "reference_id": reference}
    call("POST", "/_sim/realtime/scenarios", close)
    await until("the close to be noticed", lambda: "CHANNEL_ERROR" in statuses)
    await until("the channel to be live again", lambda: len(systems) >= 2)
    # The rest of the payment's life, at once.
    call("POST", "/_sim/clock", {"advance_ms": 12_000})
    await until("the last event", lambda: events[-1]["data"]["record"]["status"] == "COMPLETED")
    assert events[-1]["data"]["type"] == "UPDATE", events[-1]

    log = call("GET", "/_sim/realtime")
    tokens = [f"{t['event']} {t['role']}" for t in log["tokens"] if t["topic"].endswith(reference)]
    assert tokens == ["phx_join authenticated"] * 2, tokens
    await channel.unsubscribe()
    await until("the leave to arrive", lambda: left(reference))
    await socket.close()
    print(f"{package} {version(package)}: {' '.join(statuses)}; {len(events)} events; {', '.join(tokens)}")


def left(reference):
    frames = call("GET", "/_sim/realtime")["frames"]
    return any("phx_leave" in frame["text"] and reference in frame["text"] for frame in frames)


asyncio.run(judge(sys.argv[1]))
