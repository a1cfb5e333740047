//! The published numbers of scales and items.
use super::figures::figures;
use crate::disclosure::code::{Reader, Writer};
use crate::disclosure::figure::{Figure, Hidden, Released};

figures! {
    /// How the answers to an item, or to all items of a scale, lie to the middle of their scales.
    AnswersCard {
        /// Share of favourable answers, 0 to 1.
        favourable,
        /// Share of answers that are neither, 0 to 1.
        neutral,
        /// Share of unfavourable answers, 0 to 1.
        unfavourable,
        /// Percentage of favourable less that of unfavourable answers, -100 to 100.
        net,
    }
}

figures! {
    /// How well a scale measures.
    QualityCard {
        /// Cronbach's alpha, at most 1.
        alpha,
        /// Omega total of one factor, 0 to 1.
        omega,
        /// Standard error of measurement of one person's score, points.
        measurement_error,
        /// Standard deviation between persons, points.
        dispersion,
        /// Agreement r*wg(J), at most 1.
        agreement,
        /// Mean absolute deviation from the items' means, in points of the rating scale.
        average_deviation,
        /// ICC(1) of the units directly below, at most 1.
        icc1,
        /// ICC(2) of the units directly below, at most 1.
        icc2,
        /// The size k0 of these units that ICC(1) rests on.
        average_unit_size,
    }
}

figures! {
    /// How an item goes with the others of its dimension.
    ConsistencyCard {
        /// Correlation with the sum of the others, -1 to 1.
        item_total,
        /// Alpha of the dimension without it.
        alpha_if_deleted,
    }
}

/// The numbers of a scale: of the whole instrument, a dimension, or a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleCard {
    pub(in crate::disclosure) score: Released<Figure>,
    pub(in crate::disclosure) answers: AnswersCard,
    pub(in crate::disclosure) cannot_judge_share: Released<Figure>,
    pub(in crate::disclosure) quality: QualityCard,
}

impl ScaleCard {
    /// The score, 0-100 points.
    pub fn score(&self) -> Released<Figure> {
        self.score
    }

    /// How the answers to its items lie, as means over the items.
    pub fn answers(&self) -> &AnswersCard {
        &self.answers
    }

    /// Share of "cannot judge" among the answers to its items, 0 to 1; not measured where it cannot
    /// be chosen.
    pub fn cannot_judge_share(&self) -> Released<Figure> {
        self.cannot_judge_share
    }

    /// How well it measures.
    pub fn quality(&self) -> &QualityCard {
        &self.quality
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.figure(&self.score);
        self.answers.write(writer);
        writer.figure(&self.cannot_judge_share);
        self.quality.write(writer);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let score = reader.figure()?;
        let answers = AnswersCard::read(reader)?;
        let cannot_judge_share = reader.figure()?;
        let quality = QualityCard::read(reader)?;
        Some(Self { score, answers, cannot_judge_share, quality })
    }
}

/// The numbers of an item. Which are there depends on its role and format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemCard {
    pub(in crate::disclosure) score: Option<Released<Figure>>,
    pub(in crate::disclosure) dispersion: Option<Released<Figure>>,
    pub(in crate::disclosure) mean: Option<Released<Figure>>,
    pub(in crate::disclosure) cannot_judge_share: Option<Released<Figure>>,
    pub(in crate::disclosure) answers: Option<AnswersCard>,
    pub(in crate::disclosure) consistency: Option<ConsistencyCard>,
    pub(in crate::disclosure) distribution: Vec<Released<Figure>>,
    pub(in crate::disclosure) option_shares: Vec<Released<Figure>>,
}

impl ItemCard {
    /// Mean after reversal, 0-100 points; for ratings that enter a score.
    pub fn score(&self) -> Option<Released<Figure>> {
        self.score
    }

    /// Standard deviation of the scores, 0-50 points; for ratings that enter a score.
    pub fn dispersion(&self) -> Option<Released<Figure>> {
        self.dispersion
    }

    /// Mean in the item's own unit; for numbers, and for ratings that enter no score.
    pub fn mean(&self) -> Option<Released<Figure>> {
        self.mean
    }

    /// Share of "cannot judge" among those who answered or could not judge, 0 to 1; where it may
    /// be chosen.
    pub fn cannot_judge_share(&self) -> Option<Released<Figure>> {
        self.cannot_judge_share
    }

    /// How the answers lie after reversal; for ratings that enter a score.
    pub fn answers(&self) -> Option<AnswersCard> {
        self.answers
    }

    /// How it goes with the other items of its dimension; for ratings that enter a score.
    pub fn consistency(&self) -> Option<ConsistencyCard> {
        self.consistency
    }

    /// Share of each point before reversal, from the lowest up; for ratings.
    pub fn distribution(&self) -> &[Released<Figure>] {
        &self.distribution
    }

    /// Share of each option in the instrument's order; for choices.
    pub fn option_shares(&self) -> &[Released<Figure>] {
        &self.option_shares
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        for figure in [self.score, self.dispersion, self.mean, self.cannot_judge_share] {
            writer.option(figure.as_ref());
        }
        match &self.answers {
            Some(answers) => answers.write(writer),
            None => writer.absent(),
        }
        match &self.consistency {
            Some(consistency) => consistency.write(writer),
            None => writer.absent(),
        }
        writer.figures(&self.distribution);
        writer.figures(&self.option_shares);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut optional = [None; 4];
        for figure in &mut optional {
            if !reader.passes_absent() {
                *figure = Some(reader.figure()?);
            }
        }
        let [score, dispersion, mean, cannot_judge_share] = optional;
        let answers = if reader.passes_absent() { None } else { Some(AnswersCard::read(reader)?) };
        let consistency =
            if reader.passes_absent() { None } else { Some(ConsistencyCard::read(reader)?) };
        Some(Self {
            score,
            dispersion,
            mean,
            cannot_judge_share,
            answers,
            consistency,
            distribution: reader.figures()?,
            option_shares: reader.figures()?,
        })
    }
}
