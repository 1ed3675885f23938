--TEST--
A token is obtained, used, given up and denied (F22)
--EXTENSIONS--
dollr
--FILE--
<?php

declare(strict_types=1);

require __DIR__ . "/../inc/begin.php";

use Dollr\{ActionKind, Token};

$token = new Token("merchant", "hush-hush");
$obtain = $token->next(START);
same([ActionKind::Obtain, false, "POST"], [$obtain->kind, $obtain->request->authorized, $obtain->request->method]);
$token->applyAnswer($obtain->request, 200, '{"access_token": "t", "expires_in": 60}', [], START);
$use = $token->next(START);
same([ActionKind::Use, "t"], [$use->kind, $use->bearer()]);
$token->expired($use);
$again = $token->next(START);
same(ActionKind::Obtain, $again->kind);
$token->applyLost($again->request, now: START);
same(ActionKind::Wait, $token->next(START)->kind);
$later = $token->next(START + 120_000);
same(ActionKind::Obtain, $later->kind);
$token->applyAnswer($later->request, 401, "", [], START + 120_000);
$denied = $token->next(START + 120_000);
same([ActionKind::Denied, 401], [$denied->kind, $denied->httpStatus]);

echo "done\n";
?>
--EXPECT--
done
