<?php

/**
 * Collects for an order, once, and goes on with it where it was left: run it again after a crash, or when it says that it is open.
 *
 *     php collect.php SOURCE ACCOUNT CURRENCY AMOUNT ORDER
 *
 * DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET and DOLLR_BASE_URL are in the environment, the payments in payments.db. Exit codes: 0 paid,
 * 1 error, 2 usage, 3 not paid, 4 still open, 5 a person must look.
 */

declare(strict_types=1);

use Dollr\ClaimKind;
use Dollr\Client;
use Dollr\DollrException;
use Dollr\OrderTakenException;
use Dollr\Report;
use Dollr\Verdict;

/** The attempt that this order has already; else a new one. */
function collect(Client $shop, string $source, string $account, string $currency, string $amount, string $order): Report
{
    try {
        $session = $shop->createSession($source);
        return $shop->collect($session, $account, $currency, $amount, order: $order, patience: 60);
    } catch (OrderTakenException $taken) {
        return $shop->wait($taken->referenceId, 60);
    }
}

if ($argc !== 6) {
    fwrite(STDERR, "usage: php collect.php SOURCE ACCOUNT CURRENCY AMOUNT ORDER\n");
    exit(2);
}
try {
    $shop = new Client(journal: "payments.db");
    $report = collect($shop, ...array_slice($argv, 1));
} catch (DollrException $failed) {
    fwrite(STDERR, $failed->getMessage() . "\n");
    exit(1);
}
echo $report->outcome->text, "\n";
if ($report->isPaid && $shop->claimFulfilment($report->key)->kind === ClaimKind::Yours) {
    echo "ship $argv[5]\n";
    $shop->fulfilled($report->key);
}
exit(match ($report->verdict) {
    Verdict::Paid => 0,
    Verdict::Failed, Verdict::Refused, Verdict::NotLanded, Verdict::Canceled => 3,
    Verdict::Open => 4,
    default => 5,
});
