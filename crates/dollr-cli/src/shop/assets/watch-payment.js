// @ts-check
// Watches one Dollr payment from the customer's browser. Copy this file: it needs supabase-js and two URLs of your own backend.
//
//     import { watchPayment } from "./watch-payment.js";
//     const watch = watchPayment({
//       // Of @supabase/supabase-js, 2.75 or newer. Looked up late: where it could not be loaded, there are polls.
//       createClient: (...all) => supabase.createClient(...all),
//       keyUrl: "/orders/A-1/realtime.json",          // POST: your backend mints a key for this payment
//       statusUrl: "/orders/A-1/status.json?ask=1",   // GET: your backend asks Dollr, and says how the payment stands
//       onStatus: (status) => show(status),           // what your backend said; `status.final` ends the watch
//     });
//
// What holds, whatever the network does:
//   - Only your backend decides. A frame of the socket is a hint, "ask now": nothing in it is read, so a forged one changes nothing.
//   - The browser gets the payment's own key and the anon key. The bearer token and the client secret stay on the server.
//   - The socket is an accelerator. Without it the same answer comes a few seconds later, from the polls beside it.
//   - The status only moves forward: one question at a time, and none after the final answer.
// Your backend asks Dollr at most once a second for a payment, however often it is asked itself.

/** How long the socket is listened to. */
const WATCH_MS = 30_000;
/** From here on there are polls beside the socket: a join may take 10 s to fail, a silent line is never noticed in this time. */
const POLL_FROM_MS = 5_000;
/** Between polls: beside a socket that seems well, in trouble, and after the watch, where it grows from the first to the last. */
const SLOW_MS = 5_000;
const FAST_MS = 2_000;
const LATER_MS = [5_000, 15_000];
/** Between any two questions, however many hints come. */
const LEAST_MS = 1_000;
/** For one answer of your backend. */
const PATIENCE_MS = 15_000;
/** A key must outlive the watch by this. */
const SPARE_S = 15;

/**
 * @typedef {{ supabase_url: string, anon_key: string, access_token: string, expires_in: number, channel: string, reference_id: string }} Key
 * the last four are what `dollr realtime-key` prints, the first two are in the merchant portal
 * @typedef {{ final: boolean }} Status what your backend says; `final` is read here, the rest is yours
 * @typedef {"asking" | "answered" | "unanswered" | "socket" | "live" | "trouble" | "over"} NoteKind
 */

/**
 * @template {Status} S
 * @param {object} options
 * @param {(url: string, key: string, options: object) => any} options.createClient of supabase-js
 * @param {string | null} options.keyUrl where a key is minted, by POST; `null` for a payment that has no channel
 * @param {string} options.statusUrl where the payment's standing is told, by GET
 * @param {(status: S) => void} options.onStatus each answer of your backend
 * @param {(kind: NoteKind, what: string) => void} [options.onNote] for people who want to know what it is doing
 * @returns {{ ask(why: string): void, stop(): void }}
 */
