<?php

/** Judges the Laravel package by a real queue worker that is killed again and again, and by the vendor's ledger. TAP. */

declare(strict_types=1);

use Dollr\Client;

require __DIR__ . "/../inc/begin.php";
require __DIR__ . "/../inc/tap.php";

const APP = __DIR__ . "/app.php";

$sim = new Simulator();
putenv("DOLLR_BASE_URL=$sim->url");
putenv("DOLLR_CLIENT_ID=" . $sim->settings["clientId"]);
putenv("DOLLR_CLIENT_SECRET=" . $sim->settings["clientSecret"]);
putenv("DOLLR_TEST_FOLDER=" . folder());
$vendor = new Client();

/** @return list<string> */
function command(string ...$arguments): array
{
    return [PHP_BINARY, "-d", "extension=" . getenv("DOLLR_EXTENSION"), "-d", "error_reporting=" . (E_ALL & ~E_DEPRECATED), APP, ...$arguments];
}

/** @return array{int, string} */
function app(string ...$arguments): array
{
    $process = proc_open(command(...$arguments), [1 => ["pipe", "w"], 2 => ["file", folder() . "/app.log", "a"]], $pipes);
    $said = stream_get_contents($pipes[1]);
    return [proc_close($process), $said];
}

/** A worker of the queue as a process of its own. @return resource */
function worker()
{
    return proc_open(command("work"), [2 => ["file", folder() . "/worker.log", "a"]], $pipes);
}

function kill($worker): void
{
    proc_terminate($worker, SIGKILL);
    proc_close($worker);
}

/** @return list<string> */
function lines(string $file): array
{
    return is_file(folder() . "/$file") ? file(folder() . "/$file", FILE_IGNORE_NEW_LINES) : [];
}

/** @return list<string> the orders whose goods have left, a name a parcel */
function shipped(): array
{
    return (new PDO("sqlite:" . folder() . "/app.db"))->query('SELECT "order" FROM parcels ORDER BY rowid')->fetchAll(PDO::FETCH_COLUMN);
}

function shown(): array
{
    return json_decode(app("show")[1], true);
}

/** @return array<string, ?string> how each order stands */
function verdicts(): array
{
    return array_column(shown()["payments"], "verdict", "order");
}

/** Waits until the condition is there; each round is a real event elsewhere, not a guess at how long it takes. */
function until(callable $condition, int $seconds = 30): bool
{
    for ($end = microtime(true) + $seconds; microtime(true) < $end; usleep(50_000)) {
        if ($condition()) {
            return true;
        }
    }
    return false;
}

/** A new order over 250.00 USD. @return array{string, string} its source and a session */
function order(string $phone = "231770000001"): array
{
    global $vendor;
    $checkout = $vendor->createCheckout($phone, "USD", [["Shoes", "250.00"]]);
    return [$checkout->source, (string) $vendor->createSession($checkout->source)->id];
}

app("migrate");

check("a worker is killed between two steps, and another one goes on (I1, I2, F25)", function () use ($sim) {
    [$source, $session] = order();
    [, $key] = app("begin", "A", $session, "1006");
    $key = trim($key);
    $worker = worker();
    holds(until(fn() => array_column(shown()["payments"], "version", "order")["A"] >= 3), "its first step is kept");
    kill($worker);
    same(["A" => null], verdicts());
    $worker = worker();
    holds(until(fn() => verdicts() === ["A" => "paid"] && shown()["jobs"] === 0), json_encode(shown()) . file_get_contents(folder() . "/worker.log"));
    kill($worker);
    same(["A"], shipped());
    same(["A paid"], lines("reported"));
    same(1, count($sim->charges()));

    // The customer comes back, as often as he likes; who never ordered is not told anything.
    same("200 {\"order\":\"A\",\"verdict\":\"paid\"}\n", app("success", "A")[1]);
    same("404", substr(app("success", "nobody")[1], 0, 3));
    same([["A"], ["A paid"]], [shipped(), lines("reported")]);
});

check("workers are killed at any moment, each payment is charged once at most, and what is paid is shipped once (I1, I2, F25)", function () use ($sim) {
    foreach (["B" => "1001", "C" => "1000", "D" => "1002", "E" => "1000", "F" => "1001"] as $order => $account) {
        same(0, app("begin", $order, order()[1], $account)[0], $order);
    }
    for ($killed = 0; $killed < 8; $killed++) {
        $worker = worker();
        usleep(random_int(100_000, 700_000));
        kill($worker);
    }
    $worker = worker();
    // What was caught after its record and before its request was asked about since, and nobody has heard of it; all else comes to its end.
    $settled = function () use ($sim) {
        $payments = shown()["payments"];
        $heard = array_column($sim->control("/_sim/ledger")["references"], "posts", "reference_id");
        $waits = fn($payment) => $payment["verdict"] === null && ($payment["version"] < 3 || ($heard[$payment["key"]] ?? 0) > 0);
        return array_filter($payments, $waits) === [];
    };
    holds(until($settled, 60), json_encode(shown()));
    kill($worker);
    $orders = array_filter($sim->control("/_sim/ledger")["orders"], fn($order) => $order["movements"] !== []);
    foreach ($orders as $order) {
        same(1, count($order["movements"]));
    }
    $paid = array_keys(verdicts(), "paid", true);
    $shipped = shipped();
    sort($shipped);
    same([$paid, count($orders)], [$shipped, count($paid)]);
});

