<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/**
 * One attempt to move money, from its preparation to its verdict. It does nothing by itself: ask `next`, do as it says, and say what
 * happened. `$now` is milliseconds since the epoch; without it, it is the system's clock.
 */
final class Execution
{
    private function __construct() {}

    /** A new id for one attempt to move money: a version-4 UUID of the operating system's random bytes. */
    public static function newReferenceId(): string {}

    public static function prepare(Intent $intent, ?int $now = null, ?Policy $policy = null): Execution {}

    /**
     * Goes on from a snapshot, in another process, language or version. What was caught being sent asks, and never sends again.
     *
     * @throws SnapshotException
     */
    public static function restore(string $snapshot): Execution {}

    /** What to do now. Asking twice gives the same answer. */
    public function next(?int $now = null): Action {}

    /** The snapshot of `Record` is durable. */
    public function applyRecorded(?int $now = null): void {}

    /**
     * An answer came, with any status.
     *
     * @param array $headers All of them; `Date`, `Retry-After` and `Age` matter.
     */
    public function applyAnswer(
        Request $request,
        int $status,
        #[\SensitiveParameter]
        string $body,
        array $headers = [],
        ?int $now = null
    ): void {}

    /** No answer came. `sent: false` only where surely no byte has left, such as a refused connection. */
    public function applyLost(Request $request, bool $sent = true, ?int $now = null): void {}

    /** Somebody says that something has happened: it is asked about soon. */
    public function applyHint(?int $now = null): void {}

    /** The payer has the secret. */
    public function applyShown(?int $now = null): void {}

    /** Somebody is willing to wait for so many seconds longer. */
    public function applyResumed(float $patience, ?int $now = null): void {}

    /**
     * Somebody looks after it who has not begun it: it is asked about until its horizon, and what was never sent is not sent.
     *
     * @param float|null $horizon Seconds since its birth, more than 0; null is its own.
     */
    public function applyAdopted(?float $horizon = null, ?int $now = null): void {}

    /** All of it as a text to be kept: JSON with a version and a checksum, without any secret. */
    public function snapshot(): string {}

    /** The request that asks for the status, due or not; null where nothing has been sent. */
    public function ask(): ?Request {}

    /** When somebody should look after it if nobody waits, in milliseconds since the epoch; null where that would be in vain. */
    public function due(?int $now = null): ?int {}

    /** @return list<string> Why it stands where it stands, for people. */
    public function explain(?int $now = null): array {}

    /** The reference id, or the source such as `INVOICE:101`. */
    public function key(): string {}

    public function state(): string {}

    public function verdict(?int $now = null): Verdict {}

    public function outcome(?int $now = null): Outcome {}

    /** A later answer that contradicts the verdict, as a sentence. */
    public function conflict(): ?string {}

    /** Whether goods may be handed out: it is paid, and nothing contradicts that. */
    public function isPaid(): bool {}

    /** Whether no event can change the verdict any more. */
    public function isTerminal(): bool {}

    /** Whether another attempt at the same order must not begin, because money has moved for it or still may. */
    public function holdsOrder(): bool {}

    /** How often the status has been asked for. */
    public function asks(): int {}
}

/** An invoice or order that is watched until it is paid. The methods are those of `Execution`. */
final class Source
{
    private function __construct() {}

    /**
     * Take all three from the order, never from the browser.
     *
     * @param string $source Such as `INVOICE:101`.
     * @param int|string $total In major units, such as `250.00`.
     */
    public static function watch(
        string $source,
        string $currency,
        int|string $total,
        ?int $now = null,
        ?Policy $policy = null
    ): Source {}

    /** @throws SnapshotException */
    public static function restore(string $snapshot): Source {}

    /** @implementation-alias Dollr\Execution::next */
    public function next(?int $now = null): Action {}

    /**
     * @param array $headers
     * @implementation-alias Dollr\Execution::applyAnswer
     */
    public function applyAnswer(
        Request $request,
        int $status,
        #[\SensitiveParameter]
        string $body,
        array $headers = [],
        ?int $now = null
    ): void {}

    /** @implementation-alias Dollr\Execution::applyLost */
    public function applyLost(Request $request, bool $sent = true, ?int $now = null): void {}

    /** @implementation-alias Dollr\Execution::applyHint */
    public function applyHint(?int $now = null): void {}

    /** @implementation-alias Dollr\Execution::applyResumed */
    public function applyResumed(float $patience, ?int $now = null): void {}

    /** @implementation-alias Dollr\Execution::applyAdopted */
    public function applyAdopted(?float $horizon = null, ?int $now = null): void {}

    /** @implementation-alias Dollr\Execution::snapshot */
    public function snapshot(): string {}

    /** @implementation-alias Dollr\Execution::ask */
    public function ask(): ?Request {}

    /** @implementation-alias Dollr\Execution::due */
    public function due(?int $now = null): ?int {}

    /**
     * @return list<string>
     * @implementation-alias Dollr\Execution::explain
     */
    public function explain(?int $now = null): array {}

    /** @implementation-alias Dollr\Execution::key */
    public function key(): string {}

    /** @implementation-alias Dollr\Execution::state */
    public function state(): string {}

    /** @implementation-alias Dollr\Execution::verdict */
    public function verdict(?int $now = null): Verdict {}

    /** @implementation-alias Dollr\Execution::outcome */
    public function outcome(?int $now = null): Outcome {}

    /** @implementation-alias Dollr\Execution::conflict */
    public function conflict(): ?string {}

    /** @implementation-alias Dollr\Execution::isPaid */
    public function isPaid(): bool {}

    /** @implementation-alias Dollr\Execution::isTerminal */
    public function isTerminal(): bool {}

    /** @implementation-alias Dollr\Execution::asks */
    public function asks(): int {}
}
