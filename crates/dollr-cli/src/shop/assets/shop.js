// @ts-check
// The shop's page: shows what the shop's backend says. Whether something is paid is decided there, and nowhere here.

import { watchPayment } from "./watch-payment.js";

/** @typedef {{ state: string, title: string, text: string, final: boolean, may_begin: boolean, may_go_on: boolean }} Standing */

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const byId = (/** @type {string} */ id) => document.getElementById(id);

/** Changes a text only where it differs: a screen reader says what changes. @param {string} id @param {string} text */
function write(id, text) {
  const element = byId(id);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Standing} standing */
function show(standing) {
  const section = byId("standing");
  if (!section) return;
  section.dataset.state = standing.state;
  write("title", standing.title);
  write("text", standing.text);
  byId("choices")?.toggleAttribute("hidden", !standing.may_go_on);
  byId("wallet")?.toggleAttribute("hidden", !standing.may_begin);
  if (standing.final) line("quiet", "This page has stopped asking.");
}

/** The line below: how the page learns what it shows. @param {string} kind @param {string} text */
function line(kind, text) {
  const element = byId("line");
  if (element) element.dataset.line = kind;
  write("line", text);
}

const LINES = {
  live: "Live: this page hears of changes at once.",
  trouble: "No live line: this page asks every few seconds.",
  over: "This page goes on asking, also when it takes long.",
  unanswered: "We cannot be reached just now. This page keeps trying; please do not pay again.",
};

const began = performance.now();
/** How the socket is, once that is known. @type {"live" | "trouble" | "over" | null} */
let socket = null;
let unanswered = false;

/** @param {string} kind @param {string} what */
function note(kind, what) {
  const item = document.createElement("li");
  item.textContent = `${((performance.now() - began) / 1000).toFixed(1)} s: ${kind}: ${what}`;
  item.dataset.kind = kind;
  const trace = byId("trace");
  trace?.append(item);
  while (trace && trace.childElementCount > 200) trace.firstElementChild?.remove();
  if (kind === "live" || kind === "trouble" || kind === "over") socket = kind;
  if (kind === "answered" || kind === "unanswered") unanswered = kind === "unanswered";
  // A socket that is well is no comfort while the shop cannot be reached.
  const shown = unanswered ? "unanswered" : socket;
  if (shown) line(shown, LINES[shown]);
}

if ("waits" in main.dataset) {
  watchPayment({
    // Where supabase-js could not be loaded, there are polls.
    // @ts-ignore from its own script
    createClient: (...all) => globalThis.supabase.createClient(...all),
    keyUrl: main.dataset.key ?? null,
    statusUrl: main.dataset.status ?? "",
    onStatus: show,
    onNote: note,
  });
}

// One click is enough. The shop would not charge twice for two; this only says that the first one was heard.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    form.querySelector("button")?.setAttribute("aria-disabled", "true");
  });
}

// A page that the browser has kept and shows again, after “back”, is of yesterday.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
