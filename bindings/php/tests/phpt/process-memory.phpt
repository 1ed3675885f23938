--TEST--
Memory stays flat over 20,000 payments, in PHP's books and in the system's
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Execution;

function resident(): int
{
    return (int) explode(" ", file_get_contents("/proc/self/statm"))[1] * 4096;
}

function pay(): void
{
    [$payment, $request] = sent();
    $payment->applyAnswer($request, 200, told("PENDING"), ["Date" => ["Sun, 15 Jun 2025 15:06:40 GMT"]], START);
    $payment->applyAnswer($payment->next(START + 60_000)->request, 200, told("COMPLETED"), [], START);
    $payment->explain(START);
    Execution::restore($payment->snapshot())->outcome(START);
    try {
        $payment->applyRecorded(START);
    } catch (Dollr\IllegalEventException) {
    }
}

for ($n = 0; $n < 2_000; $n++) {
    pay();
}
gc_collect_cycles();
[$books, $system] = [memory_get_usage(), resident()];
for ($n = 0; $n < (int) (getenv("DOLLR_TEST_PAYMENTS") ?: 20_000); $n++) {
    pay();
}
gc_collect_cycles();
// A kilobyte is for the names of this loop.
holds(memory_get_usage() - $books < 1_024, "the books grew by " . (memory_get_usage() - $books));
// Thirty bytes a payment would be 600,000.
holds(resident() - $system < 600_000, "it grew by " . (resident() - $system));

echo "done\n";
?>
--EXPECT--
done
