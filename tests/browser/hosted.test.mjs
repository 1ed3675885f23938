// Paying on the vendor's page: coming back proves nothing, so the shop asks before it says “paid” (I4, API §4).

import assert from "node:assert/strict";
import { describe, isIn, openShop, pay, picture, shown, test, until, useBrowser } from "./shop.mjs";

useBrowser();

const toVendor = async (page) => {
  await page.click("#hosted button");
  await page.waitForURL("**/sim/pay/*");
};

describe("paying on the vendor's page", { concurrency: 4 }, () => {
  test("success_is_verified_on_the_server (I2, I4)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order({ good: "lantern" });
    await toVendor(page);
    const asked = await shop.calls("GET", "/v1/status/source");
    await page.click("text=Approve");
    await page.waitForURL("**/success");
    await isIn(page, "paid");
    await picture(page, "success");
    assert.match(await page.locator("#text").textContent(), /39\.90 USD/);
    assert((await shop.calls("GET", "/v1/status/source")) > asked, "the vendor was asked");
    await shop.charged(1, 0);
  });

  test("a_success_page_opened_by_hand_is_not_paid (I4, T17)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    const asked = await shop.calls("GET", "/v1/status/source");
    await page.goto(`${page.url()}/success`);
    await isIn(page, "new");
    await picture(page, "success-by-hand");
    assert.match(await page.locator("#notice").textContent(), /asked Dollr.*not paid/);
    assert(await page.locator("#wallet button").isVisible(), "it can be paid");
    // From then on the shop also looks after the order by itself, so that later there are more questions.
    assert((await shop.calls("GET", "/v1/status/source")) > asked, "the vendor was asked");
    await shop.charged(0);
    await pay(page, "1000");
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_success_page_opened_while_a_wallet_is_asked_waits_for_it (I2, I4)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("1045");
    await shop.reference();
    await page.goto(`${page.url()}/success`);
    await isIn(page, "waiting");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("anothers_paid_order_pays_for_none (I11, T17)", async (t) => {
    const shop = await openShop(t);
    const paid = await shop.payment("1000");
    await isIn(paid, "paid");
    const page = await shop.order({ good: "lantern" });
    const [, source] = (await shop.ledger()).orders.filter(({ status }) => status === "PAID").map(({ source_id }) => source_id);
    await page.goto(`${page.url()}/success?source_type=INVOICE&source_id=${source}&order=${paid.url().split("/").pop()}`);
    await isIn(page, "new");
  });

  test("an_approval_that_is_not_settled_is_not_paid (I4, I7)", async (t) => {
    const shop = await openShop(t);
    const approved = async (phone) => {
      const page = await shop.order({ phone });
      await toVendor(page);
      await page.click("text=Approve");
      await page.waitForURL("**/success");
      return page;
    };
    const never = await approved("231770009003");
    await isIn(never, "unknown");
    await picture(never, "success-unsettled");
    await shop.charged(0);
    const late = await approved("231770009002");
    await shop.pass(5_000);
    await isIn(late, "paid");
    await shop.charged(1, 0);
    assert(!(await shown(never)).includes("paid"), "it was never said");
  });

  test("who_turns_it_down_is_charged_nothing", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    await toVendor(page);
    await page.click("text=Decline");
    await page.waitForURL("**/cancel");
    await isIn(page, "canceled");
    await picture(page, "canceled");
    await shop.charged(0);
  });

  test("a_cancel_page_opened_by_hand_cancels_nothing (I4)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("1045");
    await shop.reference();
    await page.goto(`${page.url()}/cancel`);
    await isIn(page, "waiting");
    await shop.pass(45_000);
    await isIn(page, "paid");
  });

  test("who_never_comes_back_has_paid_all_the_same (I5, I7)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    const order = page.url();
    await toVendor(page);
    const hosted = page.url();
    await page.close();
    const body = new URLSearchParams({ method: "wallet", decision: "approve" });
    await fetch(hosted, { method: "POST", body, redirect: "manual" });
    assert((await shop.ledger()).orders.some(({ status }) => status === "PAID"), "the money has moved");
    const later = await shop.customer({ javaScriptEnabled: false });
    await until(
      "the shop to know by itself",
      async () => {
        await later.goto(order);
        return later.locator("#standing").getAttribute("data-state");
      },
      (state) => state === "paid",
    );
    await shop.charged(1, 0);
  });

  test("one_way_at_a_time (I2, T3)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    const order = page.url();
    await toVendor(page);
    await page.goBack();
    await page.goto(order);
    await isIn(page, "elsewhere");
    await picture(page, "elsewhere");
    assert(!(await page.locator("#wallet").isVisible()), "no second way");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await fetch(`${order}/pay`, { method: "POST", body: "account=1000", headers });
    await toVendor(page);
    await page.click("text=Approve");
    await page.waitForURL("**/success");
    await isIn(page, "paid");
    await page.goBack();
    await page.goto(order);
    await isIn(page, "paid");
    await shop.charged(1, 0);
  });

  test("a_wallet_that_is_asked_closes_the_vendors_page (I2, T3)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("3000");
    await shop.reference();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(`${page.url()}/checkout`, { method: "POST", headers, redirect: "manual" });
    assert.equal(new URL(answer.headers.get("location"), shop.url).pathname, new URL(page.url()).pathname);
  });

  test("an_answer_that_does_not_fit_the_order_is_for_a_person (I4, T17)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    await toVendor(page);
    await shop.arm({ at: "source_status", kind: "wrong_amount", amount: "0.01", times: 4294967295 });
    await page.click("text=Approve");
    await page.waitForURL("**/success");
    await isIn(page, "attention");
    await until("the words", () => page.locator("#text").textContent(), (text) => /do not pay again/.test(text));
  });
});
