//! Sessions and hosted checkouts.

use dollr_core::{Amount, Checkout, CheckoutOrder, Currency, ReferenceId, Timestamp};

use super::{dollr_client, of};
use crate::border::{Options, Out, free, guard, items};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::intent::parse_source_kind;
use crate::registry::{self, Object};
use crate::text::dollr_str;

/// A short-lived permission to execute for a source.
#[repr(C)]
pub struct dollr_session {
    /// Its number, for `dollr_intent`.
    pub id: u64,
    /// When it ends, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    pub expires_at_ms: u64,
}

/// One line of an order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_item {
    /// What it is.
    pub name: dollr_str,
    /// What it costs, in major units of the order's currency.
    pub amount: dollr_str,
}

/// What is to be paid for on the hosted page. Set `size`; what is left 0 is absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_checkout_order {
    /// `sizeof(dollr_checkout_order)`.
    pub size: usize,
    /// One of `DOLLR_SOURCE_…`.
    pub source_kind: i32,
    /// The customer's phone number: 8 to 15 digits with the country code, without `+`.
    pub phone: dollr_str,
    /// The currency, such as `USD`.
    pub currency: dollr_str,
    /// Its lines.
    pub items: *const dollr_item,
    /// How many lines.
    pub item_count: usize,
    /// Where the customer is sent after paying. Being sent there proves nothing: verify the source.
    pub success_url: dollr_str,
    /// Where the customer is sent after giving up.
    pub cancel_url: dollr_str,
    /// The customer's name.
    pub customer_name: dollr_str,
    /// The customer's e-mail address.
    pub customer_email: dollr_str,
    /// The merchant's own reference of the checkout, a version-4 UUID.
    pub reference_id: dollr_str,
    /// A note of the merchant's.
    pub note: dollr_str,
    /// When the vendor will stop taking payment for it, in milliseconds since the epoch; 0 says nothing about that.
    pub expires_at_ms: u64,
}

// SAFETY: it is numbers, pointers and texts, and begins with its size.
unsafe impl Options for dollr_checkout_order {
    const NAME: &'static str = "dollr_checkout_order";
}

/// A hosted checkout. It is yours: free it with `dollr_checkout_free`. One thread at a time.
pub struct dollr_checkout {
    checkout: Checkout,
    source: String,
    total: Option<String>,
}

impl Object for dollr_checkout {
    const TYPE: usize = 11;
    const NAME: &'static str = "dollr_checkout";
}

/// What a checkout says. The texts are the checkout's, and valid until it is freed.
#[repr(C)]
pub struct dollr_checkout_info {
    /// What will have been paid for, such as `ORDER:101`: keep it with the order, never take it from the browser.
    pub source: dollr_str,
    /// The hosted page: send the customer there.
    pub url: dollr_str,
    /// The total as the vendor adds it up, in major units; absent where it did not say.
    pub total: dollr_str,
    /// The vendor's currency of it.
    pub currency: dollr_str,
}

/// Makes a session for a source such as `INVOICE:101`, to be executed in right away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_create_session(
    client: *const dollr_client,
    source: dollr_str,
    out: *mut dollr_session,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_create_session", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, source) = unsafe { (Out::new(out, "out")?, source.parse("source")?) };
        let session = of(client)?.client.create_session(source)?;
        let expires_at_ms = session.expires_at.map_or(0, Timestamp::as_millis);
        out.write(dollr_session { id: session.id.number(), expires_at_ms });
    })
}

/// Makes a hosted checkout: send the customer to its page, keep its source with the order, then verify that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_create_checkout(
    client: *const dollr_client,
    order: *const dollr_checkout_order,
    out: *mut *mut dollr_checkout,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_create_checkout", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, order) = unsafe { (Out::new(out, "out")?, dollr_checkout_order::parse(order)?) };
        let (client, room) = (of(client)?, registry::room()?);
        let checkout = client.client.create_checkout(&order)?;
        let (source, total) = (checkout.source.to_string(), checkout.total.map(|it| it.to_string()));
        out.write(room.fill(dollr_checkout { checkout, source, total }));
    })
}

/// Reads a checkout into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_checkout_read(
    checkout: *const dollr_checkout,
    out: *mut dollr_checkout_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_checkout_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(checkout, |it| {
            out.write(dollr_checkout_info {
                source: dollr_str::of(&it.source),
                url: dollr_str::of(&it.checkout.url),
                total: dollr_str::of_optional(it.total.as_deref()),
                currency: dollr_str::of_optional(it.checkout.currency.as_ref().map(Currency::as_str)),
            });
            Ok(())
        })?;
    })
}

/// Frees a checkout. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_checkout_free(checkout: *mut dollr_checkout) -> i32 {
    free!("dollr_checkout_free", checkout)
}

impl dollr_checkout_order {
    /// The order at `place`.
    ///
    /// # Safety
    ///
    /// `place` is NULL or an order whose texts and lines can be read.
    unsafe fn parse(place: *const Self) -> Result<CheckoutOrder, Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        // SAFETY: passed on to the caller.
        let (phone, currency, lines) = unsafe {
            let phone = this.phone.required("phone")?;
            (phone, this.currency.parse("currency")?, items(this.items, this.item_count, "items")?)
        };
        let mut order = CheckoutOrder::new(parse_source_kind(this.source_kind)?, phone, currency)?;
        for dollr_item { name, amount } in lines {
            // SAFETY: passed on to the caller.
            let (name, amount) = unsafe { (name.required("name")?, amount.parse::<Amount>("amount")?) };
            order = order.item(name, amount);
        }
        // SAFETY: passed on to the caller.
        let text = |text: dollr_str, name| unsafe { text.optional(name) };
        if let Some(url) = text(this.success_url, "success_url")? {
            order = order.success_url(url);
        }
        if let Some(url) = text(this.cancel_url, "cancel_url")? {
            order = order.cancel_url(url);
        }
        if let Some(name) = text(this.customer_name, "customer_name")? {
            order = order.customer_name(name);
        }
        if let Some(address) = text(this.customer_email, "customer_email")? {
            order = order.customer_email(address);
        }
        if let Some(note) = text(this.note, "note")? {
            order = order.note(note);
        }
        // SAFETY: passed on to the caller.
        if let Some(id) = unsafe { this.reference_id.parse_optional::<ReferenceId>("reference_id") }? {
            order = order.reference_id(id);
        }
        Ok(match this.expires_at_ms {
            0 => order,
            moment => order.expires_at(Timestamp::from_millis(moment)),
        })
    }
}
