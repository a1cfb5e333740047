//! Published scores held against a norm. A norm is made of published figures alone, or given by the
//! organization; so is whatever follows from comparing a figure with it.
use super::card::Card;
use super::figure::{Figure, Flags, Hidden, Kind, Method, Released, Sizes, rounded};
use super::tally::Tally;
use crate::stats::{Degenerate, Norm, Spread, mean_and_deviation, quantile};

/// Ten-thousandths in a point.
const UNIT: f64 = 10_000.0;
/// Cases from which on a norm of units has percentiles.
const PERCENTILE_CASES_MIN: usize = 10;
/// The percentiles of a norm of units.
const PERCENTS: [u8; 5] = [10, 25, 50, 75, 90];

/// The norm of one score, in ten-thousandths of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    mean: i64,
    deviation: Option<i64>,
    cases: u32,
    percentiles: Vec<(u8, i64)>,
}

/// The stored form of a [`Reference`].
pub type StoredReference = (i64, Option<i64>, u32, Vec<(u8, i64)>);

impl Reference {
    /// As an organization gave it. Numbers are finite and within the scale.
    pub fn given(
        mean: f64,
        deviation: Option<f64>,
        cases: u32,
        percentiles: &[(u8, f64)],
    ) -> Option<Self> {
        let kept = |value| step(value, Decimals::Four);
        let deviation = match deviation {
            None => None,
            Some(deviation) => Some(kept(deviation)?),
        };
        let percentiles = percentiles
            .iter()
            .map(|(percent, value)| Some((*percent, kept(*value)?)))
            .collect::<Option<_>>()?;
        Some(Self { mean: kept(mean)?, deviation, cases, percentiles })
    }

    /// Over published scores, with two decimals; none of fewer than two.
    pub fn of_figures(figures: &[Figure]) -> Option<Self> {
        let mut scores: Vec<f64> = figures.iter().map(Figure::value).collect();
        scores.sort_by(f64::total_cmp);
        let percents = if scores.len() >= PERCENTILE_CASES_MIN { &PERCENTS[..] } else { &[] };
        let percentiles = percents
            .iter()
            .map(|percent| Some((*percent, step(quantile(&scores, *percent)?, Decimals::Two)?)))
            .collect::<Option<_>>()?;
        Some(Self { percentiles, ..Self::of_scores(&scores, Decimals::Two)? })
    }

    /// Over what organizations contribute, each counted once, with one decimal: of each the score
    /// at a position. None of fewer than two, or where one has no such score.
    pub fn pooled(contributions: &[(&Contribution, usize)]) -> Option<Self> {
        let scores: Option<Vec<f64>> = contributions
            .iter()
            .map(|(contribution, position)| contribution.scores.get(*position).copied().map(points))
            .collect();
        Self::of_scores(&scores?, Decimals::One)
    }

    fn of_scores(scores: &[f64], decimals: Decimals) -> Option<Self> {
        let (mean, deviation) = mean_and_deviation(scores)?;
        Some(Self {
            mean: step(mean, decimals)?,
            deviation: Some(step(deviation, decimals)?),
            cases: u32::try_from(scores.len()).ok()?,
            percentiles: Vec::new(),
        })
    }

    /// Mean over the cases, points.
    pub fn mean(&self) -> f64 {
        points(self.mean)
    }

    /// Standard deviation between the cases, points, where it is known.
    pub fn deviation(&self) -> Option<f64> {
        self.deviation.map(points)
    }

    /// Number of cases.
    pub fn cases(&self) -> u32 {
        self.cases
    }

    /// Percentiles, rising, each with its score.
    pub fn percentiles(&self) -> impl Iterator<Item = (u8, f64)> + '_ {
        self.percentiles.iter().map(|(percent, value)| (*percent, points(*value)))
    }

    /// The stored form.
    pub fn encode(&self) -> StoredReference {
        (self.mean, self.deviation, self.cases, self.percentiles.clone())
    }

    /// Reads the stored form; only a store does.
    pub fn decode((mean, deviation, cases, percentiles): StoredReference) -> Self {
        Self { mean, deviation, cases, percentiles }
    }

    /// The percentage of cases below a published score, with those of the ends of its interval.
    pub fn place(&self, score: Released<Figure>) -> Released<Figure> {
        compared(score, |score| {
            let percentiles = self.ranks();
            let norm = self.norm(&percentiles);
            let told = |value: f64| round(norm.percentage_below(value)?, score);
            let interval = match interval_of_comparison(score) {
                None => None,
                Some((lower, upper)) => Some((told(lower)?, told(upper)?)),
            };
            let value = told(score.value())?;
            Some(of_score(score, value, None, interval, Method::PlaceInNorm))
        })
    }

    /// A published score less the mean, with the error of both where both are known.
    pub fn difference(&self, score: Released<Figure>) -> Released<Figure> {
        compared(score, |score| {
            let error = growth(score).zip(score.standard_error()).zip(score.sample_size());
            let error = error.map(|((growth, error), people)| (growth * error, people));
            let (value, spread) = self.norm(&[]).difference(score.value(), error);
            let (error, interval) = match spread {
                None => (None, None),
                Some(Spread { standard_error, lower, upper }) => (
                    Some(round(standard_error, score)?),
                    Some((round(lower, score)?, round(upper, score)?)),
                ),
            };
            let value = round(value, score)?;
            Some(of_score(score, value, error, interval, Method::Welch))
        })
    }

    fn ranks(&self) -> Vec<(f64, f64)> {
        self.percentiles().map(|(percent, value)| (value, f64::from(percent))).collect()
    }

    fn norm<'a>(&self, percentiles: &'a [(f64, f64)]) -> Norm<'a> {
        let (mean, deviation) = (self.mean(), self.deviation());
        Norm { mean, deviation, cases: self.cases, percentiles }
    }
}

