<?php

declare(strict_types=1);

/** Promises as lines of TAP; what a test prints is what is wrong. */
$tap = ["pass" => 0, "fail" => 0];

function check(string $promise, callable $test): void
{
    global $tap;
    ob_start();
    try {
        $test();
    } catch (Throwable $thrown) {
        echo $thrown, "\n";
    }
    $faults = ob_get_clean();
    $tap[$faults === "" ? "pass" : "fail"]++;
    echo $faults === "" ? "ok - $promise\n" : "not ok - $promise\n" . preg_replace("/^/m", "  ", $faults) . "\n";
}

function finish(): never
{
    global $tap;
    echo "# pass {$tap["pass"]}\n# fail {$tap["fail"]}\n";
    exit($tap["fail"] === 0 ? 0 : 1);
}
