--TEST--
The same inputs make the same transitions, byte for byte, as in Rust (I9)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Execution, Intent, Policy, Source};

$folder = __DIR__ . "/../../../../crates/dollr-core/tests/vectors";
$folder = is_dir($folder) ? $folder : getenv("DOLLR_VECTORS");
$steps = $machines = 0;

function begun(array $entry): Execution|Source
{
    $policy = $entry["begun"]["policy"];
    $seconds = fn(array $times): array => array_map(fn(int $ms): float => $ms / 1000, $times);
    $grace = $policy["resend"] === "Never" ? null : $policy["resend"]["AfterGrace"];
    $made = new Policy(
        patience: $policy["patience"]["secs"] + $policy["patience"]["nanos"] / 1e9,
        horizon: $policy["horizon"]["secs"],
        schedule: [$policy["schedule"]["first"] / 1000, array_map($seconds, $policy["schedule"]["gaps"])],
        resendAfter: $grace === null ? null : $grace["grace"]["secs"],
        sends: $grace["sends"] ?? 2,
    );
    $it = $entry["begun"];
    if (!isset($it["intent"])) {
        return Source::watch($it["id"], $it["currency"], $it["total"], $entry["begun_at"], $made);
    }
    $it = $it["intent"];
    $account = current($it["instruction"])["account"];
    $intent = Intent::collection($it["session"], $account, $it["currency"], $it["amount"], $it["reference_id"], $it["session_expires_at"]);
    return Execution::prepare($intent, $entry["begun_at"], $made);
}

function happens(Execution|Source $machine, array $step): void
{
    $now = $step["now"];
    $request = null;
    if ($step["event"] === "answered" || $step["event"] === "lost") {
        $action = $machine->next($now);
        $request = $action->kind === ActionKind::Send ? $action->request : $machine->ask();
    }
    match ($step["event"]) {
        "answered" => $machine->applyAnswer($request, $step["status"], $step["body"], $step["headers"], $now),
        "lost" => $machine->applyLost($request, $step["loss"] === "Unknown", $now),
        "resumed" => $machine->applyResumed($step["patience_ms"] / 1000, $now),
        "adopted" => $machine->applyAdopted($step["horizon_ms"] === null ? null : $step["horizon_ms"] / 1000, $now),
        "hint" => $machine->applyHint($now),
        "shown" => $machine->applyShown($now),
        "recorded" => $machine->applyRecorded($now),
    };
}

$kept = json_decode(file_get_contents("$folder/transitions-v1.json"), true, 64, JSON_THROW_ON_ERROR);
foreach ([...$kept["executions"], ...$kept["sources"]] as $entry) {
    $machine = begun($entry);
    foreach ($entry["steps"] as $step) {
        happens($machine, $step);
        same($step["check"], json_decode($machine->snapshot(), true)["check"], "{$entry["name"]} at {$step["now"]}");
        $steps++;
    }
    same($entry["snapshot"], $machine->snapshot(), $entry["name"]);
    $machines++;
}
holds($machines >= 30 && $steps >= 280, "$machines machines, $steps steps");

$kept = json_decode(file_get_contents("$folder/snapshots-v1.json"), false, 64, JSON_THROW_ON_ERROR);
foreach (["executions" => Execution::class, "sources" => Source::class] as $kind => $class) {
    foreach ($kept->$kind as $entry) {
        $machine = $class::restore(json_encode($entry->snapshot, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
        same($entry->state === "Sending" ? "Uncertain" : $entry->state, $machine->state(), $entry->name);
        same($machine->snapshot(), $class::restore($machine->snapshot())->snapshot(), $entry->name);
    }
}

echo "done\n";
?>
--EXPECT--
done
