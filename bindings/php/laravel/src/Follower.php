<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\ActionKind;
use Dollr\Outcome;
use Illuminate\Contracts\Events\Dispatcher;

/** Takes a payment one step further: at most one call to the vendor. The machine decides; what it says is done, and kept. */
class Follower
{
    public function __construct(private Payments $payments, private Vendor $vendor, private Dispatcher $events) {}

    /**
     * @param bool $hint somebody says that something has happened, such as the customer who is back on the success page
     * @return int|null in how many seconds the next step is; null where nobody needs to wait any more
     */
    public function step(string $key, bool $hint = false): ?int
    {
        $row = $this->payments->find($key);
        if ($row === null) {
            return null;
        }
        if ($hint) {
            $row->machine->applyHint();
        }
        $ready = $this->vendor->ready();
        return $ready > 0 ? $ready : $this->act($row);
    }

    private function act(Row $row): ?int
    {
        for ($called = false; ; ) {
            $action = $row->machine->next();
            if ($called && in_array($action->kind, [ActionKind::Record, ActionKind::Send], true)) {
                return $this->keep($row) ? 1 : null;
            }
            switch ($action->kind) {
                case ActionKind::Record:
                    // Who cannot write it does not send it: another worker does.
                    if (!$this->payments->keep($row, $action->snapshot, null, $this->now())) {
                        return null;
                    }
                    $row->machine->applyRecorded();
                    break;
                case ActionKind::Send:
                    $this->vendor->send($row->machine, $action->request);
                    $called = true;
                    break;
                case ActionKind::Act:
                    $this->events->dispatch(new CardNeedsAction($row->key, $row->order, $action->clientSecret()));
                    $row->machine->applyShown();
                    break;
                case ActionKind::Wait:
                    $verdict = $row->isHandedOver() ? $row->machine->verdict() : null;
                    $kept = $this->payments->keep($row, null, $verdict, $action->until);
                    return $kept && !$row->isHandedOver() ? $action->delay() : null;
                default:
                    return $this->end($row, $action->outcome);
            }
        }
    }

    /**
     * The row is kept, reported, and then kept as reported: where a worker dies in between, it is reported again. The listener claims
     * the goods.
     */
    private function end(Row $row, Outcome $outcome): ?int
    {
        if (!$row->isReported($outcome->verdict->value)) {
            if (!$this->payments->keep($row, null, null, $this->now())) {
                return null;
            }
            $this->events->dispatch(new PaymentReported($row->key, $row->order, $outcome, $row->machine->conflict()));
        }
        $this->payments->keep($row, null, $outcome->verdict, $row->machine->due());
        return null;
    }

    private function keep(Row $row): bool
    {
        return $this->payments->keep($row, null, $row->isHandedOver() ? $row->machine->verdict() : null, $this->now());
    }

    private function now(): int
    {
        return (int) (microtime(true) * 1000);
    }
}
