--TEST--
A 3-D Secure secret is given to show, and what show throws comes through
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Journal, Verdict};

$sim = new Simulator();
$shop = client($sim);
$shown = [];
$show = function (string $key, string $secret) use (&$shown, $shop) {
    $shown[] = [$key, $secret];
    // No other thread takes a signal: it is for PHP's own.
    foreach (array_diff(scandir("/proc/self/task"), [".", "..", (string) getmypid()]) as $thread) {
        preg_match("/^SigBlk:\s*(\w+)/m", (string) @file_get_contents("/proc/self/task/$thread/status"), $blocked);
        holds($blocked === [] || (hexdec(substr($blocked[1], -8)) & 1 << SIGTERM - 1) !== 0, "a thread that takes signals");
        $threads = ($threads ?? 0) + 1;
    }
    holds(($threads ?? 0) > 0, "the call has a thread");
    // Another call of the same client, while the first one waits.
    same(Verdict::Open, $shop->status($key)->verdict);
};
$report = collect($shop, "4000", patience: 2, show: $show);
same([$report->key], array_column($shown, 0));
holds($shown[0][1] !== "");

$thrown = throws(DomainException::class, fn() => collect($shop, "4000", patience: 5, referenceId: REFERENCE, show: fn($key) => throw new DomainException($key)));
same(REFERENCE, $thrown->getMessage());
holds((new Journal(folder() . "/payments.db"))->load(REFERENCE) !== null);
throws(TypeError::class, fn() => collect($shop, "4000", show: "no_such_function"));

echo "done\n";
?>
--EXPECT--
done
