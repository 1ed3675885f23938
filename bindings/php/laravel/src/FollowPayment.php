<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Queue\InteractsWithQueue;

/** Follows one payment to its verdict, a step a run, and puts itself back into the queue in between. */
final class FollowPayment implements ShouldQueue
{
    use InteractsWithQueue;
    use Queueable;

    /** As often as it takes: each release counts as an attempt. */
    public int $tries = 0;
    /** After an exception, such as a database that is away. */
    public int $backoff = 10;
    /** Less than the queue's `retry_after`, or two workers have it at the same time: harmless, and in vain. */
    public int $timeout = 60;

    public function __construct(public readonly string $key) {}

    public function handle(Follower $follower): void
    {
        $delay = $follower->step($this->key);
        if ($delay !== null) {
            $this->release($delay);
        }
    }
}
