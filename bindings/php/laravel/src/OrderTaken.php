<?php

declare(strict_types=1);

namespace Dollr\Laravel;

/** Another attempt at the order has moved money or still may: go on with that one. */
final class OrderTaken extends \RuntimeException
{
    public function __construct(public readonly string $order, public readonly string $holder)
    {
        parent::__construct("the order $order has the attempt $holder, which has moved money or still may");
    }
}
