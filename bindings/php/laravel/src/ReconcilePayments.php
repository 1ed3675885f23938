<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Execution;
use Dollr\SnapshotException;
use Dollr\Source;
use Dollr\Verdict;
use Illuminate\Console\Command;
use Illuminate\Contracts\Debug\ExceptionHandler;

/** Finds what crashes, a lost queue and impatient callers have left, and takes each a step further. From the scheduler, every two minutes. */
final class ReconcilePayments extends Command
{
    /** @var string */
    protected $signature = "dollr:reconcile {--limit=500 : at most so many payments} {--late=60 : how many seconds a job may be late}";
    /** @var string */
    protected $description = "Asks Dollr about payments that are due and that no job looks after";

    /** What only a later release, or nobody, can read is looked at again in so many milliseconds. */
    private const UNREADABLE = 3_600_000;

    /** How many payments have which verdict. @var array<string, int> */
    private array $counts = [];
    /** What a person must look at, and why. @var array<string, string> */
    private array $people = [];

    /** No payment keeps another one from being asked about. */
    public function handle(Payments $payments, Follower $follower, ExceptionHandler $faults): int
    {
        $before = $this->now() - 1000 * (int) $this->option("late");
        $this->counts = $this->people = $failed = [];
        foreach ($payments->due($before, (int) $this->option("limit")) as $key) {
            try {
                $follower->step($key);
                $this->note($key, $payments->find($key)?->machine);
            } catch (SnapshotException $thrown) {
                $payments->putOff($key, $before, $this->now() + self::UNREADABLE);
                $this->people[$key] = ": " . $thrown->getMessage();
            } catch (\Throwable $thrown) {
                $faults->report($thrown);
                $failed[] = $key;
            }
        }
        $this->tell($failed);
        return $this->people !== [] ? 5 : ($failed === [] ? 0 : 1);
    }

    private function note(string $key, Execution|Source|null $machine): void
    {
        $verdict = $machine?->verdict() ?? Verdict::Other;
        $this->counts[$verdict->value] = ($this->counts[$verdict->value] ?? 0) + 1;
        if ($machine?->conflict() !== null || in_array($verdict, [Verdict::Stuck, Verdict::Mismatch, Verdict::Other], true)) {
            $this->people[$key] = "";
        }
    }

    /** @param list<string> $failed */
    private function tell(array $failed): void
    {
        $told = implode(", ", array_map(fn($name, $count) => "$count $name", array_keys($this->counts), $this->counts));
        $this->line("asked about " . array_sum($this->counts) . ($told === "" ? "" : ": $told"));
        foreach ($this->people as $key => $why) {
            $this->line("a person must look at $key$why");
        }
        foreach ($failed as $key) {
            $this->error("an error with $key, which is reported: the next run goes on with it");
        }
    }

    private function now(): int
    {
        return (int) (microtime(true) * 1000);
    }
}
