--TEST--
Settings come from arguments, then from php.ini, then from the environment; a wrong one is named (T20)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Client, ConfigException, InvalidException, Policy, Verdict};

$names = ["DOLLR_BASE_URL", "DOLLR_CLIENT_ID", "DOLLR_CLIENT_SECRET", "DOLLR_JOURNAL", "SUPABASE_URL", "SUPABASE_ANON_KEY"];
array_map(putenv(...), $names);
$plain = ["clientId" => "id", "clientSecret" => "hush-hush"];
$wrong = [
    [ConfigException::class, [], "DOLLR_CLIENT_ID"],
    [ConfigException::class, ["clientId" => "id"], "secret"],
    [ConfigException::class, ["clientId" => "", "clientSecret" => "s"], ""],
    [ConfigException::class, [...$plain, "baseUrl" => "http://example.com"], ""],
    [ConfigException::class, [...$plain, "baseUrl" => "nonsense"], ""],
    [ConfigException::class, [...$plain, "userAgent" => "a\nb"], ""],
    [ConfigException::class, [...$plain, "caBundle" => "/nowhere.pem"], ""],
    [ConfigException::class, [...$plain, "realtimeUrl" => "https://example.com"], ""],
    [ConfigException::class, [...$plain, "journal" => "mysql://somewhere"], ""],
    [Error::class, [...$plain, "surprise" => 1], "surprise"],
    [TypeError::class, [...$plain, "journal" => 7], "journal"],
    [TypeError::class, [...$plain, "policy" => 7], ""],
    [InvalidException::class, [...$plain, "rateCalls" => 0], ""],
    [InvalidException::class, [...$plain, "rateCalls" => 1, "ratePer" => -1.0], "the time of a rate"],
    [InvalidException::class, ["id", "hush-hush", ...array_fill(0, 12, null), 1, -1.0], "the time of a rate"],
    [ArgumentCountError::class, ["id", "hush-hush", ...array_fill(0, 12, null), 1, 1.0, "surprise"], "at most 16 arguments"],
    [InvalidException::class, [...$plain, "readTimeout" => -1], ""],
    [InvalidException::class, [...$plain, "connectTimeout" => 0.0], "the time-out of connecting is 0"],
    [InvalidException::class, [...$plain, "totalTimeout" => 0], "the time-out of a call is 0"],
    [InvalidException::class, [...$plain, "userAgent" => "\xff"], ""],
];
foreach ($wrong as $number => [$class, $settings, $says]) {
    try {
        new Client(...$settings);
        echo "$number: nothing was thrown\n";
    } catch (Throwable $thrown) {
        same($class, $thrown::class, "$number: {$thrown->getMessage()}");
        holds(str_contains($thrown->getMessage(), $says), "$number: {$thrown->getMessage()}");
        holds(!str_contains($thrown->getMessage(), "hush"));
    }
}
throws(ConfigException::class, fn() => (new Client(...$plain))->execute(intent()), "journal");

$sim = new Simulator();
putenv("DOLLR_BASE_URL=$sim->url");
putenv("DOLLR_CLIENT_ID=" . $sim->settings["clientId"]);
putenv("DOLLR_CLIENT_SECRET=" . $sim->settings["clientSecret"]);
putenv("DOLLR_JOURNAL=" . folder() . "/payments.db");
$shop = new Client(name: "till", userAgent: "shop/1", readTimeout: 5, rateCalls: 100, ratePer: 2.5, policy: new Policy(schedule: "cards"));
same(Verdict::Paid, collect($shop)->verdict);
holds(is_file(folder() . "/payments.db"));
same("0600", substr(sprintf("%o", fileperms(folder() . "/payments.db")), -4), "T28");
throws(Error::class, fn() => $shop->__construct(), "once");

/** What a PHP of its own says with this entry of php.ini. */
function with_entry(string $entry, string $code): string
{
    $command = [PHP_BINARY, "-n", "-d", "extension=" . getenv("DOLLR_EXTENSION"), "-d", $entry, "-r", $code];
    $process = proc_open($command, [1 => ["pipe", "w"], 2 => ["redirect", 1]], $pipes);
    $said = stream_get_contents($pipes[1]);
    proc_close($process);
    return $said;
}

// php.ini wins over the environment.
$code = 'try { (new Dollr\Client)->createSession("INVOICE:1"); } catch (Dollr\TransportException $e) { echo "unreachable"; }';
same("unreachable", with_entry("dollr.base_url=http://127.0.0.1:1", $code));

// phpinfo() shows what is in php.ini: a password is refused there, and is not shown once more (I10).
$code = 'try { new Dollr\Client; echo "made"; } catch (Dollr\DollrException $e) { echo $e::class, " ", $e->kind, ": ", $e->getMessage(); }';
foreach (["shop:hush@127.0.0.1:1/pay", "shop:h@ush@127.0.0.1:1/pay", "shop@127.0.0.1:1/pay?connect_timeout=1&Password=hush"] as $place) {
    foreach (["postgres", "postgresql"] as $scheme) {
        $said = with_entry("dollr.journal='$scheme://$place'", $code);
        holds(str_starts_with($said, "Dollr\ConfigException config: dollr.journal holds a password"), $said);
        holds(str_contains($said, "DOLLR_JOURNAL") && str_contains($said, "PGPASSWORD") && !str_contains($said, "ush"), $said);
    }
}
$said = with_entry("dollr.journal='postgres://shop:hush@127.0.0.1:1/pay'", str_replace("Client", "Client(journal: '" . folder() . "/own.db')", $code));
same("made", $said, "what is not used is not refused");
foreach (["postgres://shop@127.0.0.1:1/pay?connect_timeout=1", "postgres://shop@127.0.0.1:1/bypass?connect_timeout=1"] as $place) {
    $said = with_entry("dollr.journal='$place'", $code);
    holds(str_starts_with($said, "Dollr\JournalException"), $said);
}
same("made", with_entry("dollr.journal='" . folder() . "/a:b@c?pass=d'", $code));

echo "done\n";
?>
--EXPECT--
done
