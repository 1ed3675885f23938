--TEST--
Nothing is cloned, serialised, extended or made up, and no two handles are equal
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{Client, Execution, Passcode, Policy, Source, Token};

$token = new Token("merchant", "hush");
$things = [opened(), Source::watch("INVOICE:1", "USD", 1, START), $token, $token->next(START), $token->next(START)->request, intent(),
    new Policy(), new Passcode("1", "231770000001"), opened()->outcome(START), Dollr\Channel::watch(1, "ORDER", REFERENCE, START)];
foreach ($things as $thing) {
    throws(Error::class, fn() => clone $thing, "clone");
    throws(Exception::class, fn() => serialize($thing), "not allowed");
    throws(Error::class, function () use ($thing) {
        $thing->surprise = 1;
    }, "dynamic");
    holds((new ReflectionClass($thing))->isFinal());
}
throws(Exception::class, fn() => unserialize('O:15:"Dollr\Execution":0:{}'));
holds(opened() != opened());
throws(Error::class, function () {
    intent()->amount = "1.00";
}, "readonly");
foreach ([Execution::class, Client::class, Dollr\Settlement::class] as $class) {
    throws(ReflectionException::class, fn() => (new ReflectionClass($class))->newInstanceWithoutConstructor());
}
throws(Error::class, fn() => $token->__construct("a", "b"), "once");
same(true, (new ReflectionEnum(Dollr\Verdict::class))->isBacked());
same(9, count(Dollr\Verdict::cases()));
same(14, count(Dollr\ActionKind::cases()));
$names = array_filter(get_declared_classes(), fn($it) => str_starts_with($it, "Dollr\\") && is_subclass_of($it, Exception::class));
same(16, count($names));
foreach ($names as $name) {
    holds(is_a($name, Dollr\DollrException::class, true));
}

echo "done\n";
?>
--EXPECT--
done
