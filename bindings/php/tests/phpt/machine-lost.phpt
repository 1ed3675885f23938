--TEST--
What surely was not sent is sent again, and what may have been is not (I2, F1, F2)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Execution, Policy, Verdict};

[$held, $request] = sent();
$held->applyLost($request, sent: false, now: START);
same("Prepared", $held->state());

[$lost, $request] = sent();
$lost->applyLost($request, now: START);
same("Uncertain", $lost->state());
$again = $lost->next(START + 60_000);
same([ActionKind::Send, "GET"], [$again->kind, $again->request->method]);

// Its process died: it comes back as something that asks.
[$caught] = sent();
$restored = Execution::restore($caught->snapshot());
same("Uncertain", $restored->state());

// Prepared, and adopted by somebody who has not begun it: it is not sent.
$prepared = Execution::restore(Execution::prepare(intent(), START)->snapshot());
same("Prepared", $prepared->state());
$prepared->applyAdopted(now: START);
holds($prepared->next(START)->kind !== ActionKind::Record);
same(null, $prepared->ask());

// Somebody hints: it is asked soon.
$open = opened();
same(ActionKind::Wait, $open->next(START)->kind);
$open->applyHint(START);
same(ActionKind::Send, $open->next(START + 1_000)->kind);
$open->applyAdopted(3_600.0, START);
holds($open->due(START) !== null);
holds(preg_grep("/PENDING/", $open->explain(START)) !== []);

// Patience of none hands over after one question.
$hasty = Execution::prepare(intent(), START, new Policy(patience: 0));
$hasty->applyRecorded(START);
$hasty->applyAnswer($hasty->next(START)->request, 200, told("PENDING"), [], START);
$hasty->applyAnswer($hasty->next(START)->request, 200, told("PENDING"), [], START);
same([ActionKind::Done, Verdict::Open], [$hasty->next(START)->kind, $hasty->next(START)->verdict]);

echo "done\n";
?>
--EXPECT--
done
