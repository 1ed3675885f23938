<?php

/**
 * The smallest application that has Laravel's container, database, queue worker, events and console; each command is a process of its own.
 *
 *     app.php migrate | begin ORDER SESSION ACCOUNT | checkout ORDER SOURCE TOTAL | work | reconcile LATE | forget-jobs | success ORDER | show
 *     app.php rewrite ORDER SNAPSHOT
 *
 * The folder is in DOLLR_TEST_FOLDER, the vendor in DOLLR_BASE_URL. For the orders whose names are in its file `broken` the listener throws.
 */

declare(strict_types=1);

use Dollr\Execution;
use Dollr\Intent;
use Dollr\Laravel\DollrServiceProvider;
use Dollr\Laravel\FollowPayment;
use Dollr\Laravel\PaymentReported;
use Dollr\Laravel\Payments;
use Dollr\Laravel\ReconcilePayments;
use Dollr\Laravel\SuccessController;
use Dollr\Source;
use Illuminate\Container\Container;
use Illuminate\Contracts\Bus\Dispatcher as Bus;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Events\Dispatcher as Events;
use Illuminate\Database\Capsule\Manager as Database;
use Illuminate\Queue\Capsule\Manager as Queue;
use Illuminate\Queue\Worker;
use Illuminate\Queue\WorkerOptions;
use Illuminate\Support\Facades\Facade;

foreach (["Bus", "Config", "Console", "Container", "Database", "Events", "Http", "Queue", "Support"] as $part) {
    require_once "Illuminate/$part/autoload.php";
}
require_once "GuzzleHttp/autoload.php";
require_once "GuzzleHttp/Psr7/autoload.php";
spl_autoload_register(function (string $class) {
    if (str_starts_with($class, "Dollr\\Laravel\\")) {
        require __DIR__ . "/../../laravel/src/" . substr($class, strlen("Dollr\\Laravel\\")) . ".php";
    }
});

$folder = getenv("DOLLR_TEST_FOLDER");

final class Application extends Container
{
    public function runningInConsole(): bool
    {
        return true;
    }
}

$app = new Application();
Container::setInstance($app);
$app->instance(Illuminate\Contracts\Container\Container::class, $app);
Facade::setFacadeApplication($app);
$app->instance("config", new Illuminate\Config\Repository([
    "services" => ["dollr" => [
        "base_url" => getenv("DOLLR_BASE_URL"), "client_id" => getenv("DOLLR_CLIENT_ID"), "client_secret" => getenv("DOLLR_CLIENT_SECRET"),
    ]],
]));
$database = new Database($app);
touch("$folder/app.db");
$database->addConnection(["driver" => "sqlite", "database" => "$folder/app.db"]);
$database->setAsGlobal();
$app->instance("db", $database->getDatabaseManager());
$app->bind("db.schema", fn($app) => $app["db"]->connection()->getSchemaBuilder());
$app->instance("events", $events = new Illuminate\Events\Dispatcher($app));
$app->alias("events", Events::class);
$app->singleton(Bus::class, fn($app) => new Illuminate\Bus\Dispatcher($app));
$app->instance(ExceptionHandler::class, new class implements ExceptionHandler {
    public function report(Throwable $e)
    {
        fwrite(STDERR, "$e\n");
    }

    public function shouldReport(Throwable $e)
    {
        return true;
    }

    public function render($request, Throwable $e)
    {
    }

    public function renderForConsole($output, Throwable $e)
    {
    }
});
$app->alias(ExceptionHandler::class, "exception.handler");
$queue = new Queue($app);
$queue->addConnection(["driver" => "database", "table" => "jobs", "queue" => "default", "retry_after" => 2]);
$queue->setAsGlobal();
(new DollrServiceProvider($app))->register();

// Ships what is paid. What is claimed and its parcel are written together: a worker that is killed leaves both or none.
$events->listen(PaymentReported::class, function (PaymentReported $event) use ($app, $database, $folder) {
    if (is_file("$folder/broken") && in_array($event->order, file("$folder/broken", FILE_IGNORE_NEW_LINES), true)) {
        throw new RuntimeException("nobody can ship $event->order");
    }
    file_put_contents("$folder/reported", "$event->order {$event->outcome->verdict->value}\n", FILE_APPEND);
    // What reads first and writes then does not wait for another writer, in SQLite, unless it is one from its beginning.
    $database->connection()->getPdo()->exec("BEGIN IMMEDIATE");
    if ($app[Payments::class]->claim($event->key)) {
        $database->table("parcels")->insert(["order" => $event->order]);
    }
    $database->connection()->getPdo()->exec("COMMIT");
});

function follow(Queue $queue, string $key): void
{
    $queue->getConnection()->push(new FollowPayment($key));
    echo "$key\n";
}

switch ($argv[1]) {
    case "migrate":
        (require __DIR__ . "/../../laravel/migrations/2026_01_01_000000_create_dollr_payments.php")->up();
        $database->schema()->create("parcels", fn($table) => $table->string("order"));
        $database->schema()->create("jobs", function ($table) {
            $table->bigIncrements("id");
            $table->string("queue")->index();
            $table->longText("payload");
            $table->unsignedTinyInteger("attempts");
            $table->unsignedInteger("reserved_at")->nullable();
            $table->unsignedInteger("available_at");
            $table->unsignedInteger("created_at");
        });
        break;
    case "begin":
        $intent = Intent::collection($argv[3], $argv[4], "USD", "250.00");
        try {
            follow($queue, $app[Payments::class]->begin(Execution::prepare($intent), $argv[2]));
        } catch (Dollr\Laravel\OrderTaken $taken) {
            echo $taken->holder, "\n";
            exit(3);
        }
        break;
    case "checkout":
        follow($queue, $app[Payments::class]->begin(Source::watch($argv[3], "USD", $argv[4]), $argv[2]));
        break;
    case "work":
        $worker = new Worker($queue->getQueueManager(), $events, $app[ExceptionHandler::class], fn() => false);
        exit($worker->daemon("default", "default", new WorkerOptions(sleep: 0.1, timeout: 60, maxTries: 1)));
    case "reconcile":
        $console = new Illuminate\Console\Application($app, $events, "test");
        $console->resolve(ReconcilePayments::class);
        $status = $console->call("dollr:reconcile", ["--late" => $argv[2]]);
        echo $console->output();
        exit($status);
    case "forget-jobs":
        $database->table("jobs")->delete();
        break;
    case "rewrite":
        $database->table("dollr_payments")->where("order", $argv[2])->update(["snapshot" => $argv[3], "due_at" => 1]);
        break;
    case "success":
        $answer = $app[SuccessController::class]($argv[2]);
        echo $answer->getStatusCode(), " ", $answer->getContent(), "\n";
        break;
    case "show":
        echo json_encode(["payments" => $database->table("dollr_payments")->get(), "jobs" => $database->table("jobs")->count()]), "\n";
}
