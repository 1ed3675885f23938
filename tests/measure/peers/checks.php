<?php

/**
 * Status checks from PHP: by the extension, and the loops that a careful user writes with curl and with Guzzle.
 *
 *     php checks.php dollr|curl|guzzle URL 1 MILLISECONDS FOLDER
 */

declare(strict_types=1);

const WARM_UP = 50;
const TOKEN = "9f2c1d7a.a-token-as-long-as-a-real-one.5b0e4c68a1d94f3f8a7c2e6d";

/** What a careful user does with an answer: it is about this payment, over this amount, and goes on. */
function judge(int $status, string $body, string $payment): void
{
    $told = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
    $same = $told["reference_id"] === $payment && (float) $told["payer_amount"] === 250.0 && $told["payer_currency"] === "USD";
    if ($status !== 200 || !$same || !in_array($told["status"], ["PENDING", "PROCESSING"], true)) {
        throw new UnexpectedValueException($body);
    }
}

function byDollr(string $url, string $folder): Closure
{
    $client = new Dollr\Client("id", "secret", $url, "$folder/payments.db");
    return function (string $payment) use ($client): void {
        if ($client->status($payment)->verdict !== Dollr\Verdict::Open) {
            throw new UnexpectedValueException($payment);
        }
    };
}

function byCurl(string $url): Closure
{
    $curl = curl_init();
    curl_setopt_array($curl, [
        CURLOPT_HTTPHEADER => ["Authorization: Bearer " . TOKEN],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_PROXY => "",
    ]);
    return function (string $payment) use ($curl, $url): void {
        curl_setopt($curl, CURLOPT_URL, "$url/v1/status/collection/$payment");
        $body = curl_exec($curl);
        if ($body === false) {
            throw new UnexpectedValueException(curl_error($curl));
        }
        judge(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body, $payment);
    };
}

function byGuzzle(string $url): Closure
{
    require "/usr/share/php/GuzzleHttp/autoload.php";
    $client = new GuzzleHttp\Client([
        "base_uri" => $url,
        "headers" => ["Authorization" => "Bearer " . TOKEN],
        "timeout" => 30,
        "http_errors" => false,
        "allow_redirects" => false,
        "proxy" => "",
    ]);
    return function (string $payment) use ($client): void {
        $answer = $client->get("/v1/status/collection/$payment");
        judge($answer->getStatusCode(), (string) $answer->getBody(), $payment);
    };
}

/** Seconds of processor time. */
function processorTime(): float
{
    $used = getrusage();
    return $used["ru_utime.tv_sec"] + $used["ru_stime.tv_sec"] + ($used["ru_utime.tv_usec"] + $used["ru_stime.tv_usec"]) / 1e6;
}

[, $which, $url, $threads, $millis, $folder] = $argv;
if ($threads !== "1") {
    fwrite(STDERR, "PHP has one thread\n");
    exit(2);
}
[$check, $version] = match ($which) {
    "dollr" => [byDollr($url, $folder), ""],
    "curl" => [byCurl($url), curl_version()["version"]],
    "guzzle" => [byGuzzle($url), GuzzleHttp\ClientInterface::MAJOR_VERSION],
};
$payments = file("$folder/payments", FILE_IGNORE_NEW_LINES);
$known = count($payments);
$at = 0;
while ($at < WARM_UP) {
    $check($payments[$at++ % $known]);
}
$cpu = processorTime();
$began = hrtime(true);
$end = $began + (int) $millis * 1_000_000;
$checks = 0;
while (hrtime(true) < $end) {
    $check($payments[$at++ % $known]);
    ++$checks;
}
$seconds = (hrtime(true) - $began) / 1e9;
echo json_encode(["checks" => $checks, "seconds" => $seconds, "cpu" => processorTime() - $cpu, "version" => (string) $version]), "\n";
