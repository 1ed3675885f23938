--TEST--
An order has one attempt at a time, a reference id one for ever; a journal that cannot be used says so
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{AuthenticationException, Client, ConfigException, ExistsException, InvalidException, Journal, JournalException, OrderTakenException,
    RefusedException, UnrecordedException, Verdict};

$sim = new Simulator();
$shop = client($sim);
$first = collect($shop, order: "A-1", referenceId: REFERENCE);
$taken = throws(OrderTakenException::class, fn() => collect($shop, order: "A-1"));
same(["order_taken", true, $first->key], [$taken->kind, $taken instanceof JournalException, $taken->referenceId]);
same(REFERENCE, throws(ExistsException::class, fn() => collect($shop, referenceId: REFERENCE))->referenceId);
same(Verdict::Paid, collect($shop, order: "A-1", despite: "the customer asked for two")->verdict);

$nobody = "17070707-0707-4707-8707-070707070707";
foreach ([fn() => $shop->wait($nobody), fn() => $shop->status($nobody), fn() => $shop->claimFulfilment($nobody)] as $call) {
    same($nobody, throws(UnrecordedException::class, $call)->referenceId);
}
$before = count($sim->charges());
$stranger = new Client("merchant", "wrong", $sim->url, folder() . "/other.db");
throws(AuthenticationException::class, fn() => $stranger->signIn());
throws(AuthenticationException::class, fn() => $stranger->execute(intent()));
same([], (new Journal(folder() . "/other.db"))->entries());

file_put_contents(folder() . "/text", str_repeat("this is no database ", 100));
foreach ([folder() . "/text", folder() . "/absent/payments.db", folder(), "postgres://merchant:hush-hush@127.0.0.1:1/shop"] as $place) {
    holds(!str_contains(throws(JournalException::class, fn() => new Journal($place))->getMessage(), "hush"));
}
throws(ConfigException::class, fn() => new Journal("mysql://somewhere"));
throws(InvalidException::class, fn() => new Journal("\xff"));
throws(InvalidException::class, fn() => (new Journal(folder() . "/payments.db"))->entries(-1));

// Bad arguments are said before anything moves.
throws(InvalidException::class, fn() => $shop->createSession("INVOICE"));
throws(InvalidException::class, fn() => $shop->wait("x"));
throws(InvalidException::class, fn() => $shop->wait(REFERENCE, -1));
throws(TypeError::class, fn() => $shop->wait(REFERENCE, "1m"));
throws(TypeError::class, fn() => $shop->collect(1, "1", "USD", 1.5));
throws(InvalidException::class, fn() => $shop->collect("one", "1", "USD"));
throws(InvalidException::class, fn() => $shop->createCheckout("+231", "USD", [["a", 1]]));
throws(InvalidException::class, fn() => $shop->createCheckout("231770000001", "USD", [["a", 1]], "BILL"));
foreach ([[1], [["a"]], [["a", 1.5]], [[1, 1]], ["a"]] as $items) {
    throws(TypeError::class, fn() => $shop->createCheckout("231770000001", "USD", $items));
}
throws(RefusedException::class, fn() => $shop->createCheckout("231770000001", "USD", []));
throws(InvalidException::class, fn() => $shop->watch(REFERENCE, "BILL"));
throws(ConfigException::class, fn() => $shop->execute(intent(), realtime: "INVOICE"));
throws(InvalidException::class, fn() => $shop->reconcile(workers: 0));
throws(InvalidException::class, fn() => $shop->realtimeKey(-1, "ORDER", REFERENCE));
same($before, count($sim->charges()));

if (getenv("DOLLR_TEST_POSTGRES")) {
    $machines = client($sim, journal: new Journal(getenv("DOLLR_TEST_POSTGRES")));
    $report = collect($machines);
    same("Completed", (new Journal(getenv("DOLLR_TEST_POSTGRES")))->load($report->key)->state);
}

echo "done\n";
?>
--EXPECT--
done
