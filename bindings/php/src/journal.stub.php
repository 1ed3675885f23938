<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** Where payments outlive the process: a file, or a PostgreSQL database for many machines. */
final class Journal
{
    /**
     * Opens it, and makes it where there is none.
     *
     * @param string $place `payments.db`, or `postgres://user@host/database` (the password in `PGPASSWORD`).
     * @throws JournalException
     */
    public function __construct(#[\SensitiveParameter] string $place) {}

    /** The payment with this key, a reference id or a source such as `INVOICE:101`. */
    public function load(string $key): ?Entry {}

    /** @return list<Entry> The one made last first. */
    public function entries(int $limit = 100, bool $open = false): array {}
}
