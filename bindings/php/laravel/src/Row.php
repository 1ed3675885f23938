<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Execution;
use Dollr\Source;

/** A payment as the table had it when it was read, and its machine as it moves. */
final class Row
{
    public readonly Execution|Source $machine;
    private readonly ?string $conflict;

    public function __construct(
        public readonly string $key,
        public readonly string $order,
        string $snapshot,
        public int $version,
        /** The verdict that was reported; with one, nobody waits for it any more. */
        public readonly ?string $verdict,
    ) {
        $this->machine = str_contains($key, ":") ? Source::restore($snapshot) : Execution::restore($snapshot);
        $this->conflict = $this->machine->conflict();
        // It is asked about all the same; what was never sent is not sent.
        if ($verdict !== null) {
            $this->machine->applyAdopted();
        }
    }

    public function isHandedOver(): bool
    {
        return $this->verdict !== null;
    }

    /** Whether this verdict and conflict are what was reported. */
    public function isReported(string $verdict): bool
    {
        return $this->verdict === $verdict && $this->conflict === $this->machine->conflict();
    }
}
