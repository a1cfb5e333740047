//! Edge cases and laws of shares and net scores.
use proptest::prelude::*;

use super::*;

fn split(favourable: u32, neutral: u32, unfavourable: u32) -> Split {
    Split { favourable, neutral, unfavourable }
}

#[test]
fn nobody_has_no_share_and_no_net_score() {
    assert_eq!(share(0, 0), Err(Degenerate::NoObservations));
    assert_eq!(share(1, 0), Err(Degenerate::NoObservations));
    assert_eq!(share(3, 2), Err(Degenerate::TooFewObservations));
    assert_eq!(Split::default().net(), Err(Degenerate::NoObservations));
    assert_eq!(Split::of(&[], false), Split::default());
}

#[test]
fn shares_of_none_and_all_have_exact_ends() {
    for answered in [1, 2, 12, 1_000_000, u32::MAX] {
        let (none, all) = (share(0, answered).unwrap(), share(answered, answered).unwrap());
        assert_eq!((none.value, none.lower), (0.0, 0.0));
        assert_eq!((all.value, all.upper), (1.0, 1.0));
        assert!(none.upper > 0.0 && all.lower < 1.0);
    }
}

#[test]
fn a_net_score_of_one_mind_has_no_error_but_a_width() {
    let net = split(12, 0, 0).net().unwrap();
    assert_eq!((net.value, net.standard_error), (1.0, Some(0.0)));
    assert!(net.lower < 0.6 && net.upper > 1.0);
    let alone = split(0, 0, 1).net().unwrap();
    assert_eq!((alone.value, alone.standard_error), (-1.0, None));
    let neutral = split(0, 5, 0).net().unwrap();
    assert_eq!((neutral.value, neutral.standard_error), (0.0, Some(0.0)));
    assert!(neutral.lower < 0.0 && neutral.upper > 0.0);
}

#[test]
fn thirds_of_every_scale_are_split_at_their_borders() {
    // Ones at the points that fall into each part.
    for (points, favourable, neutral) in [
        (1, 0, 1),
        (2, 1, 0),
        (3, 1, 1),
        (4, 2, 0),
        (5, 2, 1),
        (6, 2, 2),
        (7, 3, 1),
        (10, 4, 2),
        (11, 4, 3),
    ] {
        let got = Split::of(&vec![1; points], false);
        assert_eq!(got, split(favourable, neutral, favourable), "{points}");
    }
    assert_eq!(Split::of(&[1, 2, 4, 8, 16], false), split(24, 4, 3));
    assert_eq!(Split::of(&[1, 2, 4, 8, 16], true), split(3, 4, 24));
    assert_eq!(Split::of(&[1, 2, 4, 8], false), split(12, 0, 3));
}

proptest! {
    #[test]
    fn a_share_lies_in_its_interval_and_turns_with_its_rest(
        chosen in 0_u32..500, rest in 0_u32..500,
    ) {
        prop_assume!(chosen + rest > 0);
        let got = share(chosen, chosen + rest).unwrap();
        let turned = share(rest, chosen + rest).unwrap();
        prop_assert!(0.0 <= got.lower && got.lower <= got.value);
        prop_assert!(got.value <= got.upper && got.upper <= 1.0);
        prop_assert!((got.lower - (1.0 - turned.upper)).abs() < 1e-15);
        let more = share(2 * chosen, 2 * (chosen + rest)).unwrap();
        prop_assert!(more.upper - more.lower < got.upper - got.lower);
    }

    #[test]
    fn reversing_turns_the_split_and_loses_nobody(
        counts in proptest::collection::vec(0_u32..50, 0..12),
    ) {
        let (plain, reversed) = (Split::of(&counts, false), Split::of(&counts, true));
        prop_assert_eq!(plain.answered(), counts.iter().sum::<u32>());
        prop_assert_eq!(split(plain.unfavourable, plain.neutral, plain.favourable), reversed);
        let backwards: Vec<u32> = counts.iter().rev().copied().collect();
        prop_assert_eq!(Split::of(&backwards, true), plain);
    }

    #[test]
    fn splits_are_added_before_or_after(
        pairs in proptest::collection::vec((0_u32..50, 0_u32..50), 2..12),
    ) {
        let (one, other): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
        let both: Vec<u32> = pairs.iter().map(|(one, other)| one + other).collect();
        let (one, other) = (Split::of(&one, false), Split::of(&other, false));
        let sum = split(
            one.favourable + other.favourable,
            one.neutral + other.neutral,
            one.unfavourable + other.unfavourable,
        );
        prop_assert_eq!(sum, Split::of(&both, false));
    }

    #[test]
    fn a_net_score_lies_in_its_interval_and_turns_with_its_sides(
        up in 0_u32..300, middle in 0_u32..300, down in 0_u32..300,
    ) {
        prop_assume!(up + middle + down > 0);
        let got = split(up, middle, down).net().unwrap();
        let turned = split(down, middle, up).net().unwrap();
        prop_assert!(got.lower <= got.value && got.value <= got.upper, "{:?}", got);
        let exact = (got.value, got.standard_error);
        prop_assert_eq!(exact, (-turned.value, turned.standard_error));
        prop_assert!((got.lower + turned.upper).abs() < 1e-15);
        if up + middle + down > 1 {
            let values = [(1.0, up), (0.0, middle), (-1.0, down)];
            let n = f64::from(up + middle + down);
            let scatter: f64 =
                values.iter().map(|(x, times)| f64::from(*times) * (x - got.value).powi(2)).sum();
            let error = got.standard_error.unwrap();
            prop_assert!((error - (scatter / (n - 1.0) / n).sqrt()).abs() < 1e-12);
        }
    }
}
