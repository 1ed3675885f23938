--TEST--
Patience that is over hands over, another client goes on, and reconcile finds what is left (I7)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ClaimKind, Policy, Verdict};

$sim = new Simulator();
$report = collect(client($sim), "1030", patience: 0.2);
same([Verdict::Open, null], [$report->verdict, $report->settlement]);
$other = client($sim, policy: new Policy(patience: 1));
$claim = $other->claimFulfilment($report->key);
same([ClaimKind::NotPaid, Verdict::Open], [$claim->kind, $claim->outcome->verdict]);
$sim->control("/_sim/clock", ["advance_ms" => 30_000]);
same(Verdict::Paid, $other->wait($report->key, 30)->verdict);
same(Verdict::Paid, $other->status($report->key)->verdict);

$left = collect($other, "1030", patience: 0);
$sim->control("/_sim/clock", ["advance_ms" => 30_000]);
$paid = [];
for ($n = 0; $n < 100 && $paid === []; $n++) {
    $summary = $other->reconcile(workers: 2, rateCalls: 100, ratePer: 1);
    $paid = $summary->paid;
    usleep(100_000);
}
same([$left->key], $paid);
same([1, false, 0, 0, [], [], [], []], [
    $summary->asked, $summary->needsAPerson, $summary->open, $summary->due, $summary->stuck, $summary->conflicts, $summary->notSent, $summary->unreadable,
]);
same(2, count($sim->charges()));

echo "done\n";
?>
--EXPECT--
done
