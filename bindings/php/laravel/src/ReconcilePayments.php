<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Verdict;
use Illuminate\Console\Command;

/** Finds what crashes, a lost queue and impatient callers have left, and takes each a step further. From the scheduler, every two minutes. */
final class ReconcilePayments extends Command
{
    /** @var string */
    protected $signature = "dollr:reconcile {--limit=500 : at most so many payments} {--late=60 : how many seconds a job may be late}";
    /** @var string */
    protected $description = "Asks Dollr about payments that are due and that no job looks after";

    public function handle(Payments $payments, Follower $follower): int
    {
        $before = (int) (microtime(true) * 1000) - 1000 * (int) $this->option("late");
        $counts = $people = [];
        foreach ($payments->due($before, (int) $this->option("limit")) as $key) {
            $follower->step($key);
            $machine = $payments->find($key)?->machine;
            $verdict = $machine?->verdict() ?? Verdict::Other;
            $counts[$verdict->value] = ($counts[$verdict->value] ?? 0) + 1;
            if ($machine?->conflict() !== null || in_array($verdict, [Verdict::Stuck, Verdict::Mismatch, Verdict::Other], true)) {
                $people[] = $key;
            }
        }
        $told = implode(", ", array_map(fn($name, $count) => "$count $name", array_keys($counts), $counts));
        $this->line("asked about " . array_sum($counts) . ($told === "" ? "" : ": $told"));
        foreach ($people as $key) {
            $this->line("a person must look at $key");
        }
        return $people === [] ? 0 : 5;
    }
}
