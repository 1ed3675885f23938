<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Verdict;
use Illuminate\Http\JsonResponse;

/**
 * Where a customer comes back to. That somebody opens this page proves nothing: it is a hint, and the vendor is asked about the
 * order's own payments, whatever the address says beside its name. Let only the order's customer in.
 */
final class SuccessController
{
    public function __construct(private Payments $payments, private Follower $follower) {}

    public function __invoke(string $order): JsonResponse
    {
        $verdict = null;
        foreach ($this->payments->ofOrder($order) as $key) {
            $this->follower->step($key, hint: true);
            $machine = $this->payments->find($key)?->machine;
            if ($machine?->isPaid()) {
                return new JsonResponse(["order" => $order, "verdict" => Verdict::Paid->value]);
            }
            $verdict = $machine?->verdict() ?? $verdict;
        }
        // Not paid is no failure: a wallet may take minutes.
        return new JsonResponse(["order" => $order, "verdict" => $verdict?->value], $verdict === null ? 404 : 202);
    }
}
