--TEST--
A payout, a transfer and a refund are executed by their intents
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Intent, Passcode, Verdict};

$sim = new Simulator();
$shop = client($sim);
$session = $shop->createSession("INVOICE:101");
$passcode = new Passcode("1234", phone: "231770000001", deviceName: "till 3", clientIp: "10.0.0.1");
foreach ([Intent::payout($session, 1000, $passcode, "250.00"), Intent::transfer($session), Intent::refund($session)] as $intent) {
    $report = $shop->execute($intent, patience: 20);
    holds($report->verdict instanceof Verdict && $report->verdict !== Verdict::NotLanded);
    same($intent->referenceId, $report->key);
}

echo "done\n";
?>
--EXPECT--
done
