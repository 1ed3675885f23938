--TEST--
PHP's own time-out ends a call that waits, and the payment resumes
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
$code = 'set_time_limit(1000);
    $shop = new Dollr\Client(...json_decode($argv[1], true));
    echo "waiting\n";
    $shop->wait($argv[2], 60);
    echo "not ended\n";';
$settings = json_encode([...$sim->settings, "journal" => folder() . "/payments.db"]);
$command = [PHP_BINARY, "-n", "-d", "display_errors=1", "-d", "html_errors=0", "-d", "extension=" . getenv("DOLLR_EXTENSION"), "-r", $code, $settings, $report->key];
$child = proc_open($command, [1 => ["pipe", "w"]], $pipes);
same("waiting\n", fgets($pipes[1]));
// The timer of the processor's time, which a call that waits does not use up, has run out.
usleep(200_000);
$began = hrtime(true);
posix_kill(proc_get_status($child)["pid"], SIGPROF);
$said = stream_get_contents($pipes[1]);
holds(str_contains($said, "Maximum execution time") && !str_contains($said, "not ended"), $said);
holds((hrtime(true) - $began) / 1e9 < 20.0, "it was not heard");
$sim->control("/_sim/clock", ["advance_ms" => 30_000]);
same(Verdict::Paid, $shop->wait($report->key, 30)->verdict);
same(1, count($sim->charges()));

echo "done\n";
?>
--EXPECT--
done
