<?php

declare(strict_types=1);

namespace Dollr\Laravel;

use Dollr\Action;
use Dollr\ActionKind;
use Dollr\AuthenticationException;
use Dollr\Execution;
use Dollr\Request;
use Dollr\Source;
use Dollr\Token;
use GuzzleHttp\Exception\ConnectException;
use GuzzleHttp\Psr7\FnStream;
use GuzzleHttp\Psr7\Utils;
use Illuminate\Http\Client\ConnectionException;
use Illuminate\Http\Client\Factory;
use Illuminate\Http\Client\Response;

/** Sends what a machine wants sent, with Laravel's HTTP client, and tells the machine what came of it. One token for each process. */
class Vendor
{
    private const LONGEST_BODY = 1 << 20;
    /** cURL's word for a name that did not resolve and a connection that did not come about: surely nothing was sent. */
    private const NOT_SENT = [6, 7];
    private const METHODS_TIMEOUT = ["connect_timeout" => 10, "timeout" => 30];

    private Token $token;

    public function __construct(
        private Factory $http,
        private string $baseUrl,
        string $clientId,
        #[\SensitiveParameter]
        string $clientSecret,
    ) {
        $this->token = new Token($clientId, $clientSecret);
    }

    /**
     * Sees to a token. Says in how many seconds there may be one, and 0 where it is there.
     *
     * @throws AuthenticationException
     */
    public function ready(): int
    {
        $action = $this->token->next();
        if ($action->kind === ActionKind::Obtain) {
            $this->exchange($action->request, null, $this->token);
            $action = $this->token->next();
        }
        return match ($action->kind) {
            ActionKind::Use => 0,
            ActionKind::Denied => throw new AuthenticationException("the vendor does not accept the credentials: HTTP $action->httpStatus"),
            ActionKind::Wait => $action->delay(),
            default => 1,
        };
    }

    /** Sends the request once. Call `ready` before, so that what is recorded as sent is sent. */
    public function send(Execution|Source $machine, Request $request): void
    {
        $token = $this->token->next();
        if ($token->kind !== ActionKind::Use) {
            $machine->applyLost($request, sent: false);
            return;
        }
        $status = $this->exchange($request, $token, $machine);
        if ($status === 401) {
            $this->token->expired($token);
        }
    }

    /** Says the status of the answer; 0 where there was none. */
    private function exchange(Request $request, ?Action $token, Execution|Source|Token $teller): int
    {
        try {
            $answer = $this->call($request, $token);
        } catch (ConnectionException $thrown) {
            $teller->applyLost($request, sent: !$this->surelyNotSent($thrown));
            return 0;
        } catch (\Exception) {
            $teller->applyLost($request);
            return 0;
        }
        $teller->applyAnswer($request, $answer->status(), $answer->body(), $answer->headers());
        return $answer->status();
    }

    private function call(Request $request, ?Action $token): Response
    {
        $call = $this->http
            ->withHeaders($request->headers)
            ->withoutRedirecting()
            ->withOptions(self::METHODS_TIMEOUT + [
                "proxy" => "",
                "decode_content" => false,
                "sink" => $this->bounded(),
                // On a connection that was used before, cURL would send again what it finds dead.
                "curl" => $request->method === "POST" ? [CURLOPT_FRESH_CONNECT => true] : [],
            ]);
        if ($request->authorized) {
            $call->withToken($token->bearer());
        }
        $options = $request->body() === null ? [] : ["body" => $request->body()];
        return $call->send($request->method, $this->baseUrl . $request->path, $options);
    }

    /** Where an answer goes; one that is too long is none. */
    private function bounded(): FnStream
    {
        $stream = Utils::streamFor("");
        return FnStream::decorate($stream, [
            "write" => fn($bytes) => $stream->getSize() + strlen($bytes) > self::LONGEST_BODY ? 0 : $stream->write($bytes),
        ]);
    }

    private function surelyNotSent(ConnectionException $thrown): bool
    {
        $cause = $thrown->getPrevious();
        return $cause instanceof ConnectException && in_array($cause->getHandlerContext()["errno"] ?? null, self::NOT_SENT, true);
    }
}
