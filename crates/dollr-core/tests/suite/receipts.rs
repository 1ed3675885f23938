//! Which of what came in for an order is the same money, and which was paid twice (I2).

use dollr_core::Receipt;
use proptest::prelude::*;

use crate::scenario::cases;

/// What came in: by phone or on a page, and for which source.
#[derive(Debug, Clone, Copy)]
enum In {
    Phone(Option<u64>),
    Page(u64),
}

use In::{Page, Phone};

/// Where in the list those are that were paid besides the first.
fn twice(all: &[In]) -> Vec<usize> {
    let (mut before, mut besides) = (Vec::new(), Vec::new());
    for (n, one) in all.iter().enumerate() {
        let receipt = match one {
            Phone(source) => {
                let source = source.map(|id| format!("INVOICE:{id}").parse().expect("a source"));
                Receipt::new(&format!("phone {n}"), true, source)
            }
            Page(id) => {
                let key = format!("INVOICE:{id}");
                Receipt::new(&key, false, key.parse().ok())
            }
        };
        let receipt = receipt.after(&before);
        if let Some(first) = receipt.besides(&before) {
            assert_eq!(first, before[0].key);
            besides.push(n);
        }
        before.push(receipt);
    }
    besides
}

#[test]
fn i2_phone_and_page_of_one_source_are_one_payment_and_of_two_sources_two() {
    let none: [usize; 0] = [];
    assert_eq!(twice(&[]), none);
    assert_eq!(twice(&[Phone(Some(1)), Page(1)]), none);
    assert_eq!(twice(&[Page(1), Phone(Some(1))]), none);
    assert_eq!(twice(&[Phone(Some(1)), Page(2)]), [1]);
    assert_eq!(twice(&[Page(2), Phone(Some(1))]), [1]);
    assert_eq!(twice(&[Phone(Some(1)), Page(2), Page(1)]), [1], "the page of the first tells nothing new");
    assert_eq!(twice(&[Phone(Some(1)), Phone(Some(2)), Page(2), Page(1)]), [1], "the second is told of once");
    assert_eq!(twice(&[Page(1), Page(2), Phone(Some(2)), Phone(Some(1))]), [1]);
    assert_eq!(twice(&[Page(1), Phone(Some(1)), Phone(Some(1))]), [2], "one invoice, charged twice");
}

#[test]
fn i2_of_what_names_no_source_one_pair_may_be_the_same_payment() {
    let none: [usize; 0] = [];
    assert_eq!(twice(&[Phone(None), Page(1)]), none);
    assert_eq!(twice(&[Page(1), Phone(None)]), none);
    assert_eq!(twice(&[Phone(None), Phone(None), Page(1), Page(2)]), [1, 3], "rather once too often");
    assert_eq!(twice(&[Phone(None), Page(1), Phone(Some(2))]), [2]);
    assert_eq!(twice(&[Phone(None), Page(1), Phone(Some(1))]), [2], "there are two charges");
    assert_eq!(twice(&[Phone(Some(2)), Phone(None), Page(1)]), [1]);
}

fn incoming() -> impl Strategy<Value = Vec<In>> {
    let phones = prop::collection::vec(prop::option::weighted(0.8, 1..5_u64), 0..5);
    let pages = prop::sample::subsequence(vec![1_u64, 2, 3, 4], 0..=4);
    (phones, pages).prop_flat_map(|(phones, pages)| {
        let all = phones.into_iter().map(Phone).chain(pages.into_iter().map(Page));
        Just(all.collect::<Vec<_>>()).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(cases(512))]

    /// I2: whatever comes in, in whatever order: what is surely paid twice is told of, and what is surely one payment once.
    #[test]
    fn i2_as_many_are_told_of_as_were_paid_too_often(all in incoming()) {
        let phones: Vec<_> = all.iter().filter_map(|one| if let Phone(source) = one { Some(*source) } else { None }).collect();
        let pages: Vec<_> = all.iter().filter_map(|one| if let Page(id) = one { Some(*id) } else { None }).collect();
        let pairs = pages.iter().filter(|id| phones.contains(&Some(**id))).count();
        let guess = usize::from(phones.contains(&None) && pairs < pages.len());
        let payments = phones.len() + pages.len() - pairs;
        let told = twice(&all).len();
        prop_assert!(told < payments.max(1), "{told} of {payments}");
        prop_assert!(told + guess + 1 >= payments, "{told} of {payments}");
        prop_assert!(told + 1 >= phones.len().max(pages.len()));
    }
}
