//! Co-orientation (`McLeod` and Chaffee 1973): what two sides think, and what each supposes that
//! the other thinks. As signed differences, since which way an estimate errs is what can be talked about.
use super::super::degenerate::Degenerate;
use super::jackknife::interval;
use super::{GROUP_MIN, Interval};

/// Differences up to this many points are small enough to be called agreement, and from it on large
/// enough to be called disagreement: less than half a step on a scale of five.
pub const DIFFERENCE_NEAR_MAX: f64 = 10.0;

/// What people rate themselves, and how they suppose that the other side rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Views {
    /// Mean of what they rate, in points 0 to 100.
    pub view: f64,
    /// Mean of their estimates of the other side's view, in points 0 to 100.
    pub estimate: f64,
}

/// One side with its replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Perspective {
    /// How many people answered, the fewer of those who rated and those who estimated.
    pub people: u32,
    /// Everyone.
    pub all: Views,
    /// Without the people of each replicate, in the order of replicates.
    pub without: Vec<Views>,
}

/// Five differences with intervals, and the patterns that follow. All in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoOrientation {
    /// View of leaders less view of others: agreement.
    pub view_difference: Interval,
    /// What leaders suppose of others less what others rate: accuracy. Above 0 when leaders think
    /// others better pleased than they are.
    pub leader_error: Interval,
    /// What others suppose of leaders less what leaders rate.
    pub other_error: Interval,
    /// The difference that leaders suppose: their own view less what they suppose of others:
    /// congruency. Equals the difference of views less the leaders' error.
    pub leader_assumed_difference: Interval,
    /// The difference that others suppose, leaders less others too: what they suppose of leaders less
    /// their own view. Equals the difference of views plus the others' error.
    pub other_assumed_difference: Interval,
    /// How leaders see it.
    pub leader_pattern: Pattern,
    /// How others see it.
    pub other_pattern: Pattern,
}

/// What is, and what a side supposes (Scheff 1967).
///
/// A difference is *near* when its whole interval lies between -10 and 10: that it is not large must
/// have been shown, and a wide interval shows nothing. It is *apart* when its interval excludes 0 and
/// it is at least 10 itself: there is one, and it is as large as matters. To ask that the whole
/// interval lies beyond 10 would leave small groups without a finding until they are torn in two.
/// Both at once is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Views are near, and are supposed to be.
    Agreement,
    /// Views are apart, and are supposed to be near.
    IllusionOfAgreement,
    /// Views are near, and are supposed to be apart.
    IllusionOfDisagreement,
    /// Views are apart, and are supposed to be, in the same direction.
    KnownDisagreement,
    /// Too uncertain or in between; also when views are supposed to be apart the other way round.
    Uncertain,
}

impl Pattern {
    /// Every pattern. Stored by position: new ones come last.
    pub const ALL: [Self; 5] = [
        Self::Agreement,
        Self::IllusionOfAgreement,
        Self::IllusionOfDisagreement,
        Self::KnownDisagreement,
        Self::Uncertain,
    ];
}

#[derive(Clone, Copy)]
enum Stance {
    Near,
    Above,
    Below,
    Unknown,
}

/// How two sides see each other in one dimension. Both need [`GROUP_MIN`] people, and the same
/// replicates. Intervals are from the jackknife: one person's view and estimate belong together.
pub fn co_orientation(
    leaders: &Perspective,
    others: &Perspective,
) -> Result<CoOrientation, Degenerate> {
    if leaders.people.min(others.people) < GROUP_MIN {
        return Err(Degenerate::TooFewGroups);
    }
    if leaders.without.len() != others.without.len() {
        return Err(Degenerate::TooFewObservations);
    }
    let signed = |difference: fn(Views, Views) -> f64| {
        let both = leaders.without.iter().zip(&others.without);
        let without: Vec<f64> = both.map(|(mine, theirs)| difference(*mine, *theirs)).collect();
        let found = interval(difference(leaders.all, others.all), &without)?;
        let ends = [found.value, found.lower, found.upper];
        if ends.iter().all(|end| end.is_finite()) {
            Ok(found)
        } else {
            Err(Degenerate::NoObservations)
        }
    };
    let view_difference = signed(|leader, other| leader.view - other.view)?;
    let leader_assumed_difference = signed(|leader, _| leader.view - leader.estimate)?;
    let other_assumed_difference = signed(|_, other| other.estimate - other.view)?;
    Ok(CoOrientation {
        view_difference,
        leader_error: signed(|leader, other| leader.estimate - other.view)?,
        other_error: signed(|leader, other| other.estimate - leader.view)?,
        leader_assumed_difference,
        other_assumed_difference,
        leader_pattern: pattern(view_difference, leader_assumed_difference),
        other_pattern: pattern(view_difference, other_assumed_difference),
    })
}

fn pattern(actual: Interval, assumed: Interval) -> Pattern {
    match (stance(actual), stance(assumed)) {
        (Stance::Near, Stance::Near) => Pattern::Agreement,
        (Stance::Above | Stance::Below, Stance::Near) => Pattern::IllusionOfAgreement,
        (Stance::Near, Stance::Above | Stance::Below) => Pattern::IllusionOfDisagreement,
        (Stance::Above, Stance::Above) | (Stance::Below, Stance::Below) => {
            Pattern::KnownDisagreement
        }
        (Stance::Above, Stance::Below)
        | (Stance::Below, Stance::Above)
        | (Stance::Unknown, _)
        | (_, Stance::Unknown) => Pattern::Uncertain,
    }
}

fn stance(difference: Interval) -> Stance {
    if difference.lower > -DIFFERENCE_NEAR_MAX && difference.upper < DIFFERENCE_NEAR_MAX {
        Stance::Near
    } else if difference.lower > 0.0 && difference.value >= DIFFERENCE_NEAR_MAX {
        Stance::Above
    } else if difference.upper < 0.0 && difference.value <= -DIFFERENCE_NEAR_MAX {
        Stance::Below
    } else {
        Stance::Unknown
    }
}
