<?php

/** Judges the extension under php-fpm: what a request leaves behind, children of one master, limits. TAP. */

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";
require __DIR__ . "/../inc/tap.php";
require __DIR__ . "/fpm.php";

$sim = new Simulator();
putenv("DOLLR_BASE_URL=$sim->url");
putenv("DOLLR_CLIENT_ID=" . $sim->settings["clientId"]);
putenv("DOLLR_CLIENT_SECRET=" . $sim->settings["clientSecret"]);
putenv("DOLLR_JOURNAL=" . folder() . "/payments.db");

check("10,000 requests leave the process as large as it was", function () {
    $fpm = new Fpm(folder(), 1);
    $ask = fn($n) => $fpm->get($n % 20 === 0 ? "do=journal" : "do=machine", folder() . "/requests.db")[1];
    for ($n = 0; $n <= 500; $n++) {
        $first = $ask($n);
    }
    same("unrecorded", $first["said"] ?? $first);
    for ($n = 0; $n <= 10_000; $n++) {
        $last = $ask($n);
    }
    same($first["pid"], $last["pid"]);
    // A hundred bytes a request would be a megabyte.
    holds($last["resident"] - $first["resident"] < 1_000_000, "it grew by " . ($last["resident"] - $first["resident"]));
    $fpm->stop();
});

check("eight children of one master collect at the same time, and each payment is charged once (T22)", function () use ($sim) {
    $fpm = new Fpm(folder(), 8);
    $before = count($sim->charges());
    $asked = array_map(fn($n) => $fpm->ask("do=collect&order=W-$n"), range(1, 24));
    $answers = array_map(fn($connection) => $fpm->answer($connection)[1], $asked);
    same(array_fill(0, 24, "paid"), array_column($answers, "verdict"), json_encode($answers));
    same(24, count(array_unique(array_column($answers, "key"))));
    holds(count(array_unique(array_column($answers, "pid"))) > 1, "one child did it all");
    same(24, count($sim->charges()) - $before);
    $fpm->stop();
});

check("a memory limit in the midst of a call ends the request and nothing else", function () {
    $fpm = new Fpm(folder(), 1);
    $sizes = [];
    for ($n = 0; $n < 100; $n++) {
        [, $body] = $fpm->get("do=limit", folder() . "/payments.db");
        holds(str_contains((string) $body, "Allowed memory size"), json_encode($body));
        $sizes[] = $fpm->get("do=journal", folder() . "/requests.db")[1]["resident"];
    }
    holds(end($sizes) - $sizes[10] < 1_000_000, "it grew by " . (end($sizes) - $sizes[10]));
    $fpm->stop();
});

check("a request that waits is ended by request_terminate_timeout, and the next one is served", function () {
    $fpm = new Fpm(folder(), 1, ["request_terminate_timeout" => "2s"]);
    $began = microtime(true);
    $fpm->get("do=wait");
    holds(microtime(true) - $began < 40, "it took " . (microtime(true) - $began));
    same("unrecorded", $fpm->get("do=journal", folder() . "/requests.db")[1]["said"] ?? null);
    $fpm->stop();
});

finish();
