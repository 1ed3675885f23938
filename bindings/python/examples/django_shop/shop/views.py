"""What a customer sees. No page believes a browser: each shows what the engine has proved."""

from __future__ import annotations

import functools
from decimal import Decimal

import dollr
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from . import payments
from .models import Payment

ORDERS = {"A-1": ("INVOICE:101", Decimal("250.00"))}
"""Yours are in a table. What is to be paid never comes from a browser."""


@functools.cache
def vendor() -> dollr.Client:
    """For sessions; without a journal, the table is ours. Made when first needed, so after any fork."""
    return dollr.Client()


@require_POST
def pay(request: HttpRequest, order: str) -> HttpResponse:
    """The customer has chosen a wallet and clicked “pay”, perhaps twice."""
    if order not in ORDERS:
        raise Http404
    source, amount = ORDERS[order]
    try:
        session = vendor().create_session(source)
        payments.begin(order, amount, request.POST["account"], session)
    except IntegrityError:
        pass  # It has an attempt already, whose page says how it stands.
    except dollr.DollrError as error:
        return HttpResponse(f"Nothing was charged: {error}", status=503)
    return redirect("success", order)


@require_GET
def success(_request: HttpRequest, order: str) -> HttpResponse:
    """The page after the payment; anybody may open it by hand, so it asks first."""
    payment = Payment.objects.filter(order=order).order_by("-pk").first()
    if payment is None:
        raise Http404
    if payment.next_at is not None:
        payments.look_after(payment)
    if payment.paid:
        if payment.claim():
            ship(order)
        return HttpResponse(f"Paid. Order {order} is on its way.")
    if payment.verdict == "Open":
        return HttpResponse("We don't know yet. Do not pay again: this page will say when it is paid.")
    return HttpResponse(f"Not paid: {payment.verdict}.")


def ship(order: str) -> None:
    """Hands the goods out."""
    print("ship", order, flush=True)
