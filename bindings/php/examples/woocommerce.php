<?php

/**
 * Plugin Name: Dollr for WooCommerce, an example
 *
 * The customer pays on Dollr's page. That he comes back proves nothing: the order is completed when the vendor says that this very
 * invoice is paid, in full, and once, whoever finds out first, the page or cron.
 */

declare(strict_types=1);

use Dollr\ClaimKind;
use Dollr\Client;
use Dollr\DollrException;

function dollr_shop(): Client
{
    // Outside of the web's folders. The credentials are in the environment, DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET.
    return new Client(journal: DOLLR_JOURNAL_FILE);
}

/** Asks about the order's own invoice, and completes the order if it is paid. Nothing here comes from the browser. */
function dollr_settle(WC_Order $order): void
{
    $source = $order->get_meta("_dollr_source");
    if ($source === "" || $order->is_paid()) {
        return;
    }
    try {
        $shop = dollr_shop();
        $report = $shop->verifySource($source, $order->get_currency(), $order->get_total(), order: (string) $order->get_id());
        if ($report->isPaid && $shop->claimFulfilment($report->key)->kind === ClaimKind::Yours) {
            // What could not be saved is completed by whoever asks next.
            $completed = $order->payment_complete($report->settlement->providerTransactionId ?? $source);
            $completed ? $shop->fulfilled($report->key) : $shop->release($report->key);
        } elseif (!$report->isPaid && $report->outcome->text !== $order->get_meta("_dollr_told")) {
            $order->add_order_note($report->outcome->text);
            $order->update_meta_data("_dollr_told", $report->outcome->text);
            $order->save();
        }
    } catch (Throwable $failed) {
        // It stays on hold, and is asked about again; the others are asked about now.
        wc_get_logger()->error("order {$order->get_id()}: {$failed->getMessage()}", ["source" => "dollr"]);
    }
}

add_action("plugins_loaded", function () {
    class Dollr_Gateway extends WC_Payment_Gateway
    {
        public $id = "dollr";
        public $method_title = "Dollr";

        public function process_payment($order_id)
        {
            $order = wc_get_order($order_id);
            try {
                $checkout = dollr_shop()->createCheckout(
                    phone: $order->get_billing_phone(),
                    currency: $order->get_currency(),
                    items: [["Order " . $order->get_id(), $order->get_total()]],
                    successUrl: $order->get_checkout_order_received_url(),
                    cancelUrl: $order->get_cancel_order_url(),
                );
            } catch (DollrException $failed) {
                wc_add_notice("The payment could not be begun. Nothing was charged.", "error");
                return ["result" => "failure"];
            }
            $order->update_meta_data("_dollr_source", $checkout->source);
            $order->update_status("on-hold");
            return ["result" => "success", "redirect" => $checkout->url];
        }
    }
    add_filter("woocommerce_payment_gateways", fn($gateways) => [...$gateways, "Dollr_Gateway"]);
});
add_action("woocommerce_thankyou_dollr", fn($order_id) => dollr_settle(wc_get_order($order_id)));

// From wp-cron every five minutes: who has paid and not come back. All of them, the oldest first.
add_action("dollr_settle", function () {
    $query = ["status" => "on-hold", "payment_method" => "dollr", "limit" => -1, "orderby" => "date", "order" => "ASC"];
    array_map(dollr_settle(...), wc_get_orders($query));
});
add_filter("cron_schedules", fn($all) => [...$all, "dollr" => ["interval" => 300, "display" => "Every five minutes"]]);
add_action("init", fn() => wp_next_scheduled("dollr_settle") || wp_schedule_event(time(), "dollr", "dollr_settle"));
register_deactivation_hook(__FILE__, fn() => wp_clear_scheduled_hook("dollr_settle"));
