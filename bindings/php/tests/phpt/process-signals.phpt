--TEST--
A signal is heard while a call waits, and the payment resumes
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Verdict;

$sim = new Simulator();
$shop = client($sim);
$report = collect($shop, "1030", patience: 0);
pcntl_async_signals(true);
$heard = 0;
pcntl_signal(SIGUSR1, function () use (&$heard) {
    $heard++;
});
pcntl_signal(SIGTERM, fn() => throw new DomainException("stop"));

$parent = getmypid();
$began = hrtime(true);
throws(DomainException::class, function () use ($parent, $shop, $report, &$child) {
    $child = pcntl_fork();
    if ($child === 0) {
        usleep(300_000);
        posix_kill($parent, SIGUSR1);
        usleep(300_000);
        posix_kill($parent, SIGTERM);
        posix_kill(getmypid(), SIGKILL);
    }
    $shop->wait($report->key, 60);
}, "stop");
holds((hrtime(true) - $began) / 1e9 < 20.0, "it was not heard at once");
same(1, $heard);
pcntl_waitpid($child, $status);
$sim->control("/_sim/clock", ["advance_ms" => 30_000]);
same(Verdict::Paid, client($sim)->wait($report->key, 30)->verdict);
same(1, count($sim->charges()));

echo "done\n";
?>
--EXPECT--
done
