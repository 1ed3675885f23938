--TEST--
Each end has its verdict (I6)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Execution, Policy, Source, Verdict};

function asked(Execution $payment, string $body, int $now = START): void
{
    $payment->applyAnswer($payment->ask(), 200, $body, [], $now);
}

$failed = opened();
asked($failed, told("FAILED"));
same([Verdict::Failed, null], [$failed->verdict(START), $failed->outcome(START)->reason]);

[$refused, $request] = sent();
$refused->applyAnswer($request, 422, '{"detail": [{"loc": ["body", "currency"], "msg": "no"}]}', [], START);
$outcome = $refused->outcome(START);
same([Verdict::Refused, 422, "body.currency", "no"], [
    $outcome->verdict, $outcome->httpStatus, $outcome->errors[0]->field, $outcome->errors[0]->message,
]);

$other = opened();
asked($other, told("COMPLETED", "2.50"));
$outcome = $other->outcome(START);
same([Verdict::Stuck, "amount", "250.00", "2.50"], [$outcome->verdict, $outcome->field, $outcome->expected, $outcome->answered]);

[$uncertain, $request] = sent();
$uncertain->applyLost($request, now: START);
same(["unknown", true], [$uncertain->outcome(START)->progress, $uncertain->holdsOrder()]);
$now = START;
while (!$uncertain->isTerminal() && $now < START + 7_200_000) {
    $action = $uncertain->next($now);
    match ($action->kind) {
        ActionKind::Send => $uncertain->applyAnswer($action->request, 404, "", ["date" => gmdate("D, d M Y H:i:s", intdiv($now, 1000)) . " GMT"], $now),
        ActionKind::Wait => $now = $action->until,
        default => $uncertain->applyResumed(3_600, $now),
    };
}
same(Verdict::NotLanded, $uncertain->verdict($now));

$open = opened()->outcome(START);
same([Verdict::Open, "known", "PENDING", null], [$open->verdict, $open->progress, $open->status, $open->trouble]);

$watched = Source::watch("INVOICE:1", "USD", 1, START, new Policy(patience: 60, horizon: 60));
$active = '{"source_id": 1, "source_type": "INVOICE", "status": "ACTIVE", "currency": "USD", "total_amount": 1}';
$watched->applyAnswer($watched->ask(), 200, $active, now: START + 60_000);
$action = $watched->next(START + 60_000);
same([Verdict::Stuck, null], [$action->verdict, $action->outcome->field]);

$paid = opened();
asked($paid, told("COMPLETED"));
asked($paid, told("FAILED"), START + 1);
holds(str_contains($paid->conflict(), "FAILED"));
same(false, $paid->isPaid());

echo "done\n";
?>
--EXPECT--
done
