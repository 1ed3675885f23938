// What the judges share: a world to pay in, the simulator's control endpoints, and waiting for a condition.

import { randomUUID } from "node:crypto";

export const base = process.env.SUPABASE_URL;
export const anonKey = process.env.SUPABASE_ANON_KEY;

const PATIENCE_MS = 20_000;

async function call(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { authorization: "Bearer YOUR_ACCESS_TOKEN", "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);

// An invoice of its own, a session on it, and a reference id for the collection to come.
export async function prepare() {
  const item = { name: "tea", currency: "USD", amount: 75.5 };
  const checkout = await post("/v1/checkouts/create", {
    mode: "HOSTED", source_kind: "INVOICE", party_phone: "231880000001", currency: "USD", items: [item],
  });
  const session = await post("/v1/sessions/checkout", { source_id: checkout.source_id, source_type: "INVOICE" });
  return { session: session.id, reference: randomUUID() };
}

export async function obtainKey(payment) {
  const key = await post("/v1/realtime-keys/collection", {
    session_id: payment.session, source_type: "INVOICE", reference_id: payment.reference,
  });
  return key.access_token;
}

// The account decides what becomes of the payment: see the simulator's cheat sheet.
export const collect = (payment, account) =>
  post("/v1/executions/collection", {
    session_id: String(payment.session), payment_account_id: account, currency: "USD", reference_id: payment.reference,
  });

export const stage = (scenario) => post("/_sim/realtime/scenarios", scenario);

// The roles of the tokens that this payment's channel was given, in their order, e.g. ["phx_join authenticated"].
export async function tokensOf(payment) {
  const { tokens } = await get("/_sim/realtime");
  return tokens.filter(({ topic }) => topic.endsWith(payment.reference)).map(({ event, role }) => `${event} ${role}`);
}

// How many events the server has sent to this payment's channel.
export async function eventsSaidTo(payment) {
  const { frames } = await get("/_sim/realtime");
  const isEvent = ({ direction, text }) => direction === "out" && text.includes('"ids":[');
  return frames.filter((frame) => isEvent(frame) && frame.text.includes(payment.reference)).length;
}

export async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
}