export function watchPayment({ createClient, keyUrl, statusUrl, onStatus, onNote = () => {} }) {
  const begun = performance.now();
  let ended = false;
  let inTrouble = !keyUrl;
  let later = LATER_MS[0];
  let askedAt = -LEAST_MS;
  let asking = false;
  /** Why the next question is asked: hints that no question has followed yet. @type {Set<string>} */
  const reasons = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** Leaves the channel and closes the socket, if there are any. @type {() => void} */
  let leave = () => {};

  const watched = () => performance.now() - begun;

  /** Asks the backend: at once, or when the answer that is under way has come and a second is over. @param {string} why */
  async function ask(why) {
    if (ended) return;
    reasons.add(why);
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    await sleep(askedAt + LEAST_MS - performance.now());
    // The question that goes out now is the answer to all hints that came until now.
    const all = [...reasons].join(", ");
    reasons.clear();
    askedAt = performance.now();
    if (!ended) onNote("asking", all);
    try {
      const response = await fetch(statusUrl, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const status = await response.json();
      if (ended) return;
      onNote("answered", all);
      onStatus(status);
      if (status.final) stop();
    } catch (error) {
      // No answer is not a "no": the payment is as it was, and is asked about again.
      if (!ended) onNote("unanswered", String(error));
    } finally {
      asking = false;
      if (reasons.size > 0) ask([...reasons][0]);
      else planPoll();
    }
  }

  function planPoll() {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => ask("poll"), pause());
  }

  function pause() {
    if (watched() >= WATCH_MS) {
      const now = later;
      later = Math.min(later * 1.5, LATER_MS[1]);
      return now;
    }
    if (inTrouble) return FAST_MS;
    return Math.max(POLL_FROM_MS - watched(), Math.min(SLOW_MS, WATCH_MS - watched()));
  }

  /** The socket is of no use now: ask at once, and more often until it is live again. @param {string} what */
  function trouble(what) {
    if (ended || watched() >= WATCH_MS) return;
    inTrouble = true;
    onNote("trouble", what);
    ask(what);
  }

  async function listen() {
    if (!keyUrl) return;
    const response = await fetch(keyUrl, { method: "POST", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`no key: HTTP ${response.status}`);
    /** @type {Key} */
    const key = await response.json();
    // `expires_in` is in seconds here, unlike that of the bearer token.
    if (key.expires_in < WATCH_MS / 1000 + SPARE_S) throw new Error("the key expires too soon");
    if (ended || watched() >= WATCH_MS) return;

    const supabase = createClient(key.supabase_url, key.anon_key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      // The client asks this callback at each join, rejoin and heartbeat. Without it, it answers itself with the anon key and
      // puts that over the payment's: the channel goes deaf and still says SUBSCRIBED.
      realtime: { accessToken: async () => key.access_token },
    });
    // Awaited, so that the very first join carries the key as well.
    await supabase.realtime.setAuth(key.access_token);
    if (ended) return;

    let left = false;
    const channel = supabase
      .channel(key.channel)
      .on(
        "postgres_changes",
        {
          event: "*",
          schema: "public",
          table: "checkout_payment_intent_public_status",
          filter: `reference_id=eq.${key.reference_id}`,
        },
        // The row is not looked at: whatever it says, your backend asks.
        () => ask("event"),
      )
      // "Subscribed to PostgreSQL" is the moment from which changes are heard. What changed before it was missed: ask.
      // It comes again after each gap of the server's, and is an error where the database cannot be listened to.
      .on("system", {}, (/** @type {{ status: string, message: string }} */ system) => {
        if (left) return;
        if (system.status !== "ok") return trouble(`system: ${system.message}`);
        inTrouble = false;
        onNote("live", system.message);
        ask("system ok");
      })
      .subscribe((/** @type {string} */ status) => {
        // One's own leaving says CLOSED, too.
        if (left) return;
        if (status !== "SUBSCRIBED") return trouble(status);
        onNote("socket", status);
        ask(status);
      });

    leave = () => {
      if (left) return;
      left = true;
      // The client would keep its socket for another 50 s, and on errors for ever.
      Promise.resolve(supabase.removeChannel(channel)).finally(() => supabase.realtime.disconnect());
    };
  }

  const over = setTimeout(() => {
    leave();
    onNote("over", "the watch is over: polling from now on");
    ask("30 s");
  }, WATCH_MS);

  // A tab in the background runs no timers worth the name.
  const shown = () => document.visibilityState === "visible" && ask("shown again");
  document.addEventListener("visibilitychange", shown);

  /** Ends the watch: no further question, and no socket. */
  function stop() {
    ended = true;
    clearTimeout(timer);
    clearTimeout(over);
    document.removeEventListener("visibilitychange", shown);
    leave();
  }

  ask("opened");
  listen().catch((error) => trouble(String(error)));
  return { ask, stop };
}

/** @param {number} ms */
function sleep(ms) {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
