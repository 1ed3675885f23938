<?php

/**
 * @generate-class-entries
 * @generate-legacy-arginfo 80100
 */

namespace Dollr;

/** It could not be done. A payment that had begun is as the journal has it: go on with `Client::wait`. It holds no secret. */
class DollrException extends \Exception
{
    /** The error in one word, such as `order_taken`; the same in every release and language. */
    public string $kind = "";
    /** The payment that it happened to, if it had begun: go on with it by this key; of an `OrderTakenException`, the holder. */
    public ?string $referenceId = null;
    /** The status of the vendor's answer, where that is the reason. */
    public ?int $httpStatus = null;
    /**
     * What the vendor said of it, field by field.
     *
     * @var list<Problem>
     */
    public array $errors = [];
    /** How many seconds the vendor wants to be left alone, where it says so. */
    public ?float $retryAfter = null;
    /** Whether the same call may be made again, and may go well then. */
    public bool $retryable = false;
    /** Whether the request may have arrived all the same. Never pay again then: ask. */
    public bool $outcomeUnknown = false;
}

/** A setting is missing or wrong; the sentence names it. */
final class ConfigException extends DollrException
{
}

/** A value is none of its kind, such as a reference id that is no version-4 UUID. */
final class InvalidException extends DollrException
{
}

/** The vendor does not know the credentials. */
final class AuthenticationException extends DollrException
{
}

/** The vendor would not do it. Payments end in the verdict `Refused` instead. */
final class RefusedException extends DollrException
{
}

/** The vendor asks to be left alone for a while. */
final class RateLimitedException extends DollrException
{
}

/** There was no usable answer. */
final class TransportException extends DollrException
{
}

/** The answer was not what it should be. */
final class BadAnswerException extends DollrException
{
}

/** The journal could not do what it was asked. */
class JournalException extends DollrException
{
}

/** Another attempt at the order has moved money or still may; or the source is another order's. */
final class OrderTakenException extends JournalException
{
}

/** The journal has a payment with this reference id already: go on with `Client::wait`. */
final class ExistsException extends JournalException
{
}

/** The journal has no such payment. */
final class UnrecordedException extends JournalException
{
}

/** A text that is no snapshot to go on from. */
final class SnapshotException extends DollrException
{
}

/** An event that cannot be in this state; the machine is as it was. */
final class IllegalEventException extends DollrException
{
}

/** It was made before this process was forked: make a new one after the fork. */
final class ForkedException extends DollrException
{
}

/** A mistake of this library; please report it. */
final class InternalException extends DollrException
{
}
