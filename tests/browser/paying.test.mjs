// Paying from a wallet, on the shop's own page: one charge, whatever the customer does, and a page that says so.

import assert from "node:assert/strict";
import { choose, describe, isIn, lineIs, noted, notes, openShop, pay, picture, test, until, useBrowser } from "./shop.mjs";

useBrowser();

describe("paying from a wallet", { concurrency: 4 }, () => {
  test("a_change_comes_over_the_socket_and_the_shop_decides (I2, I4, I8)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.order();
    await picture(page, "new");
    await pay(page, "1045");
    await lineIs(page, "live");
    await isIn(page, "waiting");
    await page.getByText("Approve the payment on your phone").waitFor();
    await picture(page, "waiting");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await picture(page, "paid");
    const trace = (await notes(page)).join("\n");
    for (const why of ["SUBSCRIBED", "system ok", "event"]) {
      assert.match(trace, new RegExp(`asking: .*${why}`), "each hint is a question");
    }
    assert.match(await page.locator("#text").textContent(), /8\.50 USD.*on its way/);
    await shop.charged(1);
    // The key of the payment, in each join and never replaced by the anon key (protocol §4.5).
    assert.deepEqual(await shop.tokens(), ["phx_join authenticated"]);
    const left = ({ connections }) => connections.every(({ ended_at_ms }) => ended_at_ms !== null);
    await until("the socket to be closed", shop.realtime, left);
    assert.doesNotMatch((await notes(page)).join("\n"), /over: /, "the watch ends with the payment");
  });

  test("two_clicks_are_one_payment (I2, T3)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.order();
    await choose(page, "1000");
    await page.locator("#wallet button").dblclick();
    await isIn(page, "paid");
    await shop.charged(1);
    assert.equal(await shop.calls("POST", "/v1/sessions/checkout"), 1, "one attempt");
  });

  test("two_forms_at_once_are_one_payment (I2, T3)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.order();
    // Past the page's own guard: five requests that are on their way together.
    await page.evaluate(async () => {
      const body = "account=1045";
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const send = () => fetch(`${location.pathname}/pay`, { method: "POST", body, headers });
      await Promise.all([send(), send(), send(), send(), send()]);
    });
    await page.reload();
    await isIn(page, "waiting");
    await shop.reference();
    await shop.pass(45_000);
    await isIn(page, "paid");
    await shop.charged(1);
    assert.equal(await shop.calls("POST", "/v1/sessions/checkout"), 1, "one attempt");
  });

  test("a_tab_that_is_reloaded_goes_on_with_the_same_payment (I2, I5)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.payment("1045");
    await lineIs(page, "live");
    await page.reload();
    await lineIs(page, "live");
    await isIn(page, "waiting");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await page.reload();
    await isIn(page, "paid");
    await shop.charged(1);
    assert.equal(shop.unshipped(), "", "the goods were handed out");
    assert.equal(await shop.calls("POST", "/v1/realtime-keys/collection"), 2, "a fresh key for each page");
    assert.deepEqual(await shop.tokens(), ["phx_join authenticated", "phx_join authenticated"]);
  });

  test("back_and_forward_pay_nothing_again (I2)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.payment("1045");
    await lineIs(page, "live");
    const order = page.url();
    await page.goBack();
    await page.goForward();
    await page.waitForURL(order);
    await isIn(page, "waiting");
    assert(!(await page.locator("#wallet").isVisible()), "nothing to pay with");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await page.goBack();
    await page.goto(order);
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_customer_who_leaves_finds_the_order_paid_without_scripts (I5, I7)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("1045");
    await shop.reference();
    const order = page.url();
    await page.close();
    await shop.pass(45_000);
    const later = await shop.customer({ javaScriptEnabled: false });
    await later.goto(order);
    await until(
      "the shop to know by itself",
      async () => {
        await later.reload();
        return later.locator("#standing").getAttribute("data-state");
      },
      (state) => state === "paid",
    );
    await shop.charged(1);
  });

  test("a_decline_is_said_and_another_attempt_is_another_payment (I2)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.payment("2001");
    await lineIs(page, "live");
    await shop.pass(3_000);
    await isIn(page, "failed");
    await picture(page, "failed");
    assert.match(await page.locator("#text").textContent(), /no money has moved.*Declined by the payer/);
    await shop.charged(0, 1);
    await pay(page, "1000");
    await isIn(page, "paid");
    await shop.charged(1, 2);
  });

  test("a_failure_that_paid_all_the_same_is_found_before_it_is_paid_again (I2, T16)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("5000");
    await shop.reference();
    await shop.pass(2_000);
    await isIn(page, "failed");
    await shop.pass(4_000);
    await pay(page, "1000");
    await isIn(page, "attention");
    await picture(page, "attention");
    assert(!(await page.locator("#wallet").isVisible()), "nothing to pay with");
    await shop.charged(1);
  });

  test("what_the_vendor_refuses_is_said_to_be_refused", async (t) => {
    const shop = await openShop(t);
    await shop.arm({ at: "execute", kind: "status", code: 403 });
    const page = await shop.payment("1000");
    await isIn(page, "refused");
    await picture(page, "refused");
    await shop.charged(0, 1);
  });

  test("what_never_began_says_so_and_can_be_tried_again (I2)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    await shop.arm({ at: "session", kind: "status", code: 503 });
    await pay(page, "1000");
    await isIn(page, "not-begun");
    await picture(page, "not-begun");
    await shop.charged(0);
    await pay(page, "1000");
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_lost_answer_is_asked_about_and_charged_once (I2, F2)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    await shop.arm({ at: "execute", kind: "drop", when: "after" });
    const page = await shop.payment("1000");
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_request_that_is_never_answered_is_never_sent_again (I2, F1)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    await shop.arm({ at: "execute", kind: "silent" });
    const page = await shop.payment("1000");
    await page.getByText("We are asking your wallet").waitFor();
    await picture(page, "asking");
    await isIn(page, "unknown");
    assert.match(await page.locator("#text").textContent(), /Dollr has not told us.*do not pay again/);
    assert(!(await page.locator("#choices").isVisible()), "nothing to pay with");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await fetch(`${page.url()}/pay`, { method: "POST", body: "account=18", headers });
    await page.reload();
    await isIn(page, "unknown");
    await shop.charged(0, 1);
  });

  test("while_the_vendor_gives_no_answer_nobody_knows_and_it_is_said (I2, I7)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    await shop.arm({ at: "status", kind: "status", code: 503, times: 4294967295 });
    const page = await shop.payment("1000");
    await isIn(page, "unknown");
    assert.match(await page.locator("#text").textContent(), /do not pay again.*We keep order/);
    await shop.disarm();
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("after_half_a_minute_nobody_knows_yet_and_the_order_is_kept (I2, I7)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    const page = await shop.payment("1045");
    await lineIs(page, "live");
    await lineIs(page, "over");
    await isIn(page, "unknown");
    await picture(page, "unknown");
    const text = await page.locator("#text").textContent();
    assert.match(text, /may still go through.*do not pay again.*We keep order.*when the money arrives/);
    assert(!(await page.locator("#wallet").isVisible()), "nothing to pay with");
    const left = ({ connections }) => connections.every(({ ended_at_ms }) => ended_at_ms !== null);
    await until("the socket to be closed", shop.realtime, left);
    await shop.charged(0, 1);
    await shop.pass(45_000);
    await noted(page, "asking", "poll");
    await isIn(page, "paid");
    await shop.charged(1);
  });
});
