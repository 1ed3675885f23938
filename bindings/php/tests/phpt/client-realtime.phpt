--TEST--
A payment is seen at once over its channel
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Verdict;

$sim = new Simulator();
$shop = client($sim, ...$sim->realtime);
$report = collect($shop, "1001", realtime: "INVOICE");
same(Verdict::Paid, $report->verdict);
same(Verdict::Paid, $shop->watch($report->key, "INVOICE", 5)->verdict);
$checkout = $shop->createCheckout("231770000001", "USD", [["Shoes", "250.00"]]);
$session = $shop->createSession($checkout->source);
$open = $shop->collect($session, 3000, "USD", 250, patience: 0);
$key = $shop->realtimeKey($session, "INVOICE", $open->key);
holds($key->expiresIn > 0 && strlen($key->accessToken()) > 20);
holds(!str_contains(print_r($key, true) . json_encode($key), $key->accessToken()));

echo "done\n";
?>
--EXPECT--
done
