--TEST--
A channel asks for a key, connects, joins and says ask now, which is all that it says (I8)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Channel, IllegalEventException};

$channel = Channel::watch(55, "INVOICE", REFERENCE, START, life: 30);
$mint = $channel->next(START);
same(ActionKind::MintKey, $mint->kind);
$channel->applyAnswer($mint->request, 200, '{"access_token": "key-secret", "expires_in": 600}', [], START);
same(ActionKind::Connect, $channel->next(START)->kind);
holds(str_contains($channel->target("anon"), "apikey=anon"));
$channel->applyConnected(START);
$join = $channel->next(START);
same(ActionKind::Push, $join->kind);
holds(str_contains($join->frame(), "phx_join"));
$channel->applySent($join, START);
$channel->applyText("nonsense", START);
$channel->applyBinary(START);
same(ActionKind::Ring, $channel->next(START + 1_000)->kind);
$channel->applyHinted(START + 1_000);
same(START, $channel->safetyPoll(START, START, START));
$channel->applyLeave(START + 1_001);
holds(in_array($channel->next(START + 1_001)->kind, [ActionKind::Push, ActionKind::Close], true));
$channel->applyClosed(START + 1_002);
holds(in_array($channel->next(START + 10_000)->kind, [ActionKind::Ended, ActionKind::Ring], true));
throws(IllegalEventException::class, fn() => $channel->applyAnswer($mint->request, 200, "", [], START + 10_001));

$deaf = Channel::watch("55", "ORDER", REFERENCE, START);
$deaf->applyUnanswered($deaf->next(START)->request, START);
$refused = Channel::watch(55, "ORDER", REFERENCE, START);
$refused->applyAnswer($refused->next(START)->request, 200, '{"access_token": "k", "expires_in": 600}', [], START);
$refused->next(START);
$refused->applyUnconnected(401, START);
holds(in_array($refused->next(START + 60_000)->kind, [ActionKind::Ended, ActionKind::Ring, ActionKind::MintKey], true));

echo "done\n";
?>
--EXPECT--
done
