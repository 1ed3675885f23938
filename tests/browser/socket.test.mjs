// Whatever the realtime socket does, the page ends with the same words: it only says when to ask (I8).

import assert from "node:assert/strict";
import { describe, isIn, lineIs, noted, notes, openShop, pay, picture, shown, test, until, useBrowser } from "./shop.mjs";

useBrowser();

/** A payment that is approved while this goes wrong with its socket: once the line is so, and the hints that came are answered. */
const tried = (name, scenario, line, hint) =>
  test(`${name} (I2, I7, I8)`, async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    await shop.settings({ refusal_delay_ms: 0, join_error_delay_ms: 0 });
    if (scenario) await shop.stage({ times: 4294967295, ...scenario });
    const page = await shop.payment("1045");
    await lineIs(page, line);
    if (name.startsWith("a_refused_socket")) {
      await noted(page, "asking", "CHANNEL_ERROR");
      await picture(page, "refused-socket");
    }
    await noted(page, "answered", hint);
    await isIn(page, "waiting");
    await shop.pass(45_000);
    await isIn(page, "paid");
    // Not by the last question of the watch, but by those that are asked beside the socket.
    const asked = (await notes(page)).findLast((note) => note.includes(": asking: "));
    assert.doesNotMatch(asked, /30 s$/);
    // Where the machine is slow, the page may say meanwhile that it doesn't know.
    const states = (await shown(page)).filter((state) => state !== "unknown");
    assert.deepEqual([...new Set(states)], ["waiting", "paid"]);
    await shop.charged(1);
  });

