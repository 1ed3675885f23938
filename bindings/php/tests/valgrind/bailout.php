<?php

/** Leaves by a memory limit in the midst of a call's rows, as PHP does: by longjmp. What the library gave must be given back. */

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

$sim = new Simulator();
$shop = client($sim);
for ($n = 0; $n < 20; $n++) {
    collect($shop, "3000", patience: 0);
}
$journal = new Dollr\Journal(folder() . "/payments.db");
$entries = $journal->entries();
// Without Zend's allocator there is no limit: what a fatal error does is done by one, from within a call.
collect($shop, "4000", patience: 5, show: function () {
    echo "leaving\n";
    trigger_error("in the midst of a call", E_USER_ERROR);
});
