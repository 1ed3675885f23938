<?php

/** A php-fpm of one's own on a socket in a folder, asked by FastCGI as a web server would. */

declare(strict_types=1);

final class Fpm
{
    /** @var resource */
    private $process;
    private string $socket;

    /** @param array<string, string> $settings of the pool */
    public function __construct(string $folder, int $children, array $settings = [])
    {
        $this->socket = "$folder/fpm-$children.sock";
        $user = posix_getuid() === 0 ? "user = root\ngroup = root\n" : "";
        $more = "";
        foreach ($settings as $name => $value) {
            $more .= "$name = $value\n";
        }
        file_put_contents("$folder/fpm.conf", "[global]\nerror_log = $folder/fpm.log\ndaemonize = no\n[www]\n{$user}listen = $this->socket\npm = static\n" .
            "pm.max_children = $children\nclear_env = no\ncatch_workers_output = yes\n$more");
        $command = [self::program(), "-R", "-n", "-y", "$folder/fpm.conf", "-d", "extension=posix.so", "-d", "extension=" . getenv("DOLLR_EXTENSION")];
        $this->process = proc_open($command, [2 => ["file", "$folder/fpm.out", "a"]], $pipes);
        for ($n = 0; $n < 200 && !@stream_socket_client("unix://$this->socket"); $n++) {
            usleep(50_000);
        }
    }

    private static function program(): string
    {
        foreach (["php-fpm", "php-fpm" . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION] as $name) {
            foreach (["/usr/sbin", "/usr/local/sbin", "/usr/bin"] as $folder) {
                if (is_executable("$folder/$name")) {
                    return "$folder/$name";
                }
            }
        }
        throw new RuntimeException("there is no php-fpm");
    }

    /** Begins a request; `answer` reads it. @return resource */
    public function ask(string $query, string $journal = "")
    {
        $connection = stream_socket_client("unix://$this->socket", timeout: 10);
        $parameters = "";
        $all = ["SCRIPT_FILENAME" => __DIR__ . "/page.php", "REQUEST_METHOD" => "GET", "QUERY_STRING" => $query, "JOURNAL" => $journal];
        foreach ($all as $name => $value) {
            $parameters .= pack("NN", strlen($name) | 1 << 31, strlen($value) | 1 << 31) . $name . $value;
        }
        fwrite($connection, self::record(1, "\0\1\0\0\0\0\0\0") . self::record(4, $parameters) . self::record(4, "") . self::record(5, ""));
        return $connection;
    }

    /** @param resource $connection @return array{string, mixed} the head, and what JSON the body is */
    public function answer($connection): array
    {
        stream_set_timeout($connection, 90);
        $said = "";
        while (strlen($head = (string) stream_get_contents($connection, 8)) === 8) {
            ["type" => $type, "length" => $length, "padding" => $padding] = unpack("Cversion/Ctype/nid/nlength/Cpadding", $head);
            $content = $length + $padding > 0 ? substr(stream_get_contents($connection, $length + $padding), 0, $length) : "";
            $said .= $type === 6 ? $content : "";
            if ($type === 3) {
                break;
            }
        }
        // A child waits for this before it takes another request.
        fclose($connection);
        [$head, $body] = explode("\r\n\r\n", $said, 2) + [1 => ""];
        return [$head, json_decode($body, true) ?? $body];
    }

    public function get(string $query, string $journal = ""): array
    {
        return $this->answer($this->ask($query, $journal));
    }

    public function stop(): void
    {
        proc_terminate($this->process, SIGTERM);
        proc_close($this->process);
    }

    private static function record(int $type, string $content): string
    {
        return pack("CCnnCC", 1, $type, 1, strlen($content), 0, 0) . $content;
    }
}
