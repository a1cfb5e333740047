//! What a wave measured, as far as computing its results needs it: the variables, what their codes
//! are worth, the scores that they enter, the cells and the frame of slices.
use super::shared::Plan;
use crate::directory::SegmentDimension;
use crate::disclosure::{Entry, Form, Frame, Judged, Limits};
use crate::instrument::{self, Answer, Content, Field, Format, Item, Layout, Role};
use crate::stats::{
    Branch, Dimension, Leaf, Metric, RATING_CODES_MAX, Reply, Shape, Variable, Weights,
    dimension_weights, facet_weights, overall_weights,
};

/// A closed wave.
pub(super) struct Subject {
    pub(super) frame: Frame,
    pub(super) limits: Limits,
    pub(super) shape: Shape,
    pub(super) items: Vec<Measured>,
    pub(super) dimensions: Vec<DimensionPlan>,
    /// The whole instrument, then its dimensions, then all facets.
    pub(super) scales: Vec<ScalePlan>,
    pub(super) cells: Vec<Place>,
    pub(super) imported: bool,
    /// By what views are compared.
    pub(super) shared: Plan,
    reader: SheetReader,
}

/// A scale.
pub(super) struct ScalePlan {
    /// The items that were asked, by position.
    pub(super) items: Vec<usize>,
    /// What of a person's score each of them makes, when all are answered, by position among the
    /// scored ones.
    pub(super) weights: Weights,
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
    Score { metric: Metric, dimension: usize },
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
    pub(super) quality_minimum: u32,
}

/// The shape of a wave's organization, and who was asked.
pub(super) struct Scope {
    pub(super) frame: Frame,
    pub(super) dimensions: Vec<SegmentDimension>,
    pub(super) cells: Vec<Place>,
    pub(super) imported: bool,
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
        scope: Scope,
    ) -> Self {
        let mut variables = Vec::new();
        let mut items = Vec::new();
        let mut judged = Vec::new();
        let mut scored = Vec::new();
        for (position, item) in asked.iter().enumerate() {
            let (variable, use_of) = measure(content, item);
            let mut entered = None;
            if let (Use::Score { .. }, Role::Score { facet_key, weight, .. }) = (use_of, &item.role)
            {
                entered = entry(content, facet_key, *weight);
                let weight = u32::from(*weight);
                let facet = entered.map_or(0, |entry| entry.facet);
                scored.push(Scored { item: position, facet, weight });
            }
            let reversed = matches!(item.role, Role::Score { reverse_scored: true, .. });
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
            judged.push(Judged { score: entered, reversed, form, counted: variable.counted() });
        }
        let layout = Layout::of(content);
        let fields = asked.iter().filter_map(|item| layout.field(&item.key).cloned()).collect();
        let lane = |item: usize| variables[..item].iter().filter(|each| is_scored(**each)).count();
        let dimensions = dimension_plans(content, &scored, &lane);
        let scales = scale_plans(&dimensions, &scored, &lane);
        let sets = scales.iter().map(|scale| scale.weights.iter().map(|(lane, _)| *lane).collect());
        let limits = Limits::new(
            (thresholds.minimum, thresholds.distribution_minimum),
            content.dimensions.len(),
            judged,
        );
        let by_scale = scales.iter().map(|scale| scale.items.clone()).collect();
        Self {
            limits: limits.with_scales(thresholds.quality_minimum, by_scale),
            shape: Shape::with_sets(variables.clone(), sets.collect()),
            dimensions,
            scales,
            items,
            shared: Plan::new(content, asked, &scope.dimensions, &scope.frame),
            frame: scope.frame,
            cells: scope.cells,
            imported: scope.imported,
            reader: SheetReader { len: layout.len(), fields },
        }
    }

    /// Writes a stored sheet as a record at the end of `records`, with a random byte that sets the
    /// replicate. False when it is not one of this wave.
    pub(super) fn push_record(&self, records: &mut Vec<u8>, sheet: &[u8], random: u8) -> bool {
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
        self.shape.put_replicate(record, random);
        true
    }

    /// What the codes of scored variables are worth, by their position among them.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        let metric = |variable: &usize| match self.items[*variable].use_of {
            Use::Score { metric, .. } | Use::Mean { metric } => metric,
            Use::Shares => Metric::points(2, false),
        };
        self.shape.scored().iter().map(metric).collect()
    }
}

/// A scored item: where it is among those that were asked, and what it enters.
struct Scored {
    item: usize,
    /// Position among all facets.
    facet: usize,
    weight: u32,
}

fn is_scored(variable: Variable) -> bool {
    matches!(variable, Variable::Scored { .. })
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
fn measure(content: &Content, item: &Item) -> (Variable, Use) {
    let own = |constant, slope, divisor| Use::Mean { metric: Metric { constant, slope, divisor } };
    let codes = item.format.code_max();
    match (&item.format, &item.role) {
        (Format::Rating { .. }, Role::Score { facet_key, reverse_scored, .. })
            if codes <= RATING_CODES_MAX =>
        {
            let metric = Metric::points(codes, *reverse_scored);
            let holds = |dimension: &instrument::Dimension| {
                dimension.facets.iter().any(|facet| facet.key == *facet_key)
            };
            let dimension = content.dimensions.iter().position(holds).unwrap_or(0);
            (Variable::Scored { codes }, Use::Score { metric, dimension })
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

/// The dimensions with the scored items that were asked, by their position among the scored ones.
fn dimension_plans(
    content: &Content,
    scored: &[Scored],
    lane: &impl Fn(usize) -> usize,
) -> Vec<DimensionPlan> {
    let mut number = 0..;
    let mut plan = |dimension: &instrument::Dimension| {
        let facets = dimension.facets.iter().zip(&mut number).map(|(facet, position)| {
            let own = scored.iter().filter(|item| item.facet == position);
            let leaf = |item: &Scored| Leaf { lane: lane(item.item), weight: item.weight };
            Branch { weight: u32::from(facet.weight), parts: own.map(leaf).collect() }
        });
        let facets: Vec<Branch<Leaf>> = facets.collect();
        let tree = Branch { weight: u32::from(dimension.weight), parts: facets.clone() };
        DimensionPlan { tree, facets }
    };
    content.dimensions.iter().map(&mut plan).collect()
}

/// The whole instrument, then its dimensions, then all facets.
fn scale_plans(
    dimensions: &[DimensionPlan],
    scored: &[Scored],
    lane: &impl Fn(usize) -> usize,
) -> Vec<ScalePlan> {
    let all = |_: usize| true;
    let trees: Vec<Dimension> = dimensions.iter().map(|each| each.tree.clone()).collect();
    let facets = dimensions.iter().flat_map(|dimension| &dimension.facets);
    let weights = std::iter::once(overall_weights(&trees, &all))
        .chain(trees.iter().map(|tree| dimension_weights(tree, &all)))
        .chain(facets.map(|facet| facet_weights(facet, &all)));
    let plan = |weights: Weights| {
        let item = |wanted: usize| scored.iter().find(|each| lane(each.item) == wanted);
        let items = weights.iter().filter_map(|(lane, _)| item(*lane)).map(|each| each.item);
        ScalePlan { items: items.collect(), weights }
    };
    weights.map(plan).collect()
}
