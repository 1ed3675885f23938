--TEST--
A source is paid only in its currency and in full (T17)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Source, Verdict};

function watched(string $status, string $total): Source
{
    $source = Source::watch("INVOICE:101", "USD", "250.00", START);
    $action = $source->next(START);
    same(ActionKind::Send, $action->kind);
    $body = '{"source_id": 101, "source_type": "INVOICE", "source_number": "I", "status": "%s", "currency": "USD", "total_amount": %s, "paid_at": "2025-06-01T14:30:00Z"}';
    $source->applyAnswer($action->request, 200, sprintf($body, $status, $total), [], START);
    return $source;
}

$paid = watched("PAID", "250.00")->outcome(START);
same([Verdict::Paid, 1_748_788_200_000, "INVOICE:101"], [$paid->verdict, $paid->settlement->paidAt, $paid->settlement->source]);
$other = watched("PAID", "249.00");
same([Verdict::Mismatch, "amount", "250.00", "249.00"], [
    $other->verdict(START), $other->outcome(START)->field, $other->outcome(START)->expected, $other->outcome(START)->answered,
]);
same(false, $other->isPaid());
same(Verdict::Canceled, watched("CANCELED", "250.00")->verdict(START));
same("INVOICE:101", Source::restore(watched("ACTIVE", "250.00")->snapshot())->key());

echo "done\n";
?>
--EXPECT--
done
