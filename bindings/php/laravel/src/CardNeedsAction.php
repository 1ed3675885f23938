<?php

declare(strict_types=1);

namespace Dollr\Laravel;

/** A 3-D Secure card: give the secret to the payer's browser, at once. Never store it, never log it, never queue this. */
final class CardNeedsAction
{
    public function __construct(
        public readonly string $key,
        public readonly string $order,
        #[\SensitiveParameter]
        private string $clientSecret,
    ) {}

    public function clientSecret(): string
    {
        return $this->clientSecret;
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ["key" => $this->key, "order" => $this->order];
    }

    /** @return never */
    public function __serialize(): array
    {
        throw new \LogicException("a card's secret is not written down");
    }
}
