--TEST--
A collection is paid, its goods are claimed once, and the journal has it (I2, I5)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ClaimKind, Execution, Intent, InvalidException, Journal, Verdict};

$sim = new Simulator();
$shop = client($sim);
$shop->signIn();
$report = collect($shop, order: "A-1");
same([Verdict::Paid, true, "250.00", "Completed", 1, null], [
    $report->verdict, $report->isPaid, $report->settlement->amount, $report->state, $report->executeCalls, $report->conflict,
]);
same(1, count($sim->charges()));

$mine = $shop->claimFulfilment($report->key);
same([ClaimKind::Yours, "250.00", null], [$mine->kind, $mine->settlement->amount, $mine->by]);
same(ClaimKind::Taken, $shop->claimFulfilment($report->key)->kind);
$other = client($sim);
$taken = $other->claimFulfilment($report->key);
holds($taken->kind === ClaimKind::Taken && $taken->by !== null && $taken->at > START && $taken->settlement === null);
same([null, $report->key], [$mine->key, $taken->key]);
same(null, $shop->nextPaid());
same(true, $other->release($report->key));
// Given to one at a time, until it is shipped.
same(null, $shop->nextPaid(since: PHP_INT_MAX));
$delivery = $shop->nextPaid(60);
same([$report->key, "A-1", "250.00"], [$delivery->key, $delivery->order, $delivery->settlement->amount]);
same(null, $other->nextPaid());
same(true, $shop->release($delivery->key));
same(ClaimKind::Yours, $other->claimFulfilment($report->key)->kind);
same([true, false], [$other->fulfilled($report->key), $other->fulfilled($report->key)]);

$journal = new Journal(folder() . "/payments.db");
$entries = $journal->entries();
same(1, count($entries));
same([$report->key, "A-1", false], [$entries[0]->key, $entries[0]->order, $entries[0]->open]);
same(true, Execution::restore($entries[0]->snapshot)->isPaid());
same([], $journal->entries(open: true));
same([], $journal->entries(limit: 0));
same($report->key, $journal->load($report->key)->key);
same(null, $journal->load("ORDER:4711"));

// A decline is a verdict, and the order is free again.
$declined = collect($shop, "2000", order: "A-2");
same([Verdict::Failed, null], [$declined->verdict, $declined->settlement]);
$paid = collect($shop, order: "A-2");
same(Verdict::Paid, $paid->verdict);

// A second payment of one order is a person's, until he says that he has dealt with it.
$twice = collect($shop, order: "A-2", despite: "a test");
$summary = $shop->reconcile();
same([[$twice->key], true], [$summary->duplicates, $summary->needsAPerson]);
same([false, true, false], array_map(fn($key) => $shop->resolve($key, "returned"), [$paid->key, $twice->key, $twice->key]));
$summary = $shop->reconcile();
same([[], false], [$summary->duplicates, $summary->needsAPerson]);

// By phone, and on the page of another invoice; its own page tells nothing new.
[$phone, $page] = array_map(fn() => $shop->createCheckout("231770000001", "USD", [["Shoes", "250.00"]])->source, [0, 1]);
$session = $shop->createSession($phone);
same($phone, $session->source);
$shop->collect($session->id, "1000", "USD", "250.00", order: "A-3", source: $phone);
$shop->collect($shop->createSession($page), "1000", "USD", "250.00");
foreach ([$phone, $page] as $source) {
    same(Verdict::Paid, $shop->verifySource($source, "USD", "250.00", order: "A-3")->verdict);
}
same([$page], $shop->reconcile()->duplicates);
$intent = Intent::collection($session, "18", "USD", sessionExpiresAt: 1);
same([$phone, 1], [$intent->source, $intent->sessionExpiresAt]);
same([null, "ORDER:7"], [Intent::refund(55)->source, Intent::collection($session, "18", "USD", source: "ORDER:7")->source]);
throws(InvalidException::class, fn() => Intent::collection(55, "18", "USD", source: "A-3"), "source");

echo "done\n";
?>
--EXPECT--
done
