//! What the shop sells.

/// One thing on the shelf.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Good {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// In major units of [`CURRENCY`].
    pub(super) price: &'static str,
    /// Its picture: the inside of an SVG of 96 × 96.
    pub(super) picture: &'static str,
}

pub(super) const CURRENCY: &str = "USD";

pub(super) const GOODS: [Good; 3] = [
    Good {
        id: "coffee",
        name: "Coffee",
        about: "250 g, roasted in Ganta",
        price: "8.50",
        picture: r##"<path fill="#6b3f22" d="M26 26h44l5 56a6 6 0 0 1-6 6H27a6 6 0 0 1-6-6z"/><path fill="#8a5430" d="M26 26l4-14h36l4 14z"/><path fill="#f3dfc0" d="M34 44h28v26H34z"/><path fill="#6b3f22" d="M48 48c6 3 6 15 0 18-6-3-6-15 0-18z"/>"##,
    },
    Good {
        id: "scarf",
        name: "Scarf",
        about: "country cloth, woven by hand",
        price: "24.00",
        picture: r##"<path fill="#1f5f8b" d="M18 20h60v22H18z"/><path fill="#e6a532" d="M18 27h60v4H18zm0 7h60v3H18z"/><path fill="#174a6d" d="M22 42h20v36H22z"/><path fill="#e6a532" d="M22 56h20v4H22zm0 8h20v3H22z"/><path stroke="#174a6d" stroke-width="3" d="M24 78v8m5-8v8m5-8v8m5-8v8"/>"##,
    },
    Good {
        id: "lantern",
        name: "Lantern",
        about: "charged by the sun, eight hours of light",
        price: "39.90",
        picture: r##"<path fill="none" stroke="#4a5a52" stroke-width="5" d="M34 26a14 14 0 0 1 28 0"/><path fill="#4a5a52" d="M30 26h36v9H30zm-4 47h44v13H26z"/><path fill="#ffd872" d="M33 35h30v38H33z"/><path fill="#fff5cf" d="M42 42h12v24H42z"/>"##,
    },
];

/// A wallet of the demonstration: the account decides what becomes of the payment.
pub(super) const WALLETS: [(&str, &str); 8] = [
    ("18", "approves after 3 s"),
    ("1000", "approves at once"),
    ("7000", "approves after 12 s"),
    ("1045", "approves after 45 s"),
    ("2001", "declines after 3 s"),
    ("3000", "never answers"),
    ("3001", "is never even asked"),
    ("5000", "says FAILED, yet pays"),
];

/// A phone number of the demonstration: its last digits decide what the vendor's page does.
pub(super) const PHONES: [(&str, &str); 3] =
    [("231770000001", "pays at once"), ("231770009002", "takes 5 s"), ("231770009003", "never settles")];

pub(super) fn find(id: &str) -> Option<&'static Good> {
    GOODS.iter().find(|good| good.id == id)
}
