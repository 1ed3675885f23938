--TEST--
The examples do what they say: a script that is run again, and a shop of WooCommerce (T17)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

$sim = new Simulator();
putenv("DOLLR_BASE_URL=$sim->url");
putenv("DOLLR_CLIENT_ID=" . $sim->settings["clientId"]);
putenv("DOLLR_CLIENT_SECRET=" . $sim->settings["clientSecret"]);
$examples = __DIR__ . "/../../examples";

function example(string ...$arguments): array
{
    global $examples;
    $command = [PHP_BINARY, "-d", "extension=" . getenv("DOLLR_EXTENSION"), "$examples/collect.php", ...$arguments];
    $process = proc_open($command, [1 => ["pipe", "w"], 2 => ["pipe", "w"]], $pipes, folder());
    $said = stream_get_contents($pipes[1]);
    return [$said, proc_close($process)];
}

$vendor = new Dollr\Client();
$source = fn() => $vendor->createCheckout("231770000001", "USD", [["Shoes", "250.00"]])->source;
same(2, example()[1]);
[$said, $status] = example($first = $source(), "1001", "USD", "250.00", "A-1");
same([0, true], [$status, str_contains($said, "ship A-1")]);
// Again: it is the same payment, and shipped already.
[$said, $status] = example($first, "1001", "USD", "250.00", "A-1");
same([0, false], [$status, str_contains($said, "ship")]);
same(3, example($source(), "2000", "USD", "250.00", "A-2")[1]);
same(1, count($sim->charges()));

// As much of WordPress and WooCommerce as the plugin sees.
abstract class WC_Payment_Gateway
{
}

final class WC_Order
{
    public array $meta = [];
    public array $saved = [];
    public array $notes = [];
    public int $completed = 0;
    public int $faults = 0;

    public function __construct(public int $id, public string $total) {}

    public function __call(string $name, array $arguments): mixed
    {
        return match ($name) {
            "get_id" => $this->id,
            "get_total" => $this->total,
            "get_currency" => "USD",
            "get_billing_phone" => "231770000001",
            "get_meta" => $this->meta[$arguments[0]] ?? "",
            "update_meta_data" => $this->meta[$arguments[0]] = $arguments[1],
            "is_paid" => $this->completed > 0,
            "payment_complete" => $this->faults-- <= 0 && ++$this->completed > 0,
            "add_order_note" => $this->notes[] = $arguments[0],
            "update_status" => null,
            "save" => $this->saved = $this->meta,
            default => "https://shop.example/$name",
        };
    }
}

$orders = [];
foreach ([5, 7, 8, ...range(20, 31)] as $id) {
    $orders[$id] = new WC_Order($id, $id === 7 ? "60.00" : "90.00");
}
$hooks = [];
function add_action(string $name, callable $call): void
{
    $GLOBALS["hooks"][$name] = $call;
}
function add_filter(string $name, callable $call): void
{
    $GLOBALS["hooks"][$name] = $call;
}
function wc_get_order(int $id): WC_Order
{
    return $GLOBALS["orders"][$id];
}
// Ten of them, the newest first, unless it is told otherwise.
function wc_get_orders(array $query): array
{
    $found = array_filter($GLOBALS["orders"], fn($order) => !$order->is_paid());
    ksort($found);
    $found = ($query["order"] ?? "DESC") === "ASC" ? $found : array_reverse($found);
    $limit = $query["limit"] ?? 10;
    return array_slice($found, 0, $limit === -1 ? null : $limit);
}
function wc_get_logger(): object
{
    return new class {
        public function error(string $text, array $context): void
        {
            $GLOBALS["logged"][] = $text;
        }
    };
}
function wp_next_scheduled(string $hook): int|false
{
    return isset($GLOBALS["scheduled"][$hook]) ? 1 : false;
}
function wp_schedule_event(int $from, string $interval, string $hook): bool
{
    $intervals = $GLOBALS["hooks"]["cron_schedules"](["hourly" => ["interval" => 3600, "display" => "Once hourly"]]);
    return is_int($intervals[$interval]["interval"]) && ($GLOBALS["scheduled"][$hook][] = $from) > 0;
}
function wp_clear_scheduled_hook(string $hook): void
{
    unset($GLOBALS["scheduled"][$hook]);
}
function register_deactivation_hook(string $file, callable $call): void
{
    $GLOBALS["hooks"]["deactivated"] = $call;
}
function wc_add_notice(string $text): void
{
}

define("DOLLR_JOURNAL_FILE", folder() . "/shop.db");
require "$examples/woocommerce.php";
$hooks["plugins_loaded"]();
same(["Dollr_Gateway"], $hooks["woocommerce_payment_gateways"]([]));
$hooks["init"]();
$hooks["init"]();
same([1, "dollr_settle"], [count($scheduled["dollr_settle"]), ...array_keys($scheduled)]);
$gateway = new Dollr_Gateway();
$sent = $gateway->process_payment(7);
same("success", $sent["result"]);
holds(str_starts_with($sent["redirect"], "http"));
// He opens the page by hand, before he has paid.
$hooks["woocommerce_thankyou_dollr"](7);
$hooks["woocommerce_thankyou_dollr"](7);
same([0, 1], [$orders[7]->completed, count($orders[7]->notes)]);
same($orders[7]->meta, $orders[7]->saved);
// He pays, and does not come back. Ten newer orders and one that nobody can ask about do not stand in the way of his.
// The first time that it is to be completed, the database is away.
$orders[7]->faults = 1;
$sim->approve($sent["redirect"]);
$orders[5]->meta["_dollr_source"] = "BILL:1";
for ($n = 0; $n < 20 && $orders[7]->completed === 0; $n++) {
    usleep(100_000);
    $hooks["dollr_settle"]();
}
same(1, $orders[7]->completed);
$hooks["woocommerce_thankyou_dollr"](7);
same(1, $orders[7]->completed);
holds(str_contains($logged[0] ?? "", "order 5: "), implode("\n", $logged ?? []));
// The invoice of another, cheaper order, brought along by a browser.
$orders[8]->meta["_dollr_source"] = $orders[7]->meta["_dollr_source"];
$hooks["woocommerce_thankyou_dollr"](8);
same(0, $orders[8]->completed);
$hooks["deactivated"]();
same([], $scheduled);

echo "done\n";
?>
--EXPECT--
done
