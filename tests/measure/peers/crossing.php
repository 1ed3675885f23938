<?php

/** What `next` costs on an open payment, called from PHP: prints nanoseconds. `crossing.php SNAPSHOT NOW`. */

declare(strict_types=1);

const CALLS = 20_000;

[, $snapshot, $now] = $argv;
$payment = Dollr\Execution::restore($snapshot);
$now = (int) $now;
$least = INF;
for ($batch = 0; $batch < 20; ++$batch) {
    $began = hrtime(true);
    for ($call = 0; $call < CALLS; ++$call) {
        $payment->next($now);
    }
    $least = min($least, (hrtime(true) - $began) / CALLS);
}
echo $least, "\n";
