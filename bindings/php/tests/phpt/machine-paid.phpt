--TEST--
A payment is recorded, then sent, then asked about until it is paid (I1, I4)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Execution, Verdict};

$payment = Execution::prepare(intent(), START);
$now = START;
$seen = [];
for (;;) {
    $action = $payment->next($now);
    $seen[] = $action->kind->name;
    if ($action->kind === ActionKind::Record) {
        holds(str_contains($action->snapshot, REFERENCE));
        $payment->applyRecorded($now);
    } elseif ($action->kind === ActionKind::Send) {
        $post = $action->request->method === "POST";
        $payment->applyAnswer($action->request, 200, told($post ? "PENDING" : "COMPLETED"), [], $now);
    } elseif ($action->kind === ActionKind::Wait) {
        holds($action->until > $now);
        same("schedule", $action->why);
        same((int) ceil(($action->until - $now) / 1000), $action->delay($now));
        same(1, $action->delay($action->until + 5_000));
        $now = $action->until;
    } else {
        break;
    }
}
same(["Record", "Send", "Wait", "Send", "Done"], $seen);
same(Verdict::Paid, $action->verdict);
same(0, $action->delay());
$settlement = $action->outcome->settlement;
same(["250.00", "USD", null, null, null], [
    $settlement->amount, $settlement->currency, $settlement->source, $settlement->providerTransactionId, $settlement->paidAt,
]);
same([true, true, "Completed", 1, REFERENCE], [
    $payment->isPaid(), $payment->isTerminal(), $payment->state(), $payment->asks(), $payment->key(),
]);
same("paid", $action->verdict->value);

[, $request] = sent();
same(["POST", "/v1/executions/collection", true], [$request->method, $request->path, $request->authorized]);
holds(str_contains($request->body(), REFERENCE));
same("application/json", $request->headers["Content-Type"]);

echo "done\n";
?>
--EXPECT--
done
