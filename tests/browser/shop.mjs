// What the tests share: a shop and its simulated vendor for each test, a browser for each file, and waiting for a state.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test as unlimited } from "node:test";
import { chromium } from "playwright-core";

/** Longer than the half minute for which a page watches. */
const PATIENCE_MS = 60_000;

/** No test takes that long, even on a slow machine: one that does hangs, and fails by its name. */
const LONGEST_TEST_MS = 120_000;

export const NARROW = { width: 360, height: 740 };
export const WIDE = { width: 1280, height: 900 };

let browser;

export { describe } from "node:test";

export const test = (name, body) => unlimited(name, { timeout: LONGEST_TEST_MS }, body);

/** One browser for the tests of a file. */
export function useBrowser() {
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.DOLLR_CHROMIUM,
      args: [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ],
    });
  });
  after(() => browser.close());
}

/** A vendor and a shop, for one test. The test ends them. */
export async function openShop(t, ...args) {
  const command = ["--json", "sim", "--listen", "127.0.0.1:0", "--shop=127.0.0.1:0", ...args];
  const sim = spawn(process.env.DOLLR_COMMAND, command, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    sim.kill("SIGTERM");
    if (sim.exitCode === null) await once(sim, "exit");
  });
  const [said] = await once(createInterface({ input: sim.stdout }), "line");
  const { base_url: vendor, shop_url: url, shop_journal: journal } = JSON.parse(said);
  return new Shop(t, vendor, url, journal);
}

class Shop {
  constructor(t, vendor, url, journal) {
    Object.assign(this, { t, vendor, url, journal });
  }

