<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Illuminate\Http\Client\Factory;
use Illuminate\Support\ServiceProvider;

/** What the container makes of `config/services.php`: `"dollr" => ["client_id" => …, "client_secret" => …]`. */
final class DollrServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(Payments::class, fn($app) => new Payments($app["db"]));
        $this->app->singleton(Vendor::class, function ($app) {
            $settings = $app["config"]["services.dollr"];
            // A factory of its own, which tells no listener: the bodies hold secrets.
            return new Vendor(new Factory(), $settings["base_url"] ?? "https://api.heydollr.app", $settings["client_id"], $settings["client_secret"]);
        });
    }

    public function boot(): void
    {
        if ($this->app->runningInConsole()) {
            $this->loadMigrationsFrom(__DIR__ . "/../migrations");
            $this->commands([ReconcilePayments::class]);
        }
    }
}
