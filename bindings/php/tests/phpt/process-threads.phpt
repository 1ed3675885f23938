--TEST--
A loop of calls has one thread, one whose call was left behind is not waited for, and a child of a fork begins its own (T22)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Client;

/** @return list<int> the threads besides PHP's own */
function threads(): array
{
    $all = array_map(basename(...), glob("/proc/self/task/*"));
    $besides = array_map(intval(...), array_diff($all, [(string) getmypid()]));
    sort($besides);
    return $besides;
}

$sim = new Simulator();
$shop = client($sim);
same([], threads());
$shop->reconcile();
$first = threads();
same(1, count($first));
for ($n = 0; $n < 100; $n++) {
    $shop->reconcile();
    same($first, threads());
}

// A handler throws while a call waits: its thread goes on by itself, and the next call has another.
$report = collect($shop, "1030", patience: 0);
same($first, threads());
pcntl_async_signals(true);
pcntl_signal(SIGALRM, fn() => throw new RuntimeException("enough"));
pcntl_alarm(1);
throws(RuntimeException::class, fn() => $shop->wait($report->key, 60), "enough");
$shop->reconcile();
$both = threads();
same([2, true], [count($both), in_array($first[0], $both, true)]);
$shop->reconcile();
same($both, threads());

$child = pcntl_fork();
if ($child === 0) {
    pcntl_alarm(20);
    $failed = 1;
    try {
        unset($shop);
        $own = new Client(...[...$sim->settings, "journal" => folder() . "/child.db"]);
        same([], threads());
        $own->reconcile();
        $mine = threads();
        $own->reconcile();
        same([1, $mine], [count($mine), threads()]);
        $failed = 0;
    } catch (Throwable $thrown) {
        echo $thrown, "\n";
    }
    posix_kill(getmypid(), $failed === 0 ? SIGKILL : SIGABRT);
}
pcntl_waitpid($child, $status);
same(SIGKILL, pcntl_wtermsig($status), "the child");
$shop->reconcile();

echo "done\n";
?>
--EXPECT--
done
