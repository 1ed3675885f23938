--TEST--
Bad input is an ordinary exception, and amounts never pass through a float (I13, I15, T6, T25)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Channel, Execution, Intent, InvalidException, Passcode, Policy, Source, Token};

$rubbish = "\xff\xfe\x00\r\n";
$bad = [
    [TypeError::class, fn() => Execution::prepare(intent(), 1.5)],
    [TypeError::class, fn() => Execution::prepare(intent(), "now")],
    [TypeError::class, fn() => Execution::prepare("x", START)],
    [ArgumentCountError::class, fn() => Execution::prepare()],
    [InvalidException::class, fn() => Execution::prepare(intent(), -1)],
    [TypeError::class, fn() => Source::watch("INVOICE:1", "USD", 2.5, START)],
    [TypeError::class, fn() => Source::watch("INVOICE:1", "USD", null, START)],
    [TypeError::class, fn() => Source::watch("INVOICE:1", "USD", [], START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", "NaN", START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", "-1", START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", "1,00", START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", "1e400", START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "usd", 1, START)],
    [InvalidException::class, fn() => Source::watch("BILL:1", "USD", 1, START)],
    [InvalidException::class, fn() => Source::watch($rubbish, "USD", 1, START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", $rubbish, 1, START)],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", $rubbish, START)],
    [InvalidException::class, fn() => Intent::collection(55, "18", "USD", 1, "x")],
    [InvalidException::class, fn() => Intent::collection(55, "18", "USD", 1, "")],
    [InvalidException::class, fn() => Intent::collection(55, "18", "USD", 1, bin2hex(random_bytes(16)))],
    [InvalidException::class, fn() => Intent::collection(55, "../18", "USD")],
    [InvalidException::class, fn() => Intent::collection(55, "18\r\nX: 1", "USD")],
    [InvalidException::class, fn() => Intent::collection(55, $rubbish, "USD")],
    [InvalidException::class, fn() => Intent::collection(-5, "18", "USD")],
    [InvalidException::class, fn() => Intent::collection("99999999999999999999", "18", "USD")],
    [InvalidException::class, fn() => Intent::collection("5 5", "18", "USD")],
    [InvalidException::class, fn() => Intent::collection("", "18", "USD")],
    [TypeError::class, fn() => Intent::collection(null, "18", "USD")],
    [TypeError::class, fn() => Intent::collection(5.0, "18", "USD")],
    [TypeError::class, fn() => Intent::collection(new stdClass(), "18", "USD")],
    [TypeError::class, fn() => Intent::collection(55, 18.5, "USD")],
    [TypeError::class, fn() => Intent::collection(55, "18", "USD", 250.0)],
    [TypeError::class, fn() => Intent::collection(55, "18", "USD", true)],
    [InvalidException::class, fn() => Intent::collection(55, "18", "USD", "1", null, -1)],
    [ArgumentCountError::class, fn() => Intent::transfer()],
    [TypeError::class, fn() => Intent::payout(55, "18", "1234")],
    [InvalidException::class, fn() => new Policy(patience: -1)],
    [InvalidException::class, fn() => new Policy(patience: NAN)],
    [InvalidException::class, fn() => new Policy(horizon: INF)],
    [InvalidException::class, fn() => new Policy(horizon: 0.0), "the horizon is 0, expected more seconds than that"],
    [InvalidException::class, fn() => opened()->applyAdopted(0.0, START), "the horizon is 0"],
    [InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", 1, START)->applyAdopted(-0.0, START), "the horizon is"],
    [InvalidException::class, fn() => (new Dollr\Client("id", "hush-hush"))->reconcile(horizon: 0.0), "the horizon is 0"],
    [TypeError::class, fn() => new Policy(patience: "5m")],
    [InvalidException::class, fn() => new Policy(schedule: "fast"), "the schedule is \"mobile_money\", \"cards\", or one's own: [first, [["],
    [InvalidException::class, fn() => new Policy(schedule: []), "or one's own"],
    [InvalidException::class, fn() => new Policy(schedule: [4, []]), "of 1 to 64 points"],
    [InvalidException::class, fn() => new Policy(schedule: [4, array_fill(0, 65, [0, 5])]), "of 1 to 64 points"],
    [InvalidException::class, fn() => new Policy(schedule: [4, [[0, 5, 6]]]), "or one's own"],
    [InvalidException::class, fn() => new Policy(schedule: [4, [["age" => 0, "gap" => 5]]]), "or one's own"],
    [InvalidException::class, fn() => new Policy(schedule: ["4", [[0, 5]]]), "or one's own"],
    [InvalidException::class, fn() => new Policy(schedule: [4, [[-1, 5]]]), "a time in the schedule is -1"],
    [InvalidException::class, fn() => new Policy(schedule: [4, [[0, 0.5]]]), "between 1 second and 1 hour"],
    [InvalidException::class, fn() => new Policy(schedule: [4, [[60, 5], [60, 6]]]), "must grow"],
    [TypeError::class, fn() => new Policy(schedule: 4)],
    [InvalidException::class, fn() => new Policy(resendAfter: 60, sends: 0)],
    [InvalidException::class, fn() => new Passcode("1234")],
    [TypeError::class, fn() => sent()[0]->applyAnswer(sent()[1], 200, null, [], START)],
    [InvalidException::class, fn() => sent()[0]->applyAnswer(sent()[1], 70_000, "", [], START)],
    [InvalidException::class, fn() => sent()[0]->applyAnswer(sent()[1], 0, "", [], START)],
    [TypeError::class, fn() => sent()[0]->applyAnswer(sent()[1], 200, "", ["Date" => 1], START)],
    [TypeError::class, fn() => sent()[0]->applyAnswer(sent()[1], 200, "", ["Age" => [0]], START)],
    [TypeError::class, fn() => sent()[0]->applyAnswer(new stdClass(), 200, "", [], START)],
    [Error::class, fn() => new Execution()],
    [Error::class, fn() => new Dollr\Settlement()],
    [TypeError::class, fn() => Execution::restore(null)],
    [InvalidException::class, fn() => Channel::watch(55, "BILL", REFERENCE, START)],
    [InvalidException::class, fn() => Channel::watch(55, "INVOICE", "x", START)],
    [ArgumentCountError::class, fn() => new Token("merchant")],
];
foreach ($bad as $number => $row) {
    [$class, $call] = $row;
    try {
        $call();
        echo "$number: nothing was thrown\n";
    } catch (Throwable $thrown) {
        same($class, $thrown::class, "$number: {$thrown->getMessage()}");
        holds(str_contains($thrown->getMessage(), $row[2] ?? ""), "$number: {$thrown->getMessage()}");
    }
}

same(0.0001, (new Policy(horizon: 0.0001))->horizon);
$own = [3, [[0, 2.5], [60, 10]]];
same($own, (new Policy(schedule: $own))->schedule);
$schedule = json_decode(Source::watch("INVOICE:1", "USD", 1, START, new Policy(schedule: $own))->snapshot(), true)["content"]["policy"]["schedule"];
same(["first" => 3000, "gaps" => [[0, 2500], [60_000, 10_000]]], $schedule);
opened()->applyAdopted(0.0001, START);

$huge = str_repeat("9", 4_000_000);
throws(InvalidException::class, fn() => Source::watch("INVOICE:1", "USD", $huge, START));
throws(InvalidException::class, fn() => Intent::collection(55, $huge, "USD"));
[$payment, $request] = sent();
$payment->applyAnswer($request, 200, "\xff" . str_repeat("\x00", 2_000_000), [], START);
same("Uncertain", $payment->state());

// Exact to the last digit, and an int is as good as its text.
$tiny = "0.0000000000000000000000000001";
holds(str_contains(Source::watch("ORDER:7", "USD", $tiny, START)->snapshot(), $tiny));
same("250", Intent::collection("55", 18, "USD", 250)->amount);
same(1, preg_match("/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/", Intent::refund(55)->referenceId));
$ids = array_map(fn() => Execution::newReferenceId(), range(1, 10_000));
same(10_000, count(array_unique($ids)));

// Any reference is followed, and a header may be a list.
$amount = "250.00";
$by_reference = &$amount;
same("250.00", Intent::collection(55, "18", "USD", $by_reference)->amount);
$cached = opened();
$cached->applyAnswer($cached->ask(), 200, told("COMPLETED"), ["AGE" => ["7", "0"]], START);
same("Open", $cached->state());
$fresh = opened();
$fresh->applyAnswer($fresh->ask(), 200, told("COMPLETED"), ["Age" => ["0"], "date" => "Sun, 15 Jun 2025 15:06:40 GMT"], START);
same("Completed", $fresh->state());

echo "done\n";
?>
--EXPECT--
done
