//! Why there is no number, and what has to be known to read one rightly. Nothing is clamped, and
//! nothing is ever infinite or undefined.

/// Why there is no number. Stored by position: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Degenerate {
    /// Nobody answered.
    NoObservations,
    /// Fewer observations than the method needs.
    TooFewObservations,
    /// Fewer items than the method needs.
    TooFewItems,
    /// All values are equal.
    NoVariance,
    /// The answers that pairs of items have in common contradict each other.
    NegativeVariance,
    /// The model has no admissible solution (a Heywood case).
    Inadmissible,
    /// Needs a reliability above 0.
    NegativeReliability,
    /// Predictors depend on each other.
    Collinear,
    /// More predictors than the method takes.
    TooManyPredictors,
    /// Fewer groups than the method needs.
    TooFewGroups,
    /// A part of the population has nobody who answered, and no neighbour to join.
    EmptyCell,
    /// Computed, but too uncertain to say anything.
    TooWide,
    /// What it is compared with states no spread.
    UnknownSpread,
}

/// What has to be known to read a number rightly. Stored by position: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// Everyone of the population answered: the error is 0 for the level, not for a change.
    Census,
    /// Some weights were cut at the cap.
    WeightsCapped,
    /// Strata with a single answer were joined to their neighbours.
    StrataMerged,
    /// An item has no variance; it was kept.
    ConstantItem,
    /// The coefficient is below 0, as when an item should have been reversed.
    NegativeReliability,
    /// Answers vary more than if they were random: the group is split.
    MoreVarianceThanChance,
    /// The intraclass correlation is below 0: groups do not differ.
    NoGroupEffect,
    /// All points lie on a line.
    PerfectFit,
    /// Enough observations to be computed, too few to rest on.
    FewObservations,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 9] = [
        Self::Census,
        Self::WeightsCapped,
        Self::StrataMerged,
        Self::ConstantItem,
        Self::NegativeReliability,
        Self::MoreVarianceThanChance,
        Self::NoGroupEffect,
        Self::PerfectFit,
        Self::FewObservations,
    ];
}

impl Degenerate {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::NoObservations,
        Self::TooFewObservations,
        Self::TooFewItems,
        Self::NoVariance,
        Self::NegativeVariance,
        Self::Inadmissible,
        Self::NegativeReliability,
        Self::Collinear,
        Self::TooManyPredictors,
        Self::TooFewGroups,
        Self::EmptyCell,
        Self::TooWide,
        Self::UnknownSpread,
    ];
}
