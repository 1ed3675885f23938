<?php

declare(strict_types=1);

/** A vendor in a process of its own that gives a token, and then the same answer to everything. */
final class Vendor
{
    public readonly string $url;
    private int $process;

    public function __construct(string $answer)
    {
        $listener = stream_socket_server("tcp://127.0.0.1:0");
        $this->url = "http://" . stream_socket_get_name($listener, false);
        $this->process = pcntl_fork();
        if ($this->process !== 0) {
            fclose($listener);
            return;
        }
        $token = '{"access_token": "hush-token", "expires_in": 60}';
        $token = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " . strlen($token) . "\r\n\r\n$token";
        while ($connection = @stream_socket_accept($listener, 30)) {
            $asked = fread($connection, 65_536);
            fwrite($connection, str_contains($asked, "obtain/token") ? $token : $answer);
            fclose($connection);
        }
        posix_kill(getmypid(), SIGKILL);
    }

    public function stop(): void
    {
        posix_kill($this->process, SIGKILL);
        pcntl_waitpid($this->process, $status);
    }

    public static function answer(string $status, string $body = "", string $headers = ""): string
    {
        return "HTTP/1.1 $status\r\nConnection: close\r\n{$headers}Content-Length: " . strlen($body) . "\r\n\r\n$body";
    }
}
