--TEST--
One question has a thread only where a signal is to be heard while it waits, and no signal costs its answer (F4)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Verdict;

/** How many threads there are besides PHP's own. */
function threads(): int
{
    return count(glob("/proc/self/task/*")) - 1;
}

/** Sends this process so many signals, a while apart. */
function signals(int $signal, int $times): int
{
    $here = getmypid();
    $child = pcntl_fork();
    if ($child === 0) {
        for (; $times > 0; $times--) {
            usleep(100_000);
            posix_kill($here, $signal);
        }
        posix_kill(getmypid(), SIGKILL);
    }
    return $child;
}

$sim = new Simulator();
$shop = client($sim);
$source = $shop->createCheckout("231770000001", "USD", [["Shoes", "250.00"]])->source;
$shop->createSession($source);
$verify = fn() => $shop->verifySource($source, "USD", "250.00");
same(Verdict::Open, $verify()->verdict);
same(0, threads());

// Signals that are to be dispatched later; none is lost, and neither is the answer, which takes a while.
$heard = 0;
pcntl_signal(SIGUSR1, function () use (&$heard) {
    $heard++;
}, false);
$sim->control("/_sim/faults", ["at" => "source_status", "kind" => "slow_body", "ms_per_byte" => 5]);
$child = signals(SIGUSR1, 5);
$report = $verify();
same([Verdict::Open, 1, 0], [$report->verdict, $report->statusCalls, $heard]);
same([null, 0], [$report->outcome->trouble, threads()]);
pcntl_waitpid($child, $status);
pcntl_signal_dispatch();
holds($heard > 0, "the signals are told of");

// A handler that is to run at once runs at once, though the vendor is silent.
pcntl_async_signals(true);
pcntl_signal(SIGTERM, fn() => throw new DomainException("stop"));
$sim->control("/_sim/faults", ["at" => "source_status", "kind" => "silent"]);
$began = hrtime(true);
$child = signals(SIGTERM, 1);
throws(DomainException::class, $verify, "stop");
holds((hrtime(true) - $began) / 1e9 < 20.0, "it was not heard at once");
same(1, threads());
pcntl_waitpid($child, $status);

echo "done\n";
?>
--EXPECT--
done
