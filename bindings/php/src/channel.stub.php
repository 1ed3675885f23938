<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** News of one payment over its realtime channel, for its first half minute. All that it says is `Ring`: ask now. */
final class Channel
{
    private function __construct() {}

    /**
     * Make it when the execution has been sent: its life begins now.
     *
     * @param string $kind `INVOICE` or `ORDER`, the kind of the session's source.
     * @param float|null $life Seconds; 30.
     */
    public static function watch(
        Session|int|string $session,
        string $kind,
        string $referenceId,
        ?int $now = null,
        ?float $life = null
    ): Channel {}

    /** `MintKey`, `Connect`, `Push`, `Ring`, `Wait`, `Close` or `Ended`. */
    public function next(?int $now = null): Action {}

    /** Path and query of the WebSocket's handshake. It holds the key: do not log it. */
    public function target(#[\SensitiveParameter] string $anonKey): string {}

    /** @param array $headers */
    public function applyAnswer(
        Request $request,
        int $status,
        #[\SensitiveParameter]
        string $body,
        array $headers = [],
        ?int $now = null
    ): void {}

    /** The call for a key was not answered. */
    public function applyUnanswered(Request $request, ?int $now = null): void {}

    public function applyConnected(?int $now = null): void {}

    /** The socket did not come about; `status` is the handshake's, where it was answered. */
    public function applyUnconnected(?int $status = null, ?int $now = null): void {}

    /** The frame of this `Push` is on its way. */
    public function applySent(Action $push, ?int $now = null): void {}

    public function applyText(string $text, ?int $now = null): void {}

    public function applyBinary(?int $now = null): void {}

    public function applyClosed(?int $now = null): void {}

    /** The payment was told. */
    public function applyHinted(?int $now = null): void {}

    public function applyLeave(?int $now = null): void {}

    /** When to ask although nothing was heard: a payment that waits until `due`, and was asked about last at `asked`. */
    public function safetyPoll(int $due, int $asked, ?int $now = null): int {}
}
