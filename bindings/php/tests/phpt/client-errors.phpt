--TEST--
Each answer has its exception, with its fields (F8, F9, F10, F21)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{AuthenticationException, BadAnswerException, Client, RateLimitedException, RefusedException, TransportException};

require __DIR__ . "/../inc/vendor.php";

function ask(string $answer, string $class): Throwable
{
    $vendor = new Vendor($answer);
    $thrown = throws($class, fn() => (new Client("id", "hush-hush", $vendor->url))->createSession("INVOICE:1"));
    $vendor->stop();
    holds(!str_contains((string) $thrown, "hush"));
    return $thrown;
}

putenv("DOLLR_JOURNAL");
$refused = ask(Vendor::answer("422 No", '{"detail": [{"loc": ["body", "source_id"], "msg": "unknown"}]}'), RefusedException::class);
same([422, false, "refused", "body.source_id", "unknown"], [
    $refused->httpStatus, $refused->outcomeUnknown, $refused->kind, $refused->errors[0]->field, $refused->errors[0]->message,
]);
$limited = ask(Vendor::answer("429 Slow", "", "Retry-After: 7\r\n"), RateLimitedException::class);
same([429, 7.0, true], [$limited->httpStatus, $limited->retryAfter, $limited->retryable]);
ask(Vendor::answer("401 Who"), AuthenticationException::class);
ask(Vendor::answer("200 OK", "<html>"), BadAnswerException::class);
foreach ([Vendor::answer("502 Bad"), "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"] as $unusable) {
    same(true, ask($unusable, TransportException::class)->outcomeUnknown);
}
$gone = stream_socket_server("tcp://127.0.0.1:0");
$url = "http://" . stream_socket_get_name($gone, false);
fclose($gone);
same(false, throws(TransportException::class, fn() => (new Client("id", "hush", $url))->createSession("INVOICE:1"))->outcomeUnknown);

echo "done\n";
?>
--EXPECT--
done
