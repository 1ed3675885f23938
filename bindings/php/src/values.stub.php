<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** How a payment stands. Only `Paid` is paid; `Open` is not a failure. */
enum Verdict: string
{
    /** The status API said so for this very payment, with what was expected. */
    case Paid = "paid";
    /** It was declined or fell through; no money moved. */
    case Failed = "failed";
    /** The vendor would not take the request; no money moved. */
    case Refused = "refused";
    /** The request never arrived, and cannot any more; no money moved. */
    case NotLanded = "not_landed";
    /** The invoice or order was called off. */
    case Canceled = "canceled";
    /** It is not what was ordered: a person must look, and nothing is handed out. */
    case Mismatch = "mismatch";
    /** It may still be paid. Ask again later, never pay again. */
    case Open = "open";
    /** A person must look: it is open after its horizon, or not what was ordered. */
    case Stuck = "stuck";
    /** A verdict that this release does not know: hand out nothing. */
    case Other = "other";
}

/** May I ship? */
enum ClaimKind: string
{
    /** You, and nobody else: then say `Client::fulfilled`, or `Client::release` if you cannot. */
    case Yours = "yours";
    /** Somebody else ships, or has shipped. */
    case Taken = "taken";
    /** Nobody may, as far as the journal knows. */
    case NotPaid = "not_paid";
}

/** One thing that the vendor does not like. */
final class Problem
{
    /** Which field of the request, such as `body.amount`. */
    public readonly ?string $field;
    /** What is wrong with it. */
    public readonly string $message;

    private function __construct() {}
}

/** What was paid, as the status API said it. */
final class Settlement
{
    /** In major units, such as `250.00`: exact, so never make a float of it. */
    public readonly ?string $amount;
    /** An ISO 4217 code. */
    public readonly ?string $currency;
    /** The invoice or order, such as `INVOICE:101`. */
    public readonly ?string $source;
    /** The wallet's or card provider's own number of it. */
    public readonly ?string $providerTransactionId;
    /** When, in milliseconds since the epoch by the vendor's clock. */
    public readonly ?int $paidAt;

    private function __construct() {}
}

/** A verdict, and what goes with it; what does not is null. */
final class Outcome
{
    public readonly Verdict $verdict;
    /** One sentence for people. */
    public readonly string $text;
    /** What was paid, where it is. */
    public readonly ?Settlement $settlement;
    /** Why it failed, in the wallet's or gateway's words. */
    public readonly ?string $reason;
    /** Of a refusal. */
    public readonly ?int $httpStatus;
    /**
     * Of a refusal, what the vendor minds.
     *
     * @var list<Problem>
     */
    public readonly array $errors;
    /** Of an open payment: `not_sent`, `unknown`, or `known`, and then `status` says how far it is. */
    public readonly ?string $progress;
    /** Of an open payment, the vendor's word, such as `PENDING`. */
    public readonly ?string $status;
    /** Of an open payment, why the last question got no answer, if it did not. */
    public readonly ?string $trouble;
    /** Of a mismatch, what differs: `amount` or `currency`. */
    public readonly ?string $field;
    /** What the order says. */
    public readonly ?string $expected;
    /** What the vendor says. */
    public readonly ?string $answered;

    private function __construct() {}
}

/** How a payment stands, and what it took to know. */
final class Report
{
    /** The reference id, or the source such as `INVOICE:101`. */
    public readonly string $key;
    public readonly Verdict $verdict;
    /** Whether goods may be handed out: it is paid, and nothing contradicts that. Claim them first. */
    public readonly bool $isPaid;
    /** What was paid, where it is. */
    public readonly ?Settlement $settlement;
    public readonly Outcome $outcome;
    public readonly string $state;
    /** A later answer that contradicts the verdict, as a sentence. */
    public readonly ?string $conflict;
    /** Requests that move money, made now. */
    public readonly int $executeCalls;
    /** Questions about the status, asked now. */
    public readonly int $statusCalls;
    /** How many seconds that took. */
    public readonly float $elapsed;

    private function __construct() {}
}

/** A short-lived permission to execute for a source. */
final class Session
{
    public readonly int $id;
    /** What it was made for. */
    public readonly string $source;
    /** In milliseconds since the epoch, by the vendor's clock. */
    public readonly ?int $expiresAt;

    private function __construct() {}
}

/** A hosted page: send the customer to `url`, keep `source` with the order, then verify that. */
final class Checkout
{
    public readonly string $source;
    public readonly string $url;
    public readonly ?string $total;
    public readonly ?string $currency;

    private function __construct() {}
}

/** What a browser opens the channel of one payment with. */
final class RealtimeKey
{
    /** How many seconds it lives. */
    public readonly float $expiresIn;

    private function __construct() {}

    /** The key itself, for this payer's browser alone. It is in no dump. */
    public function accessToken(): string {}
}

/** The answer to “may I ship?”. */
final class Claim
{
    public readonly ClaimKind $kind;
    /** What was paid, where it is yours. */
    public readonly ?Settlement $settlement;
    /** The payment that somebody else has claimed: maybe another one of the same order. */
    public readonly ?string $key;
    /** Who else has claimed it: the name of a client. */
    public readonly ?string $by;
    /** When, in milliseconds since the epoch by that one's clock. */
    public readonly ?int $at;
    /** How it stands, where it is not paid. */
    public readonly ?Outcome $outcome;

    private function __construct() {}
}

/** A paid payment whose goods are yours to hand out, for a while. */
final class Delivery
{
    /** The reference id, or the source such as `INVOICE:101`: ship by it, for it may come twice. */
    public readonly string $key;
    public readonly ?string $order;
    public readonly Settlement $settlement;

    private function __construct() {}
}

/** What a run of `Client::reconcile` has come to. The lists hold keys. */
final class Summary
{
    /** Whether a person must look at something: `conflicts`, `stuck`, `duplicates` or `unreadable`. */
    public readonly bool $needsAPerson;
    /** How many payments were due and asked about. */
    public readonly int $asked;
    /** @var list<string> Those that are paid since this run. */
    public readonly array $paid;
    /** @var list<string> Those whose end is contradicted now. */
    public readonly array $conflicts;
    /** @var list<string> Those that are open after their horizon, or not what was ordered, until `Client::resolve` is called for each. */
    public readonly array $stuck;
    /** @var list<string> Those of an order that another one has paid for, until a person has resolved each. */
    public readonly array $duplicates;
    /** @var list<string> Those that were prepared and never sent. */
    public readonly array $notSent;
    /** @var list<string> Rows that cannot be read. */
    public readonly array $unreadable;
    public readonly int $statusCalls;
    /** How many calls were answered 429. */
    public readonly int $throttled;
    /** How many seconds the vendor wants to be left alone, where that ended the run. */
    public readonly ?float $coolDown;
    /** Payments that are open after it. */
    public readonly int $open;
    /** Of those, the ones that are due. */
    public readonly int $due;

    private function __construct() {}
}

/** A payment as the journal has it. */
final class Entry
{
    public readonly string $key;
    public readonly ?string $order;
    public readonly string $state;
    /** Whether there is more to come. */
    public readonly bool $open;
    /** When somebody should look after it, in milliseconds since the epoch. */
    public readonly ?int $due;
    /** For `Execution::restore` or `Source::restore`. */
    public readonly string $snapshot;
    /** In milliseconds since the epoch. */
    public readonly int $createdAt;
    /** In milliseconds since the epoch. */
    public readonly int $updatedAt;

    private function __construct() {}
}
