// The official JavaScript client as a judge of the simulator. `node judge.mjs PACKAGE RECIPE`, where the recipe is
//   callback  realtime.accessToken and an awaited setAuth: joins, hears, survives a close, hears again, leaves
//   vsn1      the same with the old serializer
//   setauth   an awaited setAuth alone, as documented: the simulator must see which token a rejoin carries
import { anonKey, base, check, collect, eventsSaidTo, obtainKey, post, prepare, stage, tokensOf, until } from "./simulator.mjs";

const [packageName, recipe] = process.argv.slice(2);
const { createClient } = await import(packageName);
const WebSocket = globalThis.WebSocket ?? (await import("ws")).default;

const payment = await prepare();
const token = await obtainKey(payment);
const realtime = { transport: WebSocket };
if (recipe !== "setauth") realtime.accessToken = async () => token;
if (recipe === "vsn1") realtime.vsn = "1.0.0";
const supabase = createClient(base, anonKey, { realtime });
await supabase.realtime.setAuth(token);

const statuses = [];
const systems = [];
const events = [];
const channel = supabase
  .channel(`payment-intent:${payment.session}:${payment.reference}`)
  .on(
    "postgres_changes",
    {
      event: "*",
      schema: "public",
      table: "checkout_payment_intent_public_status",
      filter: `reference_id=eq.${payment.reference}`,
    },
    (event) => events.push(event),
  )
  .on("system", {}, (system) => systems.push(system))
  .subscribe((status) => statuses.push(status));

const live = (times) => () => systems.filter(({ message }) => message === "Subscribed to PostgreSQL").length >= times;
await until("the channel to be live", live(1));

await collect(payment, "7000");
await until("the first event", () => events.length > 0);
const [first] = events;
check(first.eventType === "INSERT" && first.new.status === "PENDING", `an INSERT of PENDING: ${JSON.stringify(first)}`);
check(first.new.reference_id === payment.reference && first.new.amount === 75.5, "the row is the payment's");
check(first.errors === null, "no errors");

await stage({ kind: "close", code: 1012, at: "now", reference_id: payment.reference });
await until("the close to be noticed", () => statuses.includes("CHANNEL_ERROR"));
await until("the channel to be live again", live(2));
// The rest of the payment's life, at once.
await post("/_sim/clock", { advance_ms: 12_000 });

const tokens = await tokensOf(payment);
// What the client does wrong: from 2.112.1 on the anon key replaces a token that was only set, and nothing is heard any
// more, while the client believes that it is subscribed.
const deaf = recipe === "setauth" && packageName === "supabase-js-newest";
const rejoin = `phx_join ${deaf ? "anon" : "authenticated"}`;
check(tokens.join() === ["phx_join authenticated", rejoin].join(), `the key, then a ${rejoin}: ${tokens}`);
check(statuses.at(-1) === "SUBSCRIBED", `subscribed: ${statuses}`);
if (!deaf) {
  await until("the last event", () => events.at(-1).new.status === "COMPLETED");
  const last = events.at(-1);
  check(last.eventType === "UPDATE" && last.old.id === last.new.id, "an UPDATE with the old primary key");
}

await supabase.removeChannel(channel);
check(statuses.at(-1) === "CLOSED", `left: ${statuses}`);
// What was to be heard was said before the leave was answered.
const said = await eventsSaidTo(payment);
check(said === (deaf ? 1 : 3) && events.length === said, `${said} events were said, ${events.length} heard`);
await supabase.realtime.disconnect();
console.log(`${packageName} ${recipe}, Node ${process.version}: ${statuses.join(" ")}; ${events.length} events; ${tokens.join(", ")}`);
// Timers of the client would keep the process for a while.
process.exit(0);
