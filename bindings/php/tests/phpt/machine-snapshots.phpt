--TEST--
A snapshot is gone on from; what is none, was edited or is of another kind is refused (T29)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Execution, SnapshotException, Source};

$payment = opened();
$restored = Execution::restore($payment->snapshot());
same($payment->snapshot(), $restored->snapshot());
foreach (["", "{}", "null", "[]", '{"dollr":"execution"}', "\xff\xfe", str_repeat("x", 5_000_000)] as $text) {
    try {
        Execution::restore($text);
        echo "restored from nothing\n";
    } catch (SnapshotException | Dollr\InvalidException) {
    }
}
throws(SnapshotException::class, fn() => Execution::restore(str_replace("250.00", "2.50", $payment->snapshot())), "changed since");
throws(SnapshotException::class, fn() => Source::restore($payment->snapshot()), "kind");
for ($at = 0; $at < strlen($payment->snapshot()); $at += 7) {
    throws(SnapshotException::class, fn() => Execution::restore(substr($payment->snapshot(), 0, $at)));
}

echo "done\n";
?>
--EXPECT--
done
