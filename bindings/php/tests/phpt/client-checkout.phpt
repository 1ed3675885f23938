--TEST--
A hosted checkout is verified against the order
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\Verdict;

$sim = new Simulator();
$shop = client($sim);
$checkout = $shop->createCheckout("231770000001", "USD", [["Shoes", "60.00"], ["name" => "Socks", "amount" => "5.50"]], note: "a gift",
    successUrl: "https://shop.example/paid");
holds(str_starts_with($checkout->url, "http"));
holds(str_starts_with($checkout->source, "INVOICE:"), $checkout->source);
$ordered = $shop->createCheckout("231770009004", "USD", [["Shoes", "60.00"]], "ORDER")->source;
holds(str_starts_with($ordered, "ORDER:"), $ordered);
same(["65.50", "USD"], [$checkout->total, $checkout->currency]);
same(Verdict::Open, $shop->verifySource($checkout->source, "USD", "65.50")->verdict);
$sim->approve($checkout->url);
same(Verdict::Paid, $shop->verifySource($checkout->source, "USD", "65.50", patience: 30)->verdict);
// With an order, it is that order's only.
$another = $shop->createCheckout("231770009004", "USD", [["Shoes", "60.00"]])->source;
same(Verdict::Paid, $shop->verifySource($another, "USD", "60.00", patience: 30, order: "A-1")->verdict);
$taken = throws(Dollr\OrderTakenException::class, fn () => $shop->verifySource($another, "USD", "60.00", order: "B-2"));
same($another, $taken->referenceId);
// Without a journal nothing is kept, and nothing is contradicted.
$wrong = new Dollr\Client(...$sim->settings);
$mismatch = $wrong->verifySource($checkout->source, "USD", "1.00");
same([Verdict::Mismatch, "amount", "1.00"], [$mismatch->verdict, $mismatch->outcome->field, $mismatch->outcome->expected]);

echo "done\n";
?>
--EXPECT--
done