  async call(method, path, body) {
    const answer = await fetch(this.vendor + path, { method, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  ledger = () => this.call("GET", "/_sim/ledger");
  realtime = () => this.call("GET", "/_sim/realtime");
  stage = (scenario) => this.call("POST", "/_sim/realtime/scenarios", scenario);
  settings = (settings) => this.call("POST", "/_sim/realtime/settings", settings);
  arm = (fault) => this.call("POST", "/_sim/faults", fault);
  disarm = () => this.call("DELETE", "/_sim/faults");
  /** The vendor's time goes on by so much at once. */
  pass = (ms) => this.call("POST", "/_sim/clock", { advance_ms: ms });

  /** What a page may complain about: that it was refused a socket or an answer is said by the browser, and no fault of its. */
  forgiven = /Failed to load resource|WebSocket connection to|net::ERR_/;

  /** The page of a new customer. What it complains about fails the test. */
  async customer(options = {}) {
    const context = await browser.newContext({ viewport: NARROW, ...options });
    const page = await context.newPage();
    // Each state that the page has shown, however shortly.
    await page.addInitScript(() => {
      globalThis.states = [];
      const look = () => {
        const state = document.querySelector("#standing")?.dataset.state;
        if (state && globalThis.states.at(-1) !== state) globalThis.states.push(state);
      };
      const options = { attributes: true, childList: true, subtree: true, attributeFilter: ["data-state"] };
      new MutationObserver(look).observe(document, options);
    });
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (said) => ["error", "warning"].includes(said.type()) && complaints.push(said.text()));
    this.t.after(async () => {
      await context.close();
      assert.deepEqual(complaints.filter((complaint) => !this.forgiven.test(complaint)), [], "the page complains");
    });
    return page;
  }

  /** A customer who has placed an order, on its page. */
  async order({ phone = "231770000001", good = "coffee", ...options } = {}) {
    const page = await this.customer(options);
    await page.goto(this.url);
    await page.check(`input[value=${good}]`);
    await page.selectOption("#phone", phone);
    await page.click("text=Place the order");
    await page.waitForURL("**/orders/*");
    await isIn(page, "new");
    return page;
  }

  /** A customer who has begun to pay from this wallet. */
  async payment(account, options) {
    const page = await this.order(options);
    await pay(page, account);
    return page;
  }

  /** The reference id of the one payment that there is. */
  async reference() {
    const { references } = await until("the payment to arrive", this.ledger, ({ references }) => references.length > 0);
    assert.equal(references.length, 1, "one payment");
    return references[0].reference_id;
  }

  /** The promise that matters most (I2): how often the customers of this shop were charged, and asked to be. */
  async charged(times, posts = times) {
    const { orders, references } = await this.ledger();
    const sum = (list, of) => list.reduce((total, each) => total + of(each), 0);
    assert.equal(sum(orders, (order) => order.charges), times, "charges");
    assert.equal(sum(references, (reference) => reference.posts), posts, "POSTs");
  }

  /** Payments that are paid and whose goods nobody has handed out. */
  unshipped() {
    const args = ["--journal", this.journal, "--json", "paid"];
    return execFileSync(process.env.DOLLR_COMMAND, args, { encoding: "utf8" });
  }

  /** How often a path of the vendor's was called. */
  async calls(method, path) {
    const { calls } = await this.ledger();
    return calls.filter((call) => call.method === method && call.path === path).length;
  }

  /** What the channels were given, in their order, e.g. ["phx_join authenticated"]. */
  tokens = async () => {
    const { tokens } = await this.realtime();
    return tokens.map(({ event, role }) => `${event} ${role}`);
  };
}

/** Chooses a wallet and pays. */
export async function pay(page, account) {
  await choose(page, account);
  await page.click("#wallet button");
}

export async function choose(page, account) {
  const known = await page.locator(`#account option[value="${account}"]`).count();
  assert(known, `the shop has no wallet ${account}`);
  await page.selectOption("#account", account);
}

/** Waits until the page shows this state. */
export async function isIn(page, state) {
  const found = page.locator("#standing");
  try {
    await page.locator(`#standing[data-state="${state}"]`).waitFor({ timeout: PATIENCE_MS });
  } catch {
    const shown = await found.getAttribute("data-state").catch(() => "no order");
    const trace = await page.locator("#trace li").allTextContents();
    throw new Error(`waited in vain for ${state}; the page shows ${shown}\n${trace.join("\n")}`);
  }
}

/** Waits until the line below the words is of this kind: live, trouble, over, unanswered. */
export const lineIs = (page, kind) => page.locator(`#line[data-line="${kind}"]`).waitFor({ timeout: PATIENCE_MS });

/** Waits until the page has noted this. */
export const noted = (page, kind, text, times = 1) =>
  until(
    `${times} × ${kind}: ${text}`,
    () => notes(page),
    (notes) => notes.filter((note) => note.includes(`: ${kind}: `) && note.includes(text)).length >= times,
  );

/** Each state that the page has shown since it was loaded. */
export const shown = (page) => page.evaluate(() => globalThis.states);

/** What the page has done, line by line. */
export const notes = (page) => page.locator("#trace li").allTextContents();

export async function until(what, look, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}: ${JSON.stringify(seen).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Pictures of the page on a phone and on a desk, and what holds for each of them: no sideways scrolling, and text that can be read. */
export async function picture(page, name) {
  await page.mouse.move(0, 0);
  for (const [size, viewport] of [["360", NARROW], ["1280", WIDE]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(wide <= 0, `${name}: ${wide} px too wide at ${size}`);
      assert.deepEqual(await page.evaluate(faint), [], `${name}: text that is hard to read, ${colorScheme}`);
      const path = join(process.env.DOLLR_SCREENSHOTS, `${name}-${size}${colorScheme === "dark" ? "-dark" : ""}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
}

/** In the page: texts whose contrast to what is behind them is below 4.5 (WCAG 1.4.3). */
function faint() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const read = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = read(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("main *, footer")].filter(
    (element) =>
      element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
  );
  return texts.flatMap((element) => {
    const [a, b] = [light(read(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return contrast < 4.5 ? [`${element.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`] : [];
  });
}
