//! Bytes of a card: numbers of variable length, and a byte of marks before each figure.
use super::figure::{Figure, Flags, Hidden, Method, Released, Sizes};
use crate::stats::Degenerate;

/// First byte of a card; another layout gets another one.
const VERSION: u8 = 3;
/// What a card usually takes at most.
const USUAL_BYTES: usize = 8_192;
/// Most numbers in a list.
const LIST_MAX: u64 = 10_000;

/// Marks of a figure's first byte. Another method than that of the figure before follows.
const METHOD: u8 = 1;
const FLAGS: u8 = 1 << 1;
const ERROR: u8 = 1 << 2;
const INTERVAL: u8 = 1 << 3;
/// Numbers of people: none, the sample's, both, or the same as in the figure before.
const SAMPLE: u8 = 1 << 4;
const BOTH: u8 = 2 << 4;
const SAME: u8 = 3 << 4;
const ABSENT: u8 = 1 << 6;
/// Nothing is shown; the lowest bits say why.
const HIDDEN: u8 = 1 << 7;
/// From here on, why a number cannot be computed.
const NOT_ESTIMABLE: u8 = 16;

/// Writes a card.
pub(super) struct Writer {
    bytes: Vec<u8>,
    last: Sizes,
    method: Method,
}

impl Default for Writer {
    fn default() -> Self {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        bytes.push(VERSION);
        Self { bytes, last: Sizes::default(), method: Method::Mean }
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
                self.shown_or(None);
                self.number(count.into());
            }
            Released::Hidden(reason) => self.shown_or(Some(reason)),
        }
    }

    /// Positions, their number first.
    pub(super) fn positions(&mut self, positions: &[usize]) {
        self.number(positions.len() as u64);
        for position in positions {
            self.number(*position as u64);
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
            None => self.absent(),
        }
    }

    /// Something that is not there.
    pub(super) fn absent(&mut self) {
        self.bytes.push(ABSENT);
    }

    /// Why something is not shown, or that it follows.
    pub(super) fn shown_or(&mut self, reason: Option<Hidden>) {
        self.bytes.push(reason.map_or(0, |reason| HIDDEN | reason_number(reason)));
    }

    pub(super) fn figure(&mut self, figure: &Released<Figure>) {
        let figure = match figure {
            Released::Shown(figure) => figure,
            Released::Hidden(reason) => {
                self.shown_or(Some(*reason));
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
        let mark = |is_there: bool, mark: u8| if is_there { mark } else { 0 };
        let marks = people
            | mark(figure.method != self.method, METHOD)
            | mark(figure.flags.0 != 0, FLAGS)
            | mark(figure.standard_error.is_some(), ERROR)
            | mark(figure.interval.is_some(), INTERVAL);
        self.bytes.push(marks);
        if figure.method != self.method {
            self.bytes.push(figure.method as u8);
            self.method = figure.method;
        }
        if figure.flags.0 != 0 {
            self.number(figure.flags.0.into());
        }
        self.signed(figure.value);
        if let Some(error) = figure.standard_error {
            self.signed(error);
        }
        if let Some((lower, upper)) = figure.interval {
            self.signed(figure.value - lower);
            self.signed(upper - figure.value);
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
    method: Method,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (last, method) = (Sizes::default(), Method::Mean);
        (*version == VERSION).then_some(Self { rest, last, method })
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

    /// A list, its length first.
    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        (0..self.length()?).map(|_| read(self)).collect()
    }

    pub(super) fn positions(&mut self) -> Option<Vec<usize>> {
        self.list(Self::position)
    }

    pub(super) fn position(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn length(&mut self) -> Option<usize> {
        let length = self.number()?;
        (length <= LIST_MAX).then(|| usize::try_from(length).ok())?
    }

    pub(super) fn count(&mut self) -> Option<Released<u32>> {
        if let Some(reason) = self.shown_or()? {
            return Some(Released::Hidden(reason));
        }
        Some(Released::Shown(u32::try_from(self.number()?).ok()?))
    }

    /// Why something is not shown; none when it follows.
    #[expect(clippy::option_option, reason = "the outer one is of bytes that are no card")]
    pub(super) fn shown_or(&mut self) -> Option<Option<Hidden>> {
        match self.byte()? {
            0 => Some(None),
            marks if marks & HIDDEN != 0 => Some(Some(reason(marks)?)),
            _ => None,
        }
    }

    pub(super) fn figures(&mut self) -> Option<Vec<Released<Figure>>> {
        self.list(Self::figure)
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
        if marks & METHOD != 0 {
            let number = self.byte()?;
            self.method = Method::ALL.into_iter().find(|method| *method as u8 == number)?;
        }
        let flags = if marks & FLAGS == 0 { 0 } else { u16::try_from(self.number()?).ok()? };
        let value = self.signed()?;
        let standard_error = if marks & ERROR == 0 { None } else { Some(self.signed()?) };
        let interval = if marks & INTERVAL == 0 {
            None
        } else {
            let lower = value.checked_sub(self.signed()?)?;
            Some((lower, value.checked_add(self.signed()?)?))
        };
        let people = marks & SAME;
        if people == SAMPLE || people == BOTH {
            let sample = u32::try_from(self.number()?).ok()?.checked_sub(1);
            let population =
                if people == BOTH { Some(u32::try_from(self.number()?).ok()?) } else { None };
            self.last = Sizes { sample, population };
        }
        let sizes = if people == 0 { Sizes::default() } else { self.last };
        let (method, flags) = (self.method, Flags(flags));
        Some(Released::Shown(Figure { value, standard_error, interval, sizes, method, flags }))
    }
}

fn reason_number(reason: Hidden) -> u8 {
    match reason {
        Hidden::Protected => 1,
        Hidden::NotReleased => 2,
        Hidden::NotMeasured => 4,
        Hidden::AccessRestricted => 5,
        Hidden::NotEstimable(failure) => NOT_ESTIMABLE + failure as u8,
    }
}

fn reason(marks: u8) -> Option<Hidden> {
    match marks & !HIDDEN {
        1 => Some(Hidden::Protected),
        2 => Some(Hidden::NotReleased),
        4 => Some(Hidden::NotMeasured),
        5 => Some(Hidden::AccessRestricted),
        number => Degenerate::ALL
            .into_iter()
            .find(|failure| NOT_ESTIMABLE + *failure as u8 == number)
            .map(Hidden::NotEstimable),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::disclosure::card::{
        AnswersCard, AxisCard, AxisFigures, Card, CarelessCard, ConsistencyCard, GapCard,
        GapFigures, GroupCard, ItemCard, OrientationCard, OrientationFigures, Participation,
        QualityCard, ScaleCard, SharedCard,
    };
    use crate::stats::{Flag, Pattern};

    use super::*;

    fn hidden() -> impl Strategy<Value = Hidden> {
        prop_oneof![
            Just(Hidden::Protected),
            Just(Hidden::NotReleased),
            proptest::sample::select(&Degenerate::ALL).prop_map(Hidden::NotEstimable),
            Just(Hidden::NotMeasured),
            Just(Hidden::AccessRestricted),
        ]
    }

    /// In a box, since a card has too many for the stack.
    fn figure() -> BoxedStrategy<Released<Figure>> {
        let number = -9_000_000_000_000_000_i64..9_000_000_000_000_000;
        let standard_error = proptest::option::of(number.clone());
        let interval = proptest::option::of((number.clone(), number.clone()));
        // Few different sizes, so that some follow upon the same ones.
        let sizes = (proptest::option::of(0u32..3), proptest::option::of(0u32..3));
        let method = proptest::sample::select(&Method::ALL);
        let flags = proptest::sample::subsequence(&Flag::ALL, 0..=Flag::ALL.len());
        let shown = (number, standard_error, interval, sizes, method, flags);
        let shown = shown.prop_map(|(value, standard_error, interval, sizes, method, flags)| {
            let sizes = Sizes { sample: sizes.0, population: sizes.1 };
            let flags = Flags::of(&flags);
            Released::Shown(Figure { value, standard_error, interval, sizes, method, flags })
        });
        prop_oneof![3 => shown, 1 => hidden().prop_map(Released::Hidden)].boxed()
    }

    fn count() -> impl Strategy<Value = Released<u32>> {
        prop_oneof![any::<u32>().prop_map(Released::Shown), hidden().prop_map(Released::Hidden)]
    }

    fn answers() -> BoxedStrategy<AnswersCard> {
        [figure(), figure(), figure(), figure()]
            .prop_map(|[favourable, neutral, unfavourable, net]| AnswersCard {
                favourable,
                neutral,
                unfavourable,
                net,
            })
            .boxed()
    }

    prop_compose! {
        fn quality()(figures in proptest::collection::vec(figure(), 9)) -> QualityCard {
            QualityCard {
                alpha: figures[0],
                omega: figures[1],
                measurement_error: figures[2],
                dispersion: figures[3],
                agreement: figures[4],
                average_deviation: figures[5],
                icc1: figures[6],
                icc2: figures[7],
                average_unit_size: figures[8],
            }
        }
    }

    prop_compose! {
        fn scale()(
            (score, cannot_judge_share) in (figure(), figure()),
            answers in answers(),
            quality in quality().boxed(),
        ) -> ScaleCard {
            ScaleCard { score, answers, cannot_judge_share, quality }
        }
    }

    prop_compose! {
        fn item()(
            (score, dispersion, mean, cannot_judge_share) in (
                proptest::option::of(figure()), proptest::option::of(figure()),
                proptest::option::of(figure()), proptest::option::of(figure()),
            ),
            answers in proptest::option::of(answers()),
            consistency in proptest::option::of((figure(), figure())),
            distribution in proptest::collection::vec(figure(), 0..4),
            option_shares in proptest::collection::vec(figure(), 0..4),
        ) -> ItemCard {
            let consistency = consistency.map(|(item_total, alpha_if_deleted)| ConsistencyCard {
                item_total,
                alpha_if_deleted,
            });
            ItemCard {
                score,
                dispersion,
                mean,
                cannot_judge_share,
                answers,
                consistency,
                distribution,
                option_shares,
            }
        }
    }

    fn values() -> impl Strategy<Value = Vec<usize>> {
        proptest::collection::vec(0usize..9, 0..3)
    }

    prop_compose! {
        fn axis()(
            (dimension, by_people) in (0usize..9, any::<bool>()),
            (index, alignment, overlap, gap, consensus) in
                (figure(), figure(), figure(), figure(), figure()),
            groups in proptest::collection::vec((values(), figure(), figure()), 0..3),
        ) -> AxisCard {
            let figures = AxisFigures { index, alignment, overlap, gap, consensus };
            let group = |(values, score, consensus)| GroupCard { values, score, consensus };
            let groups = groups.into_iter().map(group).collect();
            AxisCard { dimension, by_people, figures, groups }
        }
    }

    prop_compose! {
        fn gap()(
            (dimension, values, scale) in (0usize..9, values(), 0usize..9),
            (change, p_value, adjusted_p_value, detectable) in
                (figure(), figure(), figure(), figure()),
        ) -> GapCard {
            let figures = GapFigures { change, p_value, adjusted_p_value, detectable };
            GapCard { dimension, values, scale, figures }
        }
    }

    prop_compose! {
        fn orientation()(
            dimension in 0usize..9,
            (view_difference, leader_error, other_error) in (figure(), figure(), figure()),
            (leader_assumed_difference, other_assumed_difference) in (figure(), figure()),
            patterns in proptest::sample::select(&Pattern::ALL),
        ) -> OrientationCard {
            let figures = OrientationFigures {
                view_difference,
                leader_error,
                other_error,
                leader_assumed_difference,
                other_assumed_difference,
            };
            OrientationCard { dimension, figures, patterns: [patterns, Pattern::Uncertain] }
        }
    }

    prop_compose! {
        fn shared()(
            (index, lowest_axis) in (figure(), proptest::option::of(0usize..9)),
            axes in proptest::collection::vec(axis().boxed(), 0..3),
            gaps in proptest::collection::vec(gap().boxed(), 0..3),
            orientations in proptest::collection::vec(orientation().boxed(), 0..3),
        ) -> SharedCard {
            SharedCard { index, lowest_axis, axes, gaps, orientations }
        }
    }

    prop_compose! {
        fn card()(
            (invited, late, responses, rate) in (count(), count(), any::<u32>(), figure()),
            representativeness in proptest::option::of(figure()),
            overall in scale().boxed(),
            dimensions in proptest::collection::vec(scale().boxed(), 0..3),
            facets in proptest::collection::vec(scale().boxed(), 0..3),
            items in proptest::collection::vec(item().boxed(), 0..4),
            (long_string, missing) in (figure(), figure()),
            shared in proptest::option::of(shared().boxed()),
        ) -> Card {
            let participation = Participation {
                invited,
                late,
                responses,
                rate,
                representativeness,
            };
            let careless = CarelessCard { long_string, missing };
            Card { participation, overall, dimensions, facets, items, careless, shared }
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
