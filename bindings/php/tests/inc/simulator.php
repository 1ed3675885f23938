<?php

declare(strict_types=1);

/** The vendor, as `dollr --json sim` runs it, until this process ends: one that moves money for each POST that it gets (I2). */
final class Simulator
{
    /** @var resource */
    private $process;
    public readonly string $url;
    /** @var array{baseUrl: string, clientId: string, clientSecret: string} */
    public readonly array $settings;
    /** @var array{realtimeUrl: string, anonKey: string} */
    public readonly array $realtime;

    public function __construct()
    {
        $command = [getenv("DOLLR_PROGRAM") ?: "dollr", "--json", "sim", "--no-deduplication", "--listen", "127.0.0.1:0"];
        $this->process = proc_open($command, [1 => ["pipe", "w"], 2 => ["file", "/dev/null", "w"]], $pipes);
        $said = json_decode(fgets($pipes[1]), true, 8, JSON_THROW_ON_ERROR);
        $this->url = $said["base_url"];
        $this->settings = ["baseUrl" => $said["base_url"], "clientId" => $said["client_id"], "clientSecret" => $said["client_secret"]];
        $this->realtime = ["realtimeUrl" => $said["supabase_url"], "anonKey" => $said["supabase_anon_key"]];
        $owner = getmypid();
        register_shutdown_function(function () use ($owner) {
            if (getmypid() === $owner) {
                $this->stop();
            }
        });
    }

    /** Calls one of its control endpoints. */
    public function control(string $path, mixed $body = null): mixed
    {
        $options = ["timeout" => 10];
        if ($body !== null) {
            $options += ["method" => "POST", "content" => json_encode($body), "header" => "Content-Type: application/json"];
        }
        $answer = file_get_contents($this->url . $path, false, stream_context_create(["http" => $options]));
        return json_decode($answer, true, 64, JSON_THROW_ON_ERROR);
    }

    /** The customer pays on the hosted page, now. */
    public function approve(string $page): void
    {
        $form = http_build_query(["method" => "wallet", "decision" => "approve"]);
        $how = ["method" => "POST", "content" => $form, "header" => "Content-Type: application/x-www-form-urlencoded", "follow_location" => 0, "timeout" => 10];
        if (file_get_contents($page, false, stream_context_create(["http" => $how])) === false) {
            throw new RuntimeException("nobody can pay on $page");
        }
    }

    /** @return list<mixed> The money that has moved, as its ledger has it. */
    public function charges(): array
    {
        return array_merge(...array_column($this->control("/_sim/ledger")["orders"], "movements"));
    }

    public function stop(): void
    {
        proc_terminate($this->process, 9);
    }
}
