<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/**
 * A merchant's connection to the vendor: one token, one policy, one journal. What a setting leaves null comes from `php.ini`, then from
 * the environment. Spans are seconds. Calls wait; signals and time-outs are heard meanwhile, and the payment is in the journal.
 */
final class Client
{
    /**
     * @param int|null $rateCalls At most so many calls in `ratePer` seconds, by all who share the journal.
     * @throws ConfigException
     */
    public function __construct(
        ?string $clientId = null,
        #[\SensitiveParameter]
        ?string $clientSecret = null,
        ?string $baseUrl = null,
        #[\SensitiveParameter]
        Journal|string|null $journal = null,
        ?Policy $policy = null,
        ?string $realtimeUrl = null,
        #[\SensitiveParameter]
        ?string $anonKey = null,
        ?string $caBundle = null,
        #[\SensitiveParameter]
        ?string $proxy = null,
        ?string $userAgent = null,
        ?string $name = null,
        ?float $connectTimeout = null,
        ?float $readTimeout = null,
        ?float $totalTimeout = null,
        ?int $rateCalls = null,
        float $ratePer = 1.0
    ) {}

    /** Finds out whether the credentials are good. That the vendor cannot be reached is no error here. */
    public function signIn(): void {}

    /** A session for a source such as `INVOICE:101`, to be executed in right away. */
    public function createSession(string $source): Session {}

    /**
     * A hosted checkout: send the customer to its page, keep its source with the order, then verify that.
     *
     * @param array[] $items Each `["Shoes", "60.00"]`: what it is, and what it costs in major units.
     * @param string $kind `INVOICE` or `ORDER`.
     * @param int|null $expiresAt In milliseconds since the epoch.
     */
    public function createCheckout(
        string $phone,
        string $currency,
        array $items,
        string $kind = "INVOICE",
        ?string $successUrl = null,
        ?string $cancelUrl = null,
        ?string $customerName = null,
        ?string $customerEmail = null,
        ?string $referenceId = null,
        ?string $note = null,
        ?int $expiresAt = null
    ): Checkout {}

    /**
     * Collects from a customer: records, sends once, and asks until there is a verdict or patience is over. A decline is a verdict.
     *
     * @param string|null $order The merchant's own name of it: it has one attempt at a time.
     * @param string|null $despite Begins although another attempt holds the order, and keeps this reason.
     * @param float|null $patience Seconds; null is the policy's, 0 hands it over at once.
     * @param string|null $realtime `INVOICE` or `ORDER` listens to the payment's channel.
     * @param callable|null $show Gets the reference id and the secret of a 3-D Secure card.
     * @param string|null $source What the session was made for, such as `INVOICE:101`; a `Session` tells it.
     */
    public function collect(
        Session|int|string $session,
        int|string $account,
        string $currency,
        int|string|null $amount = null,
        ?string $order = null,
        ?string $despite = null,
        ?float $patience = null,
        ?string $realtime = null,
        ?string $referenceId = null,
        ?int $sessionExpiresAt = null,
        ?callable $show = null,
        ?string $source = null
    ): Report {}

    /**
     * The same for a payout, a transfer or a refund, or an intent of one's own.
     *
     * @param callable|null $show Gets the reference id and the secret of a 3-D Secure card.
     */
    public function execute(
        Intent $intent,
        ?string $order = null,
        ?string $despite = null,
        ?float $patience = null,
        ?string $realtime = null,
        ?callable $show = null
    ): Report {}

    /**
     * Is this invoice or order paid, in this currency and with this total? Take all three from the order, never from the browser.
     *
     * @param string|null $order Your own name of the order: its goods are handed out once, whether it is paid on the hosted page or
     *     collected for the same order. Without it, do not verify what you collect yourself.
     */
    public function verifySource(
        string $source,
        string $currency,
        int|string $total,
        float $patience = 0.0,
        ?string $order = null
    ): Report {}

    /**
     * Goes on asking about a recorded payment, whoever began it. What was never sent is not sent.
     *
     * @param callable|null $show Gets the reference id and the secret of a 3-D Secure card.
     */
    public function wait(string $referenceId, float $patience = 300.0, ?callable $show = null): Report {}

    /**
     * The same, with its realtime channel open.
     *
     * @param string $kind `INVOICE` or `ORDER`.
     * @param callable|null $show Gets the reference id and the secret of a 3-D Secure card.
     */
    public function watch(string $referenceId, string $kind, float $patience = 300.0, ?callable $show = null): Report {}

    /** How a recorded payment stands: one question, also about one that has ended. */
    public function status(string $referenceId): Report {}

    /** The key of the channel of one execution, for a browser that listens itself. */
    public function realtimeKey(Session|int|string $session, string $kind, string $referenceId): RealtimeKey {}

    /**
     * Asks about each recorded payment that is due, once, and saves what was learnt. Any number of processes may do so.
     *
     * @param float|null $horizon Seconds since a payment's birth, more than 0; null is its own.
     */
    public function reconcile(
        int $workers = 8,
        ?int $rateCalls = null,
        float $ratePer = 1.0,
        ?float $horizon = null
    ): Summary {}

    /**
     * May I ship? One caller is told yes, once for all attempts at an order. The vendor is not asked. A payout, a transfer or a refund has no
     * goods.
     *
     * @throws InvalidException
     */
    public function claimFulfilment(string $key): Claim {}

    /**
     * Claims the next payment whose goods nobody has claimed, the longest paid first; null where there is none. Ship by its key, then
     * call `fulfilled`, or `release` if you cannot. Unless you say so within the term, it is given again.
     *
     * @param float $term Seconds.
     * @param int|null $since Only what was paid since then, in milliseconds since the epoch.
     */
    public function nextPaid(float $term = 900.0, ?int $since = null): ?Delivery {}

    /** The goods were handed out. Says whether that is new. */
    public function fulfilled(string $key): bool {}

    /** The goods were not handed out: somebody else may claim them. Says whether that is new. */
    public function release(string $key): bool {}

    /**
     * A person has dealt with a payment that `reconcile` lists: one that is stuck, was paid twice or never sent. It is listed no longer, and
     * the reason is kept. Says whether that is new; not where it is none of these.
     */
    public function resolve(string $key, string $why): bool {}
}
