<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** The bearer token's life. It is kept in this process alone: it has no snapshot. */
final class Token
{
    public function __construct(string $clientId, #[\SensitiveParameter] string $clientSecret) {}

    /** `Use`, `Obtain`, `Wait` or `Denied`. A token that still lives is used while its renewal is failing. */
    public function next(?int $now = null): Action {}

    /** @param array $headers */
    public function applyAnswer(
        Request $request,
        int $status,
        #[\SensitiveParameter]
        string $body,
        array $headers = [],
        ?int $now = null
    ): void {}

    public function applyLost(Request $request, bool $sent = true, ?int $now = null): void {}

    /** A call with the bearer of this `Use` was answered 401: only that token is given up, once. */
    public function expired(Action $used): void {}
}
