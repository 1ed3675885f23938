<?php

/** What the tests share: what is expected, and values to begin with. A test prints `done` and nothing else. */

declare(strict_types=1);

use Dollr\ActionKind;
use Dollr\Client;
use Dollr\Execution;
use Dollr\Intent;
use Dollr\Report;
use Dollr\Request;

require __DIR__ . "/simulator.php";

const START = 1_750_000_000_000;
const REFERENCE = "07070707-0707-4707-8707-070707070707";

function same(mixed $expected, mixed $actual, string $what = ""): void
{
    if ($expected !== $actual) {
        $line = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS)[0]["line"] ?? 0;
        printf("line %d %s: expected %s, got %s\n", $line, $what, described($expected), described($actual));
    }
}

function holds(bool $condition, string $what = ""): void
{
    if (!$condition) {
        $line = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS)[0]["line"] ?? 0;
        printf("line %d does not hold: %s\n", $line, $what);
    }
}

function described(mixed $value): string
{
    return is_object($value) && !$value instanceof UnitEnum ? $value::class : var_export($value, true);
}

/** @param class-string<Throwable> $class */
function throws(string $class, callable $call, string $says = ""): Throwable
{
    $line = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS)[0]["line"] ?? 0;
    try {
        $call();
    } catch (Throwable $thrown) {
        if ($thrown::class !== $class || !str_contains($thrown->getMessage(), $says)) {
            printf("line %d: expected %s with “%s”, got %s: %s\n", $line, $class, $says, $thrown::class, $thrown->getMessage());
        }
        return $thrown;
    }
    printf("line %d: expected %s, and nothing was thrown\n", $line, $class);
    return new LogicException("nothing was thrown");
}

function intent(): Intent
{
    return Intent::collection(55, "18", "USD", "250.00", REFERENCE);
}

/** What the status API says of a collection. */
function told(string $status, string $amount = "250.00"): string
{
    return sprintf(
        '{"reference_id": "%s", "status": "%s", "operation_type": "COLLECTION", "payer_amount": %s, "payer_currency": "USD"}',
        REFERENCE,
        $status,
        $amount,
    );
}

/** @return array{Execution, Request} */
function sent(): array
{
    $payment = Execution::prepare(intent(), START);
    $payment->applyRecorded(START);
    $action = $payment->next(START);
    same(ActionKind::Send, $action->kind);
    return [$payment, $action->request];
}

function opened(): Execution
{
    [$payment, $request] = sent();
    $payment->applyAnswer($request, 200, told("PENDING"), now: START);
    return $payment;
}

/** A folder of this test's own. */
function folder(): string
{
    static $folder = null;
    if ($folder === null) {
        $folder = sys_get_temp_dir() . "/dollr-" . bin2hex(random_bytes(8));
        mkdir($folder, 0700);
        $owner = getmypid();
        register_shutdown_function(function () use ($folder, $owner) {
            if (getmypid() === $owner) {
                array_map(unlink(...), glob("$folder/*"));
                rmdir($folder);
            }
        });
    }
    return $folder;
}

/** @param mixed ...$more settings of the client's */
function client(Simulator $sim, mixed ...$more): Client
{
    return new Client(...[...$sim->settings, "journal" => folder() . "/payments.db", ...$more]);
}

/** Collects for an order of its own. */
function collect(Client $shop, string $account = "1000", mixed ...$more): Report
{
    $checkout = $shop->createCheckout("231770000001", "USD", [["Shoes", "250.00"]]);
    return $shop->collect($shop->createSession($checkout->source), $account, "USD", "250.00", ...$more);
}