describe("a socket that fails", { concurrency: 4 }, () => {
  tried("a_refused_socket_costs_seconds", { kind: "refuse", status: 401 }, "trouble", "");
  tried("a_refused_join_costs_seconds", { kind: "join_error" }, "trouble", "");
  tried("a_join_that_is_never_answered_costs_seconds", { kind: "no_reply" }, "quiet", "opened");
  tried("a_channel_that_never_becomes_live_costs_seconds", { kind: "no_system" }, "quiet", "SUBSCRIBED");
  tried("a_table_that_is_not_published_costs_seconds", { kind: "system_error" }, "trouble", "");
  tried("a_silent_socket_costs_seconds", { kind: "stall" }, "live", "system ok");
  tried("a_socket_that_only_answers_pings_costs_seconds", { kind: "app_dead" }, "live", "system ok");
  tried("a_channel_that_is_deaf_costs_seconds", { kind: "anon_over_token" }, "live", "system ok");
  tried("a_socket_that_ends_with_the_change_costs_seconds", { kind: "drop", at: "change" }, "live", "system ok");
  tried("a_server_that_restarts_costs_seconds", { kind: "server_disconnect", times: 1 }, "trouble", "");
  tried("a_token_that_expires_costs_seconds", { kind: "token_expired" }, "trouble", "");
  tried("a_frame_that_is_none_costs_seconds", { kind: "binary_frame" }, "live", "system ok");
  tried("an_error_instead_of_the_row_is_a_hint", { kind: "errors", code: 401 }, "live", "system ok");

  test("a_frame_that_breaks_supabase_js_costs_seconds (I2, I7, I8)", async (t) => {
    const shop = await openShop(t, "--no-deduplication");
    // What supabase-js does with it is to throw.
    shop.forgiven = /JSON|Unexpected|undefined|null|iterable/;
    const page = await shop.payment("1045");
    await lineIs(page, "live");
    const reference_id = await shop.reference();
    for (const text of ["no json", "[]", "null", "{}"]) {
      await shop.stage({ kind: "raw_text", text, at: "now", reference_id });
    }
    await noted(page, "answered", "system ok");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("without_a_key_there_are_polls (I7, I8)", async (t) => {
    const shop = await openShop(t);
    await shop.arm({ at: "realtime_key", kind: "status", code: 503, times: 4294967295 });
    const page = await shop.payment("1045");
    await lineIs(page, "trouble");
    await shop.pass(45_000);
    await isIn(page, "paid");
    assert.deepEqual(await shop.tokens(), [], "no socket");
    await shop.charged(1);
  });

  test("without_supabase_js_there_are_polls (I7, I8)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.order();
    await page.route("**/supabase.js", (route) => route.abort());
    await pay(page, "1045");
    await lineIs(page, "trouble");
    await noted(page, "trouble", "createClient");
    await shop.pass(45_000);
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_key_that_is_about_to_expire_is_not_used (I8)", async (t) => {
    const shop = await openShop(t);
    await shop.settings({ key_life_seconds: 40 });
    const page = await shop.payment("1045");
    await lineIs(page, "trouble");
    await shop.pass(45_000);
    await isIn(page, "paid");
    assert.deepEqual(await shop.tokens(), [], "no socket");
  });

  test("a_shop_that_cannot_be_reached_is_no_reason_to_pay_again (I2)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("1045");
    await lineIs(page, "live");
    await page.route("**/status.json*", (route) => route.abort());
    await shop.stage({ kind: "drop", at: "now" });
    await lineIs(page, "unanswered");
    await picture(page, "unanswered");
    assert.match(await page.locator("#line").textContent(), /do not pay again/);
    await isIn(page, "waiting");
    await shop.pass(45_000);
    await page.unroute("**/status.json*");
    await isIn(page, "paid");
    await shop.charged(1);
  });

  test("a_forged_frame_changes_nothing (I4, I8, T18)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("3001");
    await lineIs(page, "live");
    const reference_id = await shop.reference();
    const { frames } = await shop.realtime();
    const joined = frames.find(({ direction, text }) => direction === "out" && text.includes('"postgres_changes":['));
    const [, , topic, , { response }] = JSON.parse(joined.text);
    const row = { id: "1", reference_id, status: "COMPLETED", state: "paid", final: true, verdict: "paid" };
    const data = {
      schema: "public", table: "checkout_payment_intent_public_status", type: "UPDATE", errors: null,
      commit_timestamp: "2026-11-21T09:00:00.123Z", record: row, old_record: { id: "1" },
      columns: Object.keys(row).map((name) => ({ name, type: "text" })),
    };
    const ids = response.postgres_changes.map(({ id }) => id);
    // What came before it has been asked about.
    await noted(page, "answered", "poll");
    const before = (await notes(page)).filter((note) => note.includes(": answered: ")).length;
    const text = JSON.stringify([null, null, topic, "postgres_changes", { ids, data }]);
    await shop.stage({ kind: "raw_text", text, at: "now", reference_id });
    await until("the frame to be asked about", () => notes(page), (notes) =>
      notes.filter((note) => note.includes(": answered: ")).slice(before).some((note) => note.includes("event")));
    await isIn(page, "waiting");
    assert(!(await shown(page)).includes("paid"), "not for a moment");
    await shop.charged(0, 1);
  });

  test("a_flood_of_frames_is_a_question_a_second (I8, I12)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("3001");
    await lineIs(page, "live");
    const reference_id = await shop.reference();
    const reads = async () => (await shop.ledger()).references[0].status_reads;
    const [before, began] = [await reads(), Date.now()];
    await shop.stage({ kind: "burst", events: 3_000, at: "now", reference_id });
    await noted(page, "answered", "event");
    await noted(page, "answered", "", 6);
    const [asked, seconds] = [(await reads()) - before, (Date.now() - began) / 1000];
    // The shop's own thread asks too, every two seconds or less often.
    assert(asked <= seconds * 1.5 + 2, `${asked} questions in ${seconds} s`);
    await isIn(page, "waiting");
  });

  test("two_tabs_share_a_question (I8, I12)", async (t) => {
    const shop = await openShop(t);
    const page = await shop.payment("3001");
    await shop.reference();
    const reads = async () => (await shop.ledger()).references[0].status_reads;
    const [before, began] = [await reads(), Date.now()];
    // Twenty at once are answered by two questions at most: the one that is under way, and one that all others wait for.
    const answers = await page.evaluate(() => {
      const ask = () => fetch(`${location.pathname}/status.json?ask=1`).then((answer) => answer.json());
      return Promise.all(Array.from({ length: 20 }, ask));
    });
    const [asked, seconds] = [(await reads()) - before, (Date.now() - began) / 1000];
    assert(answers.every(({ state }) => state === "waiting"));
    assert(asked <= seconds * 1.5 + 2, `${asked} questions in ${seconds} s`);
  });
});
