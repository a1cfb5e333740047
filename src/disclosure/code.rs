//! Bytes of a card: numbers of variable length, and a byte of marks before each figure.
use super::figure::{Bounds, Figure, Hidden, Method, Released, Sizes};

/// First byte of a card; another layout gets another one.
const VERSION: u8 = 1;
/// What a card usually takes at most.
const USUAL_BYTES: usize = 2_048;
/// Most numbers in a list.
const LIST_MAX: u64 = 10_000;

/// Marks of a figure's first byte. The two lowest bits are the method.
const CENSUS: u8 = 1 << 2;
const ERROR: u8 = 1 << 3;
/// Numbers of people: none, the sample's, both, or the same as in the figure before.
const SAMPLE: u8 = 1 << 4;
const BOTH: u8 = 2 << 4;
const SAME: u8 = 3 << 4;
const ABSENT: u8 = 1 << 6;
/// Nothing is shown; the lowest bits say why.
const HIDDEN: u8 = 1 << 7;

/// Writes a card.
pub(super) struct Writer {
    bytes: Vec<u8>,
    last: Sizes,
}

impl Default for Writer {
    fn default() -> Self {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        bytes.push(VERSION);
        Self { bytes, last: Sizes::default() }
    }
}

impl Writer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(super) fn count(&mut self, count: Released<u32>) {
        match count {
            Released::Shown(count) => {
                self.bytes.push(0);
                self.number(count.into());
            }
            Released::Hidden(reason) => self.bytes.push(HIDDEN | reason_number(reason)),
        }
    }

    pub(super) fn figures(&mut self, figures: &[Released<Figure>]) {
        self.number(figures.len() as u64);
        for figure in figures {
            self.figure(figure);
        }
    }

    pub(super) fn option(&mut self, figure: Option<&Released<Figure>>) {
        match figure {
            Some(figure) => self.figure(figure),
            None => self.bytes.push(ABSENT),
        }
    }

    pub(super) fn figure(&mut self, figure: &Released<Figure>) {
        let figure = match figure {
            Released::Shown(figure) => figure,
            Released::Hidden(reason) => {
                self.bytes.push(HIDDEN | reason_number(*reason));
                return;
            }
        };
        let sizes = figure.sizes;
        let people = match (sizes.sample, sizes.population) {
            (None, None) => 0,
            _ if sizes == self.last => SAME,
            (Some(_), None) => SAMPLE,
            (_, Some(_)) => BOTH,
        };
        let mut marks = method_number(figure.method) | people;
        marks |= if figure.census { CENSUS } else { 0 };
        marks |= if figure.error.is_some() { ERROR } else { 0 };
        self.bytes.push(marks);
        self.signed(figure.value);
        if let Some(error) = figure.error {
            self.signed(error.standard_error);
            self.signed(figure.value - error.lower);
            self.signed(error.upper - figure.value);
        }
        if people == SAMPLE || people == BOTH {
            self.number(sizes.sample.map_or(0, |sample| u64::from(sample) + 1));
        }
        if people == BOTH {
            self.number(sizes.population.unwrap_or(0).into());
        }
        if people != 0 {
            self.last = sizes;
        }
    }
}

/// Reads a card. Every method gives none when the bytes are not those of a card.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    last: Sizes,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(Self { rest, last: Sizes::default() })
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(super) fn length(&mut self) -> Option<usize> {
        let length = self.number()?;
        (length <= LIST_MAX).then(|| usize::try_from(length).ok())?
    }

    pub(super) fn count(&mut self) -> Option<Released<u32>> {
        let marks = self.byte()?;
        if marks & HIDDEN != 0 {
            return Some(Released::Hidden(reason(marks)?));
        }
        Some(Released::Shown(u32::try_from(self.number()?).ok()?))
    }

    pub(super) fn figures(&mut self) -> Option<Vec<Released<Figure>>> {
        (0..self.length()?).map(|_| self.figure()).collect()
    }

    /// Whether the next figure is absent; then it is passed over.
    pub(super) fn passes_absent(&mut self) -> bool {
        let absent = self.rest.first() == Some(&ABSENT);
        if absent {
            self.rest = &self.rest[1..];
        }
        absent
    }

    pub(super) fn figure(&mut self) -> Option<Released<Figure>> {
        let marks = self.byte()?;
        if marks & HIDDEN != 0 {
            return Some(Released::Hidden(reason(marks)?));
        }
        let value = self.signed()?;
        let error = if marks & ERROR == 0 {
            None
        } else {
            let standard_error = self.signed()?;
            let lower = value.checked_sub(self.signed()?)?;
            let upper = value.checked_add(self.signed()?)?;
            Some(Bounds { standard_error, lower, upper })
        };
        let people = marks & SAME;
        if people == SAMPLE || people == BOTH {
            let sample = u32::try_from(self.number()?).ok()?.checked_sub(1);
            let population =
                if people == BOTH { Some(u32::try_from(self.number()?).ok()?) } else { None };
            self.last = Sizes { sample, population };
        }
        let sizes = if people == 0 { Sizes::default() } else { self.last };
        let census = marks & CENSUS != 0;
        Some(Released::Shown(Figure { value, error, sizes, method: method(marks)?, census }))
    }
}

