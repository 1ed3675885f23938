--TEST--
Eight children of a fork say so, and work with a client of their own (T22)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Client, ForkedException, Journal, Source, Verdict};

$sim = new Simulator();
$shop = client($sim);
$shop->reconcile();
$machine = Source::watch("INVOICE:1", "USD", 1, START);
$children = [];
for ($n = 0; $n < 8; $n++) {
    $child = pcntl_fork();
    if ($child === 0) {
        pcntl_alarm(20);
        $failed = 1;
        try {
            foreach ([fn() => $shop->reconcile(), fn() => $shop->createSession("INVOICE:101"), fn() => $machine->next(), fn() => $shop->claimFulfilment("x")] as $call) {
                $thrown = throws(ForkedException::class, $call, "fork");
                same("forked", $thrown->kind);
            }
            throws(ForkedException::class, fn() => new Journal(folder() . "/payments.db"));
            unset($shop, $machine);
            $own = new Client(...[...$sim->settings, "journal" => folder() . "/child-$n.db"]);
            $report = collect($own);
            $failed = $report->verdict === Verdict::Paid && $report->key !== "" ? 0 : 2;
            file_put_contents(folder() . "/key-$n", $report->key);
        } catch (Throwable $thrown) {
            echo $thrown, "\n";
        }
        // As a child ends that has no parent's things to tidy up.
        posix_kill(getmypid(), $failed === 0 ? SIGKILL : SIGABRT);
    }
    $children[] = $child;
}
foreach ($children as $child) {
    pcntl_waitpid($child, $status);
    same(SIGKILL, pcntl_wtermsig($status), "a child");
}
same(8, count(array_unique(array_map(file_get_contents(...), glob(folder() . "/key-*")))));
same(8, count($sim->charges()));
$shop->reconcile();

echo "done\n";
?>
--EXPECT--
done
