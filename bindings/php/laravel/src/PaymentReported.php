<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Outcome;

/** A payment has a verdict. `Open` is not a failure. It may come twice: claim the goods before handing them out. */
final class PaymentReported
{
    public function __construct(
        public readonly string $key,
        public readonly string $order,
        public readonly Outcome $outcome,
        /** A later answer that contradicts the verdict: a person must look. */
        public readonly ?string $conflict,
    ) {}
}
