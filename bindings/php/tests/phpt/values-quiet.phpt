--TEST--
No secret is in a dump, a trace, an error or a snapshot (I10, T5)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Channel, Execution, Intent, Passcode, Token};

function dumped(mixed $thing): string
{
    ob_start();
    var_dump($thing);
    print_r($thing);
    try {
        var_export($thing);
    } catch (Throwable) {
    }
    return ob_get_clean() . json_encode($thing) . var_export((array) $thing, true) . var_export(get_object_vars($thing), true);
}

$payout = Intent::payout(55, "18", new Passcode("hush-1", "231770000001"), 5, "USD");
$payment = Execution::prepare($payout, START);
$payment->applyRecorded(START);
$send = $payment->next(START);
holds(str_contains($send->request->body(), "hush-1"));

$token = new Token("merchant", "hush-2");
$obtain = $token->next(START);
holds(str_contains($obtain->request->body(), "hush-2"));
$token->applyAnswer($obtain->request, 200, '{"access_token": "hush-3", "expires_in": 60}', [], START);
$use = $token->next(START);
same("hush-3", $use->bearer());
same([null, null], [$use->clientSecret(), $use->frame()]);

[$card, $request] = sent();
$card->applyAnswer($request, 200, substr(told("PENDING"), 0, -1) . ', "requires_action": true, "client_secret": "hush-4"}', [], START);
$act = $card->next(START);
same("hush-4", $act->clientSecret());
$card->applyShown(START);
holds($card->next(START)->kind !== $act->kind);

$channel = Channel::watch(55, "INVOICE", REFERENCE, START);
$mint = $channel->next(START);
$channel->applyAnswer($mint->request, 200, '{"access_token": "hush-5", "expires_in": 600}', [], START);
$channel->applyConnected(START);
$push = $channel->next(START);
holds(str_contains($push->frame(), "hush-5"));

$all = "";
foreach ([$payout, new Passcode("hush-6", null, "u"), $payment, $send, $send->request, $token, $obtain, $obtain->request, $use, $card, $act, $channel, $mint, $push] as $thing) {
    $all .= dumped($thing);
}
$all .= $payment->snapshot() . $card->snapshot() . implode($card->explain(START));

// As a framework's handler would log it.
foreach ([
    fn() => new Token("\xff", "hush-7"),
    fn() => new Dollr\Client("id", "hush-8", "nonsense"),
    fn() => new Dollr\Client("id", "hush-9", journal: "postgres://merchant:hush-10@127.0.0.1:1/shop"),
    fn() => new Dollr\Journal("postgres://merchant:hush-11@127.0.0.1:1/shop"),
    fn() => new Passcode("hush-12"),
    fn() => opened()->applyAnswer($request, 200, "hush-13", [], START),
] as $call) {
    try {
        $call();
        echo "nothing was thrown\n";
    } catch (Throwable $thrown) {
        $all .= $thrown . print_r(PHP_VERSION_ID >= 80200 ? $thrown->getTrace() : [], true);
    }
}
preg_match_all("/.{0,40}hush.{0,10}/", $all, $found);
same([], $found[0]);

echo "done\n";
?>
--EXPECT--
done