/// What an organization gives to a pool: the scores that are published of its whole, and how many
/// responded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    respondents: Tally,
    scores: Vec<i64>,
}

impl Contribution {
    /// Overall score, dimensions and facets of a card, in this order. None unless all are shown: a
    /// pool in which some had a part only would tell what their others are.
    pub fn of_card(card: &Card) -> Option<Self> {
        let shown = std::iter::once(card.overall())
            .chain(card.dimensions())
            .chain(card.facets())
            .map(|scale| scale.score().shown().map(|figure| figure.ten_thousandths()));
        let scores = shown.collect::<Option<_>>()?;
        Some(Self { respondents: card.participation().responses(), scores })
    }

    /// How many responded.
    pub fn respondents(&self) -> Tally {
        self.respondents
    }

    /// The stored form.
    pub fn encode(&self) -> (i32, &[i64]) {
        (i32::try_from(self.respondents.get()).unwrap_or(i32::MAX), &self.scores)
    }

    /// Reads the stored form; only a store does.
    pub fn decode(respondents: i32, scores: Vec<i64>) -> Self {
        Self { respondents: Tally(u32::try_from(respondents).unwrap_or(0)), scores }
    }
}

/// What follows from a score, or why nothing does.
fn compared(
    score: Released<Figure>,
    compare: impl FnOnce(&Figure) -> Option<Figure>,
) -> Released<Figure> {
    let unknown = Released::Hidden(Hidden::NotEstimable(Degenerate::UnknownSpread));
    match score {
        Released::Shown(score) => compare(&score).map_or(unknown, Released::Shown),
        Released::Hidden(reason) => Released::Hidden(reason),
    }
}

/// By how much the error of a score grows when it is compared: those who answered stand for more than
/// those who were asked, so that the factor for a finite population is taken out again. None where
/// everyone answered: then nothing is left of the error to go by.
fn growth(score: &Figure) -> Option<f64> {
    match (score.sample_size(), score.population_size()) {
        (Some(sample), Some(population)) if sample >= population => None,
        (Some(sample), Some(population)) => {
            Some(1.0 / (1.0 - f64::from(sample) / f64::from(population)).sqrt())
        }
        _ => Some(1.0),
    }
}

/// The interval of a score for comparisons.
fn interval_of_comparison(score: &Figure) -> Option<(f64, f64)> {
    let (growth, (lower, upper)) = growth(score).zip(score.interval())?;
    let value = score.value();
    Some((value - growth * (value - lower), value + growth * (upper - value)))
}

/// A number that was made of a score.
fn of_score(
    score: &Figure,
    value: i64,
    standard_error: Option<i64>,
    interval: Option<(i64, i64)>,
    method: Method,
) -> Figure {
    let sizes = Sizes { sample: score.sample_size(), population: None };
    Figure { value, standard_error, interval, sizes, method, flags: Flags::default() }
}

/// How many decimals are kept.
#[derive(Clone, Copy)]
enum Decimals {
    One,
    Two,
    Four,
}

/// Points in ten-thousandths, rounded; none for what is no number.
fn step(value: f64, decimals: Decimals) -> Option<i64> {
    let (kind, responses) = match decimals {
        Decimals::One => (Kind::Points, 0),
        Decimals::Two => (Kind::OfGroups, 0),
        Decimals::Four => (Kind::Share, u32::MAX),
    };
    rounded(value, kind, responses)
}

/// Rounds by the rule of the score that a number was made of.
fn round(value: f64, score: &Figure) -> Option<i64> {
    rounded(value, Kind::Points, score.sample_size().unwrap_or(0))
}

