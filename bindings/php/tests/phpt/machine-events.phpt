--TEST--
An illegal event is an exception and leaves the machine as it was
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\IllegalEventException;

[$payment, $request] = sent();
$before = $payment->snapshot();
$thrown = throws(IllegalEventException::class, fn() => $payment->applyRecorded(START), "Sending");
same(["rejected", 101, null, []], [$thrown->kind, $thrown->getCode(), $thrown->referenceId, $thrown->errors]);
same($before, $payment->snapshot());
$payment->applyAnswer($request, 200, told("PENDING"), [], START);
throws(IllegalEventException::class, fn() => $payment->applyAnswer($request, 200, told("COMPLETED"), [], START));
throws(IllegalEventException::class, fn() => $payment->applyShown(START));
same("Open", $payment->state());

echo "done\n";
?>
--EXPECT--
done
