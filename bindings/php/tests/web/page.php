<?php

/** What a shop's page does in one request; `do` says which. It answers with JSON. */

declare(strict_types=1);

use Dollr\Client;
use Dollr\Journal;

require __DIR__ . "/../inc/begin.php";

$_GET += ["do" => ""];
$answer = ["pid" => getmypid()];
switch ($_GET["do"]) {
    case "machine":
        // All that a request can leave behind, without the vendor.
        [$payment, $request] = sent();
        $payment->applyAnswer($request, 200, told("COMPLETED"), ["Date" => ["now"]], START);
        $payment->explain(START);
        try {
            $payment->applyRecorded(START);
        } catch (Dollr\IllegalEventException $thrown) {
            $answer["said"] = $thrown->kind;
        }
        break;
    case "journal":
        $shop = new Client("id", "secret", "http://127.0.0.1:1", $_SERVER["JOURNAL"]);
        try {
            $shop->claimFulfilment(REFERENCE);
        } catch (Dollr\UnrecordedException $thrown) {
            $answer["said"] = $thrown->kind;
        }
        break;
    case "collect":
        $report = collect(new Client(), "1000", order: $_GET["order"]);
        $answer += ["verdict" => $report->verdict->value, "key" => $report->key];
        break;
    case "wait":
        $open = collect(new Client(), "3000", patience: 0);
        ini_set("max_execution_time", "1000");
        (new Client())->wait($open->key, 60);
        break;
    case "limit":
        // A memory limit in the midst of rows leaves by longjmp.
        ini_set("memory_limit", (string) (memory_get_usage(true) + 2 * 1024 * 1024));
        $journal = new Journal($_SERVER["JOURNAL"]);
        for ($all = []; ; ) {
            $all[] = $journal->entries(1_000);
        }
}
$answer["resident"] = (int) explode(" ", file_get_contents("/proc/self/statm"))[1] * 4096;
echo json_encode($answer);
