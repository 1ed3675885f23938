// The page itself: reached by keyboard and screen reader, steady, quiet about secrets, and closed to other sites.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { describe, isIn, lineIs, openShop, picture, test, useBrowser } from "./shop.mjs";

useBrowser();

const assets = process.env.DOLLR_SHOP_ASSETS;

describe("the page", { concurrency: 4 }, () => {
  test("the_keyboard_is_enough", async (t) => {
    const shop = await openShop(t);
    const page = await shop.customer();
    await page.goto(shop.url);
    await picture(page, "shelf");
    /** Presses Tab until this has the focus, and says whether that can be seen. */
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press("Tab");
        const seen = await page.evaluate((selector) => {
          const at = document.activeElement;
          if (!at?.matches(selector)) return null;
          const outlined = (element) => getComputedStyle(element).outlineStyle !== "none";
          return outlined(at) || outlined(/** @type {Element} */ (at.parentElement));
        }, selector);
        if (seen !== null) return assert(seen, `the focus on ${selector} cannot be seen`);
      }
      assert.fail(`${selector} is not reached by Tab`);
    };
    await tabTo("input[name=good]");
    await page.keyboard.press("ArrowDown");
    await tabTo("select[name=phone]");
    await tabTo("button");
    await page.keyboard.press("Enter");
    await isIn(page, "new");
    assert.match(await page.locator(".summary").textContent(), /Scarf.*24\.00 USD/);
    await tabTo("select[name=account]");
    await page.keyboard.type("1000");
    await tabTo("#wallet button");
    await page.keyboard.press("Enter");
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_screen_reader_is_told_what_changes", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("1045");
    const status = page.getByRole("status");
    assert.equal(await status.count(), 1, "one place that speaks");
    await page.getByText("Approve the payment on your phone").waitFor();
    await shop.reference();
    await shop.pass(45_000);
    await isIn(page, "paid");
    assert.match(await status.textContent(), /Paid\. Thank you!/);
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("select, input")].filter((field) => field.labels.length === 0).length);
    assert.equal(nameless, 0, "each field has a label");
  });

  for (const [width, account, end] of [[360, "1045", "paid"], [1280, "1045", "paid"], [360, "3000", "unknown"]]) {
    test(`nothing_moves_when_it_becomes_${end}_at_${width}`, async (t) => {
      const shop = await openShop(t);
      const page = await shop.order({ viewport: { width, height: 800 } });
      await page.addInitScript(() => {
        globalThis.shifts = [];
        new PerformanceObserver((list) => globalThis.shifts.push(...list.getEntries().flatMap(({ sources }) => sources.map(({ node, previousRect: a, currentRect: b }) =>
            `${node?.nodeName} ${node?.id ?? ""} ${node?.textContent?.slice(0, 30)}: ${a.x},${a.y} ${a.width}x${a.height} to ${b.x},${b.y} ${b.width}x${b.height}`))))
          .observe({ type: "layout-shift", buffered: true });
      });
      await page.selectOption("#account", account);
      await page.click("#wallet button");
      await lineIs(page, "live");
      await page.getByText("Approve the payment on your phone").waitFor();
      if (end === "unknown") await shop.arm({ at: "status", kind: "status", code: 503, times: 4294967295 });
      else await shop.pass(45_000);
      await isIn(page, end);
      const back = await page.locator(".back").boundingBox();
      const card = await page.locator("#standing").boundingBox();
      assert(back.y >= card.y + card.height, "nothing overlaps");
      assert.deepEqual(await page.evaluate(() => globalThis.shifts), []);
    });
  }

  test("who_wants_no_motion_gets_none", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("3000", { reducedMotion: "reduce" });
    await isIn(page, "waiting");
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
  });

  test("no_secret_reaches_the_browser (I10)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    const [pages, keys] = [[], []];
    page.on("response", async (response) => {
      // supabase-js has the word “Bearer” in it, and is a published file.
      const isOurs = response.status() < 300 && !response.url().endsWith("/supabase.js");
      const text = isOurs ? await response.text().catch(() => "") : "";
      (response.url().endsWith("/realtime.json") ? keys : pages).push(text);
    });
    await page.selectOption("#account", "1045");
    await page.click("#wallet button");
    await lineIs(page, "live");
    await shop.pass(45_000);
    await isIn(page, "paid");
    const { access_token: token } = JSON.parse(keys[0]);
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    assert.equal(claims.role, "authenticated", "the key of one payment's channel");
    const [, signature] = /\.([^.]+)$/.exec(token);
    for (const text of [...pages, await page.content()]) {
      for (const secret of ["sim-secret", "Bearer", signature]) {
        assert(!text.includes(secret), `a page holds ${secret.slice(0, 8)}`);
      }
    }
    assert(!keys.join().includes("sim-secret"));
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0, "nothing is kept");
  });

  test("other_sites_are_kept_out", async (t) => {
    const shop = await openShop(t);
    const { port } = new URL(shop.url);
    const ask = (method, headers, body) =>
      new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port, path: body ? "/orders" : "/", method, headers };
        const sent = request(options, (answer) => resolve(answer.resume()));
        sent.on("error", reject).end(body);
      });
    const form = "good=coffee&phone=231770000001";
    assert.equal((await ask("GET", { host: "shop.example" })).statusCode, 421, "DNS rebinding");
    assert.equal((await ask("GET", { host: `localhost:${port}` })).statusCode, 200);
    assert.equal((await ask("POST", { origin: "http://evil.example" }, form)).statusCode, 403);
    assert.equal((await ask("POST", { origin: "null" }, form)).statusCode, 403);
    assert.equal((await ask("POST", { origin: shop.url }, form)).statusCode, 303);
    const { headers } = await ask("GET", {});
    const policy = headers["content-security-policy"];
    assert.match(policy, /default-src 'none'.*connect-src 'self' ws:\/\/127\.0\.0\.1:\d+;.*frame-ancestors 'none'/);
    assert(!policy.includes("unsafe"), policy);
    assert.equal(headers["cache-control"], "no-store");
  });

  test("what_cannot_be_ordered_is_said", async (t) => {
    const shop = await openShop(t);
    const page = await shop.customer();
    await page.goto(shop.url);
    await page.locator("#phone option:checked").evaluate((option) => (option.value = "12"));
    await page.click("text=Place the order");
    await page.getByRole("alert").waitFor();
    await picture(page, "no-such-phone");
    await shop.arm({ at: "checkout", kind: "status", code: 503 });
    await page.click("text=Place the order");
    await page.getByText("cannot take orders").waitFor();
    await page.goto(`${shop.url}/orders/000000000000`);
    await page.getByText("There is no such page").waitFor();
  });

  test("supabase_js_is_the_published_file", async () => {
    const [script, readme] = await Promise.all(["supabase.js", "README.md"].map((name) => readFile(join(assets, name))));
    const sum = createHash("sha256").update(script).digest("hex");
    assert(readme.includes(`${sum}  supabase.js`), `the README pins another file than ${sum}`);
  });
});