#[expect(clippy::cast_precision_loss, reason = "published numbers are below 2^53")]
fn points(ten_thousandths: i64) -> f64 {
    ten_thousandths as f64 / UNIT
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A score with its error; numbers in points.
    fn score(value: f64, error: Option<f64>, sample: u32) -> Figure {
        let kept = |value: f64| step(value, Decimals::Two).unwrap();
        Figure {
            value: kept(value),
            standard_error: error.map(kept),
            interval: error.map(|error| (kept(value - 2.0 * error), kept(value + 2.0 * error))),
            sizes: Sizes { sample: Some(sample), population: None },
            method: Method::MeanOfMeans,
            flags: Flags::default(),
        }
    }

    fn shown(compared: Released<Figure>) -> Figure {
        compared.shown().unwrap()
    }

    #[test]
    fn what_follows_is_rounded_as_the_score_is() {
        let norm = Reference::given(60.1234, Some(8.0), 16, &[]).unwrap();
        // sqrt(1.5^2 + 2^2) = 2.5, and t has 32.1 degrees of freedom.
        for (sample, value, lower, place) in [(49, 6.2, 1.1, 77.9), (50, 6.18, 1.09, 77.99)] {
            let score = Released::Shown(score(66.3, Some(1.5), sample));
            let difference = shown(norm.difference(score));
            assert_eq!((difference.value(), difference.standard_error()), (value, Some(2.5)));
            assert_eq!(difference.interval().map(|(lower, _)| lower), Some(lower));
            assert_eq!(difference.sample_size(), Some(sample));
            let ranked = shown(norm.place(score));
            assert!((ranked.value() - place).abs() < 0.11, "{ranked:?}");
            assert_eq!(ranked.standard_error(), None);
            assert!(ranked.interval().unwrap().0 < ranked.value());
        }
    }

    #[test]
    fn those_who_answered_stand_for_more_than_those_who_were_asked() {
        let norm = Reference::given(60.0, Some(8.0), 64, &[]).unwrap();
        let asked = |population| {
            let mut score = score(66.0, Some(0.9), 80);
            score.sizes.population = population;
            Released::Shown(score)
        };
        // 0.9 / sqrt(1 - 80 / 125) = 1.5, and 8 / sqrt(64) = 1.
        let difference = shown(norm.difference(asked(Some(125))));
        assert_eq!(difference.standard_error(), Some(1.8));
        assert_eq!(shown(norm.difference(asked(None))).standard_error(), Some(1.35));
        let width = |figure: Figure| figure.interval().map(|(lower, upper)| upper - lower);
        let (wide, narrow) = (asked(Some(125)), asked(None));
        assert!(width(shown(norm.place(wide))) > width(shown(norm.place(narrow))));
        // Of a census the error is 0 for the level, and not for a difference.
        let everyone = asked(Some(80));
        assert_eq!(shown(norm.difference(everyone)).interval(), None);
        assert_eq!(shown(norm.place(everyone)).interval(), None);
    }

    #[test]
    fn what_is_not_known_is_said() {
        let plain = Reference::given(60.0, None, 2, &[]).unwrap();
        let without_error = Released::Shown(score(66.0, None, 12));
        let unknown = Released::Hidden(Hidden::NotEstimable(Degenerate::UnknownSpread));
        assert_eq!(plain.place(without_error), unknown);
        let difference = shown(plain.difference(Released::Shown(score(66.0, Some(1.0), 12))));
        assert_eq!((difference.value(), difference.interval()), (6.0, None));
        let norm = Reference::given(60.0, Some(8.0), 2, &[(50, 60.0)]).unwrap();
        assert_eq!(shown(norm.difference(without_error)).standard_error(), None);
        assert_eq!(shown(norm.place(without_error)).interval(), None);
        for reason in [Hidden::Protected, Hidden::NotReleased, Hidden::AccessRestricted] {
            assert_eq!(norm.place(Released::Hidden(reason)), Released::Hidden(reason));
            assert_eq!(norm.difference(Released::Hidden(reason)), Released::Hidden(reason));
        }
    }

    #[test]
    fn a_norm_of_units_has_percentiles_from_ten_cases_on() {
        let scores: Vec<Figure> =
            (0..11).map(|rank| score(40.0 + 2.5 * f64::from(rank), Some(1.0), 20)).collect();
        assert_eq!(Reference::of_figures(&scores[..1]), None);
        let few = Reference::of_figures(&scores[..9]).unwrap();
        assert_eq!((few.mean(), few.cases(), few.percentiles().count()), (50.0, 9, 0));
        let all = Reference::of_figures(&scores).unwrap();
        // 2.5 times the root of 11.
        assert_eq!((all.mean(), all.deviation()), (52.5, Some(8.29)));
        let percentiles: Vec<_> = all.percentiles().collect();
        assert_eq!(percentiles, [(10, 42.5), (25, 46.25), (50, 52.5), (75, 58.75), (90, 62.5)]);
        assert_eq!(Reference::decode(all.encode()), all);
    }

    #[test]
    fn a_pool_counts_each_organization_once_with_one_decimal() {
        let given: Vec<Contribution> = [(5, 500_000), (500, 501_000), (50, 555_500)]
            .map(|(people, score)| Contribution::decode(people, vec![score]))
            .into();
        let with = |position| given.iter().map(|one| (one, position)).collect::<Vec<_>>();
        let pooled = Reference::pooled(&with(0)).unwrap();
        assert_eq!((pooled.mean(), pooled.deviation(), pooled.cases()), (51.9, Some(3.2), 3));
        assert_eq!(Reference::pooled(&with(1)), None, "nobody has a second score");
        assert_eq!(Contribution::decode(given[0].encode().0, vec![500_000]), given[0]);
    }
}
