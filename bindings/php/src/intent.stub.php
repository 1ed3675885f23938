<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** How to ask, how patiently, and for how long. Spans are seconds; null is the library's choice. */
final class Policy
{
    public readonly ?float $patience;
    public readonly ?float $horizon;
    public readonly string|array $schedule;
    public readonly ?float $resendAfter;
    public readonly int $sends;

    /**
     * @param float|null $patience After this a payment is handed over, still open (5 minutes); 0 does so at once.
     * @param float|null $horizon After this a person must look (72 hours); it is more than 0.
     * @param string|array $schedule `mobile_money`, `cards`, or one's own: `[first, [[age, gap], ...]]`, the delay before the first
     *     question, and the gaps from given ages of a payment on. Between two ages the gap is interpolated.
     * @param float|null $resendAfter Sends again what the vendor has not known for so long. Only for a vendor that truly takes the
     *     reference id for an idempotency key.
     * @param int $sends How often in all, then.
     * @throws InvalidException
     */
    public function __construct(
        ?float $patience = null,
        ?float $horizon = null,
        string|array $schedule = "mobile_money",
        ?float $resendAfter = null,
        int $sends = 2
    ) {}
}

/** The second factor of a payout. Its code is in no snapshot and in no dump. */
final class Passcode
{
    public readonly ?string $phone;
    public readonly ?string $user;
    public readonly string $deviceName;
    public readonly string $deviceType;
    public readonly string $platform;
    public readonly string $userAgent;
    public readonly string $clientIp;

    /** Whose code it is says `phone` or else `user`. */
    public function __construct(
        #[\SensitiveParameter]
        string $code,
        ?string $phone = null,
        ?string $user = null,
        string $deviceName = "",
        string $deviceType = "",
        string $platform = "",
        string $userAgent = "",
        string $clientIp = ""
    ) {}
}

/**
 * One attempt to move money, before it is sent. Where no reference id is given, one is made of the operating system's random
 * bytes. An amount is a string in major units, or an int; a float is refused.
 */
final class Intent
{
    /** `collection`, `payout`, `transfer` or `refund`. */
    public readonly string $operation;
    /** One id for one attempt, for life. */
    public readonly string $referenceId;
    public readonly int $session;
    public readonly ?string $account;
    public readonly ?string $currency;
    public readonly ?string $amount;
    /** In milliseconds since the epoch, by the vendor's clock. */
    public readonly ?int $sessionExpiresAt;
    /** What the session was made for. */
    public readonly ?string $source;

    private function __construct() {}

    /**
     * From a customer's account, in the payer's currency. With an amount, any other is never paid.
     *
     * @param string|null $source What the session was made for, such as `INVOICE:101`; a `Session` tells it.
     * @throws InvalidException
     */
    public static function collection(
        Session|int|string $session,
        int|string $account,
        string $currency,
        int|string|null $amount = null,
        ?string $referenceId = null,
        ?int $sessionExpiresAt = null,
        ?string $source = null
    ): Intent {}

    /**
     * To an account.
     *
     * @throws InvalidException
     */
    public static function payout(
        Session|int|string $session,
        int|string $account,
        Passcode $passcode,
        int|string|null $amount = null,
        ?string $currency = null,
        ?string $referenceId = null,
        ?int $sessionExpiresAt = null
    ): Intent {}

    /**
     * Between two accounts of the merchant.
     *
     * @throws InvalidException
     */
    public static function transfer(
        Session|int|string $session,
        int|string|null $amount = null,
        ?string $currency = null,
        ?string $referenceId = null,
        ?int $sessionExpiresAt = null
    ): Intent {}

    /**
     * Back to the customer.
     *
     * @throws InvalidException
     */
    public static function refund(
        Session|int|string $session,
        int|string|null $amount = null,
        ?string $currency = null,
        ?string $referenceId = null,
        ?int $sessionExpiresAt = null
    ): Intent {}
}
