<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** What a host is to do. The first five are of payments, the next three of a `Token`, the last ones of a `Channel`. */
enum ActionKind: string
{
    /** Make `snapshot` durable, then `applyRecorded`. Nothing is sent before that. */
    case Record = "record";
    /** Send `request` once, then `applyAnswer` or `applyLost`. */
    case Send = "send";
    /** Come back at `until`; earlier is harmless. */
    case Wait = "wait";
    /** Give `clientSecret()` to the payer's browser (3-D Secure), then `applyShown`. */
    case Act = "act";
    /** `verdict` is how it stands; there is nothing to do. */
    case Done = "done";
    /** Call with `bearer()`; where a call is answered 401, say `Token::expired`. */
    case Use = "use";
    /** Send `request` for a token, then `applyAnswer` or `applyLost`. */
    case Obtain = "obtain";
    /** The vendor does not know these credentials. */
    case Denied = "denied";
    /** Send `request` for a key, then `applyAnswer` or `applyUnanswered`. */
    case MintKey = "mint_key";
    /** Open a WebSocket to `Channel::target`, until `until`, then `applyConnected` or `applyUnconnected`. */
    case Connect = "connect";
    /** Send `frame()` as a text frame, then `applySent`. */
    case Push = "push";
    /** Call the payment's `applyHint`, then `applyHinted`. */
    case Ring = "ring";
    /** Close the socket, then `applyClosed`. */
    case Close = "close";
    /** The channel is over: `why`. */
    case Ended = "ended";
}

/** A request to be sent once, as it is. Never follow a redirect, never let the HTTP library repeat it. */
final class Request
{
    /** `GET` or `POST`. */
    public readonly string $method;
    /** Path and query, from `/v1` on. */
    public readonly string $path;
    /** Whether `Authorization: Bearer …` is to be added. */
    public readonly bool $authorized;
    /** @var array<string, string> The headers to send beside it. */
    public readonly array $headers;

    private function __construct() {}

    /** The JSON body of a `POST`. It may hold a secret: it is in no dump, and belongs in no log. */
    public function body(): ?string {}
}

/** What to do. What does not go with `kind` is null. Its secrets are methods, so that no dump shows them. */
final class Action
{
    public readonly ActionKind $kind;
    /** Of a record, the text to keep. */
    public readonly ?string $snapshot;
    /** What to send. */
    public readonly ?Request $request;
    /** Of a wait, when there will be something to do, in milliseconds since the epoch. */
    public readonly ?int $until;
    /** Of a wait, `schedule`, `back_off`, `retry_after` or `other`; of an end, why. */
    public readonly ?string $why;
    /** At the end, how it stands. */
    public readonly ?Verdict $verdict;
    /** At the end, what goes with that. */
    public readonly ?Outcome $outcome;
    /** Of credentials that were not accepted. */
    public readonly ?int $httpStatus;

    private function __construct() {}

    /** Of a wait, the seconds until then, rounded up, at least 1: for `sleep` and for a queue's `release`. Else 0. */
    public function delay(?int $now = null): int {}

    /** Of `Act`, the card provider's secret. Never store it, never log it. */
    public function clientSecret(): ?string {}

    /** Of `Use`, for `Authorization: Bearer …`. */
    public function bearer(): ?string {}

    /** Of `Push`, the text to send; it may hold the key. */
    public function frame(): ?string {}
}
