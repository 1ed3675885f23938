// How the vendor's page tells browsers to subscribe, and what becomes of it with two versions of supabase-js: measured on the
// server's side, by whose token was current. The recipe of watch-payment.js is measured beside it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, isIn, lineIs, noted, openShop, test, until, useBrowser } from "./shop.mjs";

useBrowser();

const before = createRequire(import.meta.url).resolve("supabase-js-before/package.json");
const OLDER = await readFile(join(dirname(before), "dist/umd/supabase.js"));

/** The page of a payment with an older supabase-js. */
const older = (page) =>
  page.route("**/assets/supabase.js", (route) => route.fulfill({ contentType: "text/javascript", body: OLDER }));

/** A page without a watch of its own, and the key of a payment that is never settled. */
async function stage(t, route) {
  const shop = await openShop(t);
  const page = await shop.order();
  await page.evaluate(() =>
    fetch(`${location.pathname}/pay`, { method: "POST", body: new URLSearchParams({ account: "1045" }) }));
  await shop.reference();
  const order = new URL(page.url()).pathname;
  if (route) await route(page);
  await page.goto(shop.url);
  const key = await page.evaluate(
    (order) => fetch(`${order}/realtime.json`, { method: "POST" }).then((answer) => answer.json()),
    order,
  );
  return { shop, page, key };
}

/** The vendor's snippet, as it stands there: the token is not awaited, and nothing answers for it later. */
const asDocumented = (page, key) =>
  page.evaluate((key) => {
    const client = globalThis.supabase.createClient(key.supabase_url, key.anon_key);
    client.realtime.setAuth(key.access_token);
    globalThis.heard = [];
    globalThis.channel = client
      .channel(key.channel)
      .on(
        "postgres_changes",
        {
          event: "*", schema: "public", table: "checkout_payment_intent_public_status",
          filter: `reference_id=eq.${key.reference_id}`,
        },
        (event) => globalThis.heard.push(event.new.status),
      )
      .subscribe((status) => (globalThis.status = status));
  }, key);

const isLive = ({ frames }) => frames.some(({ direction, text }) => direction === "out" && text.includes("Subscribed to PostgreSQL"));
const said = ({ frames }) => frames.filter(({ direction, text }) => direction === "out" && text.includes('"ids":[')).length;

describe("which token goes out", { concurrency: 4 }, () => {
  test("the_documented_snippet_goes_deaf_with_todays_supabase_js", async (t) => {
    const { shop, page, key } = await stage(t);
    await asDocumented(page, key);
    await until("the anon key over the payment's", shop.tokens, (tokens) => tokens.includes("access_token anon"));
    assert.deepEqual(await shop.tokens(), ["phx_join authenticated", "access_token anon"]);
    await shop.pass(45_000);
    const { references } = await shop.ledger();
    assert.equal(references[0].charges, 1, "it is paid");
    assert.equal(await page.evaluate(() => globalThis.status), "SUBSCRIBED", "the client believes that it hears of it");
    // What was to be heard was said before the leave is answered.
    await page.evaluate(() => globalThis.channel.unsubscribe());
    assert.equal(said(await shop.realtime()), 0, "nothing was said");
    assert.deepEqual(await page.evaluate(() => globalThis.heard), []);
  });

  test("the_documented_snippet_worked_with_supabase_js_2_109", async (t) => {
    const { shop, page, key } = await stage(t, older);
    await asDocumented(page, key);
    await until("the channel to be live", shop.realtime, isLive);
    await shop.pass(45_000);
    await until("the change", () => page.evaluate(() => globalThis.heard), (heard) => heard.includes("COMPLETED"));
    assert.deepEqual(await shop.tokens(), ["phx_join authenticated"]);
  });

  for (const [version, route] of [["2_109", older], ["today", null]]) {
    test(`the_recipe_joins_and_rejoins_with_the_payments_key_with_supabase_js_${version} (I8)`, async (t) => {
      const shop = await openShop(t);
      const page = await shop.order();
      if (route) await route(page);
      await page.selectOption("#account", "1045");
      await page.click("#wallet button");
      await lineIs(page, "live");
      await noted(page, "answered", "system ok");
      await shop.stage({ kind: "close", code: 1012, at: "now", reference_id: await shop.reference() });
      await lineIs(page, "trouble");
      await lineIs(page, "live");
      // What is asked because it is live again must not be what finds out that it is paid.
      await noted(page, "answered", "system ok", 2);
      assert.deepEqual(await shop.tokens(), ["phx_join authenticated", "phx_join authenticated"]);
      await shop.pass(45_000);
      await isIn(page, "paid");
      assert((await page.locator("#trace li").allTextContents()).some((note) => /asking: .*event/.test(note)));
    });
  }
});
