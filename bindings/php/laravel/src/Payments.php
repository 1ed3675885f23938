<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Execution;
use Dollr\Source;
use Dollr\Verdict;
use Illuminate\Database\ConnectionResolverInterface;
use Illuminate\Database\Query\Builder;
use Illuminate\Database\QueryException;

/** The table of payments. Its unique columns are what keeps an order to one attempt and its goods to one parcel. */
class Payments
{
    public function __construct(private ConnectionResolverInterface $database, private string $table = "dollr_payments") {}

    /**
     * Records a payment that is to begin. Nothing is sent here: dispatch a FollowPayment for its key then.
     *
     * @throws OrderTaken another attempt at the order has moved money or still may
     */
    public function begin(Execution|Source $machine, string $order): string
    {
        $row = [
            "key" => $machine->key(),
            "order" => $order,
            "snapshot" => $machine->snapshot(),
            "version" => 1,
            "due_at" => (int) (microtime(true) * 1000),
            "holds_order" => $machine instanceof Execution ? $order : null,
        ];
        try {
            $this->rows()->insert($row);
        } catch (QueryException $thrown) {
            $holder = $this->rows()->where("holds_order", $order)->value("key");
            throw $holder === null ? $thrown : new OrderTaken($order, $holder);
        }
        return $row["key"];
    }

    public function find(string $key): ?Row
    {
        $row = $this->rows()->where("key", $key)->first();
        return $row === null ? null : new Row($row->key, $row->order, $row->snapshot, (int) $row->version, $row->verdict);
    }

    /** The keys of an order's payments, the hosted ones too. @return list<string> */
    public function ofOrder(string $order): array
    {
        return $this->rows()->where("order", $order)->pluck("key")->all();
    }

    /** What nobody looks after although it is due, the oldest first. @return list<string> */
    public function due(int $before, int $limit): array
    {
        return $this->rows()->where("due_at", "<=", $before)->orderBy("due_at")->limit($limit)->pluck("key")->all();
    }

    /**
     * Makes the row durable, unless somebody else has written it meanwhile: then nothing may be sent.
     *
     * @param string|null $snapshot what a `Record` says, which is not yet what the machine says
     * @param int|null $due when to look after it, in milliseconds since the epoch
     */
    public function keep(Row $row, ?string $snapshot, ?Verdict $verdict, ?int $due): bool
    {
        $machine = $row->machine;
        $holds = $machine instanceof Execution && $machine->holdsOrder();
        $written = $this->rows()->where("key", $row->key)->where("version", $row->version)->update([
            "snapshot" => $snapshot ?? $machine->snapshot(),
            "version" => $row->version + 1,
            "verdict" => $verdict?->value,
            "due_at" => $due,
            "holds_order" => $holds ? $row->order : null,
        ]);
        $row->version += $written;
        return $written === 1;
    }

    /** Looks after a row that cannot be read at a later moment, unless somebody has written it meanwhile. */
    public function putOff(string $key, int $before, int $due): void
    {
        $this->rows()->where("key", $key)->where("due_at", "<=", $before)->update(["due_at" => $due]);
    }

    /** May I ship? One caller is told yes, once for all payments of an order, and only where one of them is paid. */
    public function claim(string $key): bool
    {
        $row = $this->find($key);
        if ($row === null || !$row->machine->isPaid()) {
            return false;
        }
        try {
            return $this->rows()->where("key", $key)->whereNull("goods_of")->update(["goods_of" => $row->order]) === 1;
        } catch (QueryException $thrown) {
            if ($this->rows()->where("goods_of", $row->order)->exists()) {
                return false;
            }
            throw $thrown;
        }
    }

    /** The goods were not handed out: somebody else may claim them. */
    public function release(string $key): void
    {
        $this->rows()->where("key", $key)->update(["goods_of" => null]);
    }

    private function rows(): Builder
    {
        return $this->database->connection()->table($this->table);
    }
}