fn reason_number(reason: Hidden) -> u8 {
    match reason {
        Hidden::Protected => 1,
        Hidden::NotReleased => 2,
        Hidden::TooFewObservations => 3,
        Hidden::NotMeasured => 4,
        Hidden::AccessRestricted => 5,
        Hidden::UnknownSpread => 6,
    }
}

fn reason(marks: u8) -> Option<Hidden> {
    match marks & !HIDDEN {
        1 => Some(Hidden::Protected),
        2 => Some(Hidden::NotReleased),
        3 => Some(Hidden::TooFewObservations),
        4 => Some(Hidden::NotMeasured),
        5 => Some(Hidden::AccessRestricted),
        6 => Some(Hidden::UnknownSpread),
        _ => None,
    }
}

fn method_number(method: Method) -> u8 {
    match method {
        Method::Mean => 1,
        Method::MeanOfMeans => 2,
        Method::Exact => 3,
    }
}

fn method(marks: u8) -> Option<Method> {
    match marks & 3 {
        1 => Some(Method::Mean),
        2 => Some(Method::MeanOfMeans),
        3 => Some(Method::Exact),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::disclosure::card::{Card, ItemCard, Participation};

    use super::*;

    fn hidden() -> impl Strategy<Value = Hidden> {
        prop_oneof![
            Just(Hidden::Protected),
            Just(Hidden::NotReleased),
            Just(Hidden::TooFewObservations),
            Just(Hidden::NotMeasured),
            Just(Hidden::AccessRestricted),
        ]
    }

    fn figure() -> impl Strategy<Value = Released<Figure>> {
        let number = -9_000_000_000_000_000_i64..9_000_000_000_000_000;
        let error = proptest::option::of((number.clone(), number.clone(), number.clone()));
        // Few different sizes, so that some follow upon the same ones.
        let sizes = (proptest::option::of(0u32..3), proptest::option::of(0u32..3));
        let method =
            prop_oneof![Just(Method::Mean), Just(Method::MeanOfMeans), Just(Method::Exact)];
        let shown = (number, error, sizes, method, any::<bool>());
        let shown = shown.prop_map(|(value, error, (sample, population), method, census)| {
            let error =
                error.map(|(standard_error, lower, upper)| Bounds { standard_error, lower, upper });
            let sizes = Sizes { sample, population };
            Released::Shown(Figure { value, error, sizes, method, census })
        });
        prop_oneof![3 => shown, 1 => hidden().prop_map(Released::Hidden)]
    }

    fn count() -> impl Strategy<Value = Released<u32>> {
        prop_oneof![any::<u32>().prop_map(Released::Shown), hidden().prop_map(Released::Hidden)]
    }

    prop_compose! {
        fn item()(
            (score, dispersion, mean, cannot_judge_share) in (
                proptest::option::of(figure()), proptest::option::of(figure()),
                proptest::option::of(figure()), proptest::option::of(figure()),
            ),
            distribution in proptest::collection::vec(figure(), 0..4),
            option_shares in proptest::collection::vec(figure(), 0..4),
        ) -> ItemCard {
            ItemCard { score, dispersion, mean, cannot_judge_share, distribution, option_shares }
        }
    }

    prop_compose! {
        fn card()(
            (invited, late, responses, rate) in (count(), count(), any::<u32>(), figure()),
            overall in figure(),
            dimensions in proptest::collection::vec(figure(), 0..4),
            facets in proptest::collection::vec(figure(), 0..4),
            items in proptest::collection::vec(item(), 0..4),
        ) -> Card {
            let participation = Participation { invited, late, responses, rate };
            Card { participation, overall, dimensions, facets, items }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(card in card()) {
            let bytes = card.encode();
            prop_assert_eq!(Card::decode(&bytes), Some(card));
            prop_assert_eq!(Card::decode(&bytes[..bytes.len() - 1]), None);
        }

        #[test]
        fn other_bytes_are_no_card(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            // Must not panic; whether some bytes happen to be a card is of no account.
            let _ = Card::decode(&bytes);
        }
    }
}
