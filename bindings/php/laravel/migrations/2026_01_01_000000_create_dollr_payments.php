<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration {
    public function up(): void
    {
        Schema::create("dollr_payments", function (Blueprint $table) {
            // A reference id, or a source such as INVOICE:101.
            $table->string("key", 80)->primary();
            $table->string("order")->index();
            // The machine, for Execution::restore or Source::restore.
            $table->longText("snapshot");
            // Who has read another version writes nothing.
            $table->unsignedBigInteger("version");
            // Null as long as somebody waits for it.
            $table->string("verdict", 20)->nullable();
            // When somebody should look after it, in milliseconds since the epoch.
            $table->unsignedBigInteger("due_at")->nullable()->index();
            // The order, as long as no other attempt at it may begin.
            $table->string("holds_order")->nullable()->unique();
            // The order, once its goods are claimed.
            $table->string("goods_of")->nullable()->unique();
        });
    }

    public function down(): void
    {
        Schema::drop("dollr_payments");
    }
};