check("of many processes that take the first step of one payment one sends it (I2, I14)", function () use ($sim) {
    $sources = [];
    for ($n = 0; $n < 4; $n++) {
        [$sources[], $session] = order();
        app("begin", "L$n", $session, "1000");
        $together = array_map(fn() => proc_open(command("success", "L$n"), [1 => ["file", "/dev/null", "w"]], $pipes), range(1, 5));
        same([0, 0, 0, 0, 0], array_map(proc_close(...), $together));
        holds(until(function () use ($n) {
            app("success", "L$n");
            return in_array("L$n paid", lines("reported"), true);
        }), json_encode(verdicts()));
        same(1, count(array_keys(shipped(), "L$n", true)));
    }
    // Of the orders before, one may be charged only now, and none twice.
    $orders = $sim->control("/_sim/ledger")["orders"];
    $movements = array_combine(array_map(fn($order) => "$order[source_type]:$order[source_id]", $orders), array_map(fn($order) => count($order["movements"]), $orders));
    same([1, 1, 1, 1], array_map(fn($source) => $movements[$source], $sources));
    holds(max($movements) === 1, json_encode($movements));
});

check("an order has one attempt at a time, and another one after a decline (T3)", function () {
    same(0, app("begin", "H", order()[1], "2000")[0]);
    same(3, app("begin", "H", order()[1], "1000")[0]);
    $worker = worker();
    holds(until(fn() => in_array("H failed", lines("reported"), true)), json_encode(verdicts()));
    kill($worker);
    [$status, $key] = app("begin", "H", order()[1], "1000");
    same(0, $status);
    same(0, app("success", "H")[0]);
    $worker = worker();
    holds(until(fn() => in_array("H", shipped(), true)), json_encode(shown()));
    kill($worker);
});

check("a payment whose job was lost is found by dollr:reconcile, and shipped once", function () {
    app("begin", "I", order()[1], "1006");
    $worker = worker();
    holds(until(fn() => array_column(shown()["payments"], "version", "order")["I"] >= 3));
    kill($worker);
    // It has been sent and nobody knows its end: no other attempt may begin (T3).
    same(3, app("begin", "I", order()[1], "1000")[0]);
    app("forget-jobs");
    $said = "";
    holds(until(function () use (&$said) {
        $said .= app("reconcile", "0")[1];
        return in_array("I", shipped(), true);
    }), $said);
    holds(str_contains($said, "paid"), $said);
    same(1, count(array_keys(shipped(), "I", true)));
    $worker = worker();
    app("success", "I");
    kill($worker);
    same(3, app("begin", "I", order()[1], "1000")[0]);
    same(1, count(array_keys(shipped(), "I", true)));
});

check("a row that cannot be read and a listener that throws keep no other payment from being asked about", function () {
    $keys = [];
    foreach (["M", "N", "O", "P"] as $order) {
        $keys[$order] = trim(app("begin", $order, order()[1], "1000")[1]);
    }
    app("forget-jobs");
    // The oldest of all: one that is damaged, and one of a later release.
    app("rewrite", "M", "{");
    app("rewrite", "N", '{"version": 99}');
    file_put_contents(folder() . "/broken", "O\n");
    $now = (int) (microtime(true) * 1000);
    [$status, $said] = app("reconcile", "0");
    same(5, $status, $said);
    foreach (["M", "N"] as $order) {
        holds(str_contains($said, "a person must look at $keys[$order]: "), $said);
        $due = array_column(shown()["payments"], "due_at", "order")[$order];
        holds($due >= $now + 3_600_000 && $due < $now + 3_700_000, "$order is put off by an hour: " . ($due - $now));
    }
    // They are put off. What the listener throws is reported, each time, and fails the command.
    $failed = 0;
    holds(until(function () use (&$failed, &$status, &$said, $keys) {
        [$status, $said] = app("reconcile", "0");
        $failed += (int) str_contains($said, $keys["O"]);
        return $failed > 0 && in_array("P", shipped(), true);
    }), $said . json_encode(shown()));
    holds(!str_contains($said, $keys["M"]) && !str_contains($said, $keys["N"]), $said);
    holds(until(fn() => app("reconcile", "0")[0] === 1));
    holds(in_array("nobody can ship O", array_map(fn($line) => preg_replace("/^RuntimeException: (.*) in .*/", "$1", $line), lines("app.log")), true));
    same(false, in_array("O", shipped(), true));
    unlink(folder() . "/broken");
    holds(until(fn() => app("reconcile", "0")[0] === 0 && in_array("O", shipped(), true)), json_encode(shown()));
});

check("a hosted checkout is paid when the vendor says so for this order, not when somebody opens the page (I4, T17)", function () use ($sim) {
    global $vendor;
    [$shoes, $boots] = array_map(fn($item) => $vendor->createCheckout("231770000001", "USD", [$item]), [["Shoes", "60.00"], ["Boots", "90.00"]]);
    app("checkout", "J", $shoes->source, "60.00");
    app("checkout", "K", $boots->source, "1.00");
    same("202", substr(app("success", "J")[1], 0, 3));
    same(false, in_array("J", shipped(), true));
    $sim->approve($shoes->url);
    $sim->approve($boots->url);
    $worker = worker();
    holds(until(fn() => in_array("J", shipped(), true) && in_array("K mismatch", lines("reported"), true), 60), json_encode(verdicts()));
    kill($worker);
    same("200", substr(app("success", "J")[1], 0, 3));
    same("202", substr(app("success", "K")[1], 0, 3));
    same(false, in_array("K", shipped(), true));
    [$status, $said] = app("reconcile", "0");
});

check("no worker has met an error", fn() => same([], lines("worker.log")));

finish();
