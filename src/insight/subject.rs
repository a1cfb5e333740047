//! What a wave measured, as far as computing its results needs it: the variables, what their codes
//! are worth, the scores that they enter, the cells and the frame of slices.
use crate::disclosure::{Entry, Form, Frame, Judged, Limits};
use crate::instrument::{self, Answer, Content, Field, Format, Item, Layout, Role};
use crate::stats::{Branch, Dimension, Leaf, Metric, RATING_CODES_MAX, Reply, Shape, Variable};

/// A closed wave.
pub(super) struct Subject {
    pub(super) frame: Frame,
    pub(super) limits: Limits,
    pub(super) shape: Shape,
    pub(super) items: Vec<Measured>,
    pub(super) dimensions: Vec<DimensionPlan>,
    pub(super) cells: Vec<Place>,
    pub(super) imported: bool,
    reader: SheetReader,
}

/// A cell of the wave: its unit by position, its values, and its invitations.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) unit: usize,
    pub(super) values: Vec<Option<u16>>,
    pub(super) invited: u32,
    pub(super) late: u32,
}

/// An item that was asked; the variable of the same position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) use_of: Use,
    pub(super) cannot_judge: bool,
    pub(super) is_rating: bool,
}

/// What the answers to an item give.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    /// A score.
    Score { metric: Metric },
    /// A mean in the item's own unit.
    Mean { metric: Metric },
    /// Shares of options.
    Shares,
}

/// A dimension of the instrument: whether the wave asked for it, and its facets likewise.
pub(super) struct DimensionPlan {
    pub(super) tree: Dimension,
    pub(super) facets: Vec<Branch<Leaf>>,
}

/// Thresholds of a wave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    pub(super) minimum: u32,
    pub(super) distribution_minimum: u32,
}

/// Where the answers of a sheet go in a record.
struct SheetReader {
    len: usize,
    fields: Vec<Field>,
}

impl Subject {
    pub(super) fn new(
        content: &Content,
        asked: &[&Item],
        thresholds: Thresholds,
        frame: Frame,
        cells: Vec<Place>,
        imported: bool,
    ) -> Self {
        let mut variables = Vec::new();
        let mut items = Vec::new();
        let mut judged = Vec::new();
        for item in asked {
            let (variable, use_of) = measure(item);
            let (mut score, mut reversed) = (None, false);
            if let (Use::Score { .. }, Role::Score { facet_key, reverse_scored, weight, .. }) =
                (use_of, &item.role)
            {
                reversed = *reverse_scored;
                score = entry(content, facet_key, *weight);
            }
            variables.push(variable);
            items.push(Measured {
                use_of,
                cannot_judge: item.allow_cannot_judge,
                is_rating: matches!(item.format, Format::Rating { .. }),
            });
            let form = match variable {
                Variable::Scored { .. } | Variable::Rating { .. } => Form::Points,
                Variable::Choice { .. } => Form::Options,
                Variable::Number { .. } => Form::Ends,
            };
            judged.push(Judged { score, reversed, form, counted: variable.counted() });
        }
        let layout = Layout::of(content);
        let fields = asked.iter().filter_map(|item| layout.field(&item.key).cloned()).collect();
        Self {
            frame,
            limits: Limits::new(
                (thresholds.minimum, thresholds.distribution_minimum),
                content.dimensions.len(),
                judged,
            ),
            shape: Shape::new(variables),
            dimensions: dimension_plans(content, asked),
            items,
            cells,
            imported,
            reader: SheetReader { len: layout.len(), fields },
        }
    }

    /// Writes a stored sheet as a record at the end of `records`. False when it is not one of this
    /// wave.
    pub(super) fn push_record(&self, records: &mut Vec<u8>, sheet: &[u8]) -> bool {
        if sheet.len() != self.reader.len {
            return false;
        }
        let begin = records.len();
        records.resize(begin + self.shape.record_len(), 0);
        let record = &mut records[begin..];
        for (variable, field) in self.reader.fields.iter().enumerate() {
            let reply = match field.get(sheet) {
                Answer::None => continue,
                Answer::CannotJudge => Reply::Cannot,
                Answer::Code(code) => Reply::Code(code),
            };
            self.shape.put(record, variable, reply);
        }
        true
    }

    /// What the codes of scored items are worth, by their position among them.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        let scored = self.items.iter().filter_map(|item| match item.use_of {
            Use::Score { metric } => Some(metric),
            Use::Mean { .. } | Use::Shares => None,
        });
        scored.collect()
    }
}

/// How an item of a facet enters its dimension's score.
fn entry(content: &Content, facet_key: &str, weight: u8) -> Option<Entry> {
    let facets = content
        .dimensions
        .iter()
        .enumerate()
        .flat_map(|(dimension, of)| of.facets.iter().map(move |facet| (dimension, facet)));
    let (facet, (dimension, found)) =
        facets.enumerate().find(|(_, (_, facet))| facet.key == facet_key)?;
    let (facet_weight, weight) = (u32::from(found.weight), u32::from(weight));
    Some(Entry { dimension, facet, facet_weight, weight })
}

/// The variable of an item and what it gives.
fn measure(item: &Item) -> (Variable, Use) {
    let own = |constant, slope, divisor| Use::Mean { metric: Metric { constant, slope, divisor } };
    let codes = item.format.code_max();
    match (&item.format, &item.role) {
        (Format::Rating { .. }, Role::Score { reverse_scored, .. })
            if codes <= RATING_CODES_MAX =>
        {
            let metric = Metric::points(codes, *reverse_scored);
            (Variable::Scored { codes }, Use::Score { metric })
        }
        (Format::Rating { minimum, .. }, _) => {
            (Variable::Rating { codes }, own(i64::from(*minimum) - 1, 1, 1))
        }
        (Format::Number { minimum_milli, step_milli, .. }, _) => {
            (Variable::Number { codes }, own(minimum_milli - step_milli, *step_milli, 1_000))
        }
        (Format::Choice { options, .. }, _) => {
            let options = u32::try_from(options.len()).unwrap_or(0);
            (Variable::Choice { options }, Use::Shares)
        }
        // Free text is asked for by no wave.
        (Format::Text { .. }, _) => (Variable::Number { codes: 0 }, Use::Shares),
    }
}

/// The dimensions with the scored items that were asked, by their position among these.
fn dimension_plans(content: &Content, asked: &[&Item]) -> Vec<DimensionPlan> {
    let scored: Vec<_> = asked
        .iter()
        .filter(|item| matches!(item.format, Format::Rating { .. }))
        .filter_map(|item| match &item.role {
            Role::Score { facet_key, weight, .. } => Some((facet_key, *weight)),
            Role::Outcome
            | Role::CustomerPrediction { .. }
            | Role::PriorityChoice
            | Role::LevelEstimate { .. }
            | Role::Comment
            | Role::Information => None,
        })
        .collect();
    let plan = |dimension: &instrument::Dimension| {
        let facets: Vec<Branch<Leaf>> = dimension
            .facets
            .iter()
            .map(|facet| {
                let own = scored.iter().enumerate().filter(|(_, (key, _))| **key == facet.key);
                let leaf = |(lane, (_, weight)): (usize, &(&String, u8))| Leaf {
                    lane,
                    weight: u32::from(*weight),
                };
                Branch { weight: u32::from(facet.weight), parts: own.map(leaf).collect() }
            })
            .collect();
        let tree = Branch { weight: u32::from(dimension.weight), parts: facets.clone() };
        DimensionPlan { tree, facets }
    };
    content.dimensions.iter().map(plan).collect()
}
