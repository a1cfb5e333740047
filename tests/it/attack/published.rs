//! Reads everything that is published of a wave: the scorecard of every frozen slice, as the set of
//! cells that it is about and the numbers that it tells.
use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use orgfit::pb::common::count::Outcome as CountOutcome;
use orgfit::pb::common::statistic::Outcome;
use orgfit::pb::common::{Count, Estimate, SegmentSelector, Slice, Statistic};
use orgfit::pb::insight as pb;
use tonic::Status;

use super::cells::{Cell, Measure};
use super::company::{Company, Kind};
use super::founding::{Founded, selector};

/// Scorecards that are read at once.
const READS_MAX: usize = 8;

/// Which people of a unit a slice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Whole,
    Value(usize, usize),
    Pair(usize, usize),
}

/// A frozen slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) unit: usize,
    pub(super) own: bool,
    pub(super) part: Part,
}

/// A published number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    pub(super) value: f64,
}

/// What is published of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemCard {
    /// In points, or in the item's own unit.
    pub(super) mean: Option<Figure>,
    pub(super) deviation: Option<f64>,
    /// Shares of all codes, or options.
    pub(super) shares: Option<Vec<f64>>,
    pub(super) cannot_judge: Option<f64>,
    /// How many answered, where anything tells it.
    pub(super) told: Option<u32>,
}

/// What is published of a slice.
#[derive(Clone, Debug)]
pub(super) struct Card {
    /// Name, for people.
    pub(super) name: String,
    /// Positions of its cells, in order.
    pub(super) cells: Vec<usize>,
    pub(super) responses: u32,
    pub(super) overall: Option<f64>,
    pub(super) dimensions: Vec<Option<f64>>,
    pub(super) facets: Vec<Option<f64>>,
    pub(super) items: Vec<ItemCard>,
}

/// Everything that an attacker has.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) company: Company,
    pub(super) cells: Vec<Cell>,
    /// The slices that are shown.
    pub(super) cards: BTreeMap<Place, Card>,
    /// Things published that no slice is named for.
    pub(super) others: Vec<Card>,
}

impl Card {
    /// Whether a measure is shown.
    pub(super) fn shows(&self, measure: Measure) -> bool {
        match measure {
            Measure::Responses => true,
            Measure::Overall => self.overall.is_some(),
            Measure::Dimension(dimension) => self.dimensions[dimension].is_some(),
            Measure::Facet(facet) => self.facets[facet].is_some(),
            Measure::Item(item) => {
                self.items[item].mean.is_some() || self.items[item].shares.is_some()
            }
        }
    }
}

impl Evidence {
    /// All that is published.
    pub(super) fn all(&self) -> impl Iterator<Item = &Card> {
        self.cards.values().chain(&self.others)
    }

    /// How many of some cells have a part in a measure.
    pub(super) fn size(&self, cells: &[usize], measure: Measure) -> u32 {
        cells.iter().map(|cell| self.cells[*cell].size(&self.company.items, measure)).sum()
    }

    /// Cells of a slice, whether shown or not.
    pub(super) fn cells_of(&self, place: Place) -> Vec<usize> {
        cells_of(&self.company, &self.cells, place)
    }

    /// The company in words.
    pub(super) fn size_in_words(&self) -> String {
        let Company { seed, people, parents, .. } = &self.company;
        let (people, units) = (people.len(), parents.len());
        format!("seed {seed} ({people} people, {units} units, {} slices)", self.cards.len())
    }

    /// A few cells in words.
    pub(super) fn describe(&self, cells: &[usize], measure: Measure) -> String {
        let named = cells.iter().map(|at| {
            let cell = &self.cells[*at];
            let n = cell.size(&self.company.items, measure);
            let value =
                |value: &Option<usize>| value.map_or("-".to_owned(), |value| value.to_string());
            let values: Vec<_> = cell.values.iter().map(value).collect();
            format!("u{}[{}] n={n}", cell.unit, values.join(","))
        });
        named.collect::<Vec<_>>().join(" + ")
    }
}

/// All frozen slices of a company.
pub(super) fn places(company: &Company) -> Vec<Place> {
    let mut parts = vec![Part::Whole];
    for (dimension, count) in company.values.iter().enumerate() {
        parts.extend((0..*count).map(|value| Part::Value(dimension, value)));
    }
    let mut places = Vec::new();
    for unit in 0..company.parents.len() {
        places.extend(parts.iter().map(|part| Place { unit, own: false, part: *part }));
        if company.has_below(unit) {
            places.extend(parts.iter().map(|part| Place { unit, own: true, part: *part }));
        }
    }
    if let Some((first, second)) = company.pair {
        for one in 0..company.values[first] {
            let pairs = (0..company.values[second]).map(|other| Part::Pair(one, other));
            places.extend(pairs.map(|part| Place { unit: 0, own: false, part }));
        }
    }
    places
}

/// The cells of a slice.
pub(super) fn cells_of(company: &Company, cells: &[Cell], place: Place) -> Vec<usize> {
    let is_in = |cell: &Cell| {
        let in_unit = if place.own {
            cell.unit == place.unit
        } else {
            company.is_within(cell.unit, place.unit)
        };
        in_unit
            && match place.part {
                Part::Whole => true,
                Part::Value(dimension, value) => cell.values[dimension] == Some(value),
                Part::Pair(one, other) => company.pair.is_some_and(|(first, second)| {
                    (cell.values[first], cell.values[second]) == (Some(one), Some(other))
                }),
            }
    };
    (0..cells.len()).filter(|at| is_in(&cells[*at])).collect()
}

/// The units in the order in which the wave froze them.
pub(super) async fn order(founded: &Founded) -> Vec<usize> {
    let mut order = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListScoreBreakdownRequest {
            wave_id: founded.wave_id.clone(),
            rows: pb::BreakdownRows::Subtree.into(),
            page_size: 100,
            page_token,
            ..pb::ListScoreBreakdownRequest::default()
        };
        let page = founded.client.insight().list_score_breakdown(request).await.unwrap();
        let page = page.into_inner();
        for row in page.rows {
            let id = row.slice.unwrap().unit_id;
            let unit = founded.unit_ids.iter().position(|each| *each == id);
            // The first row is the scope, which may go without a name.
            order.push(unit.unwrap_or(0));
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return order;
        }
    }
}

/// Reads all slices, and proves that the cells are what the attacker thinks.
pub(super) async fn read(founded: &Founded, company: Company, cells: Vec<Cell>) -> Evidence {
    let company_ref = &company;
    let cards: Vec<(Place, Option<Card>)> = futures::stream::iter(places(&company))
        .map(|place| async move {
            let card = card(founded, company_ref, place).await?;
            Ok::<_, Status>((place, card))
        })
        .buffered(READS_MAX)
        .try_collect()
        .await
        .unwrap();
    let mut shown = BTreeMap::new();
    for (place, card) in cards {
        let Some(mut card) = card else { continue };
        card.cells = cells_of(&company, &cells, place);
        let known: u32 = card.cells.iter().map(|cell| cells[*cell].people()).sum();
        assert_eq!(card.responses, known, "seed {}: {place:?}", company.seed);
        shown.insert(place, card);
    }
    Evidence { company, cells, cards: shown, others: Vec::new() }
}

async fn card(founded: &Founded, company: &Company, place: Place) -> Result<Option<Card>, Status> {
    let segments: Vec<SegmentSelector> = match place.part {
        Part::Whole => Vec::new(),
        Part::Value(dimension, value) => vec![selector(dimension, value)],
        Part::Pair(one, other) => {
            let (first, second) = company.pair.unwrap();
            vec![selector(first, one), selector(second, other)]
        }
    };
    let request = pb::GetScorecardRequest {
        wave_id: founded.wave_id.clone(),
        slice: Some(Slice {
            unit_id: founded.unit_ids[place.unit].clone(),
            direct_members_only: place.own,
            segments,
        }),
        view: pb::ScorecardView::Full.into(),
        ..pb::GetScorecardRequest::default()
    };
    let answer = founded.client.insight().get_scorecard(request).await?.into_inner();
    let card = answer.scorecard.unwrap();
    let participation = card.participation.as_ref().unwrap();
    let Some(responses) = exact(participation.response_count.as_ref()) else {
        // A slice is hidden as a whole.
        assert!(card.overall.as_ref().is_none_or(|score| estimate(score.score.as_ref()).is_none()));
        return Ok(None);
    };
    let scores = |scores: &[pb::ScaleScore]| {
        scores.iter().map(|score| Some(estimate(score.score.as_ref())?.value)).collect()
    };
    let items = card.items.iter().zip(&company.items);
    Ok(Some(Card {
        name: name(place),
        cells: Vec::new(),
        responses,
        overall: card
            .overall
            .as_ref()
            .and_then(|score| Some(estimate(score.score.as_ref())?.value)),
        dimensions: scores(&card.dimensions),
        facets: scores(&card.facets),
        items: items.map(|(item, kind)| item_card(item, *kind)).collect(),
    }))
}

fn item_card(item: &pb::ItemScore, kind: Kind) -> ItemCard {
    let mean = match kind {
        Kind::Scored { .. } => item.score.as_ref(),
        Kind::Outcome => item.mean.as_ref(),
        Kind::Choice => None,
    };
    let mean = estimate(mean);
    let deviation = estimate(item.dispersion.as_ref());
    let points = item.distribution.iter().map(|share| share.share.as_ref());
    let options = item.option_shares.iter().map(|share| share.share.as_ref());
    let shares: Vec<_> = points.chain(options).map(estimate).collect();
    let cannot_judge = estimate(item.cannot_judge_share.as_ref());
    let sizes = mean.into_iter().chain(deviation).chain(cannot_judge);
    let sizes = sizes.chain(shares.iter().copied().flatten());
    let told = sizes.into_iter().find_map(|each| each.sample_size);
    ItemCard {
        mean: mean.map(|mean| Figure { value: mean.value }),
        deviation: deviation.map(|deviation| deviation.value),
        shares: shares
            .iter()
            .map(|share| share.map(|share| share.value))
            .collect::<Option<Vec<_>>>()
            .filter(|shares| !shares.is_empty()),
        cannot_judge: cannot_judge.map(|share| share.value),
        told: told.map(|told| u32::try_from(told).unwrap()),
    }
}

fn estimate(statistic: Option<&Statistic>) -> Option<&Estimate> {
    match statistic?.outcome.as_ref()? {
        Outcome::Estimate(estimate) => Some(estimate),
        Outcome::Suppression(_) => None,
    }
}

fn exact(count: Option<&Count>) -> Option<u32> {
    match count?.outcome.as_ref()? {
        CountOutcome::Exact(count) => Some(u32::try_from(*count).unwrap()),
        _ => None,
    }
}

/// A slice in a few letters.
pub(super) fn name(place: Place) -> String {
    let own = if place.own { " own staff" } else { "" };
    let part = match place.part {
        Part::Whole => String::new(),
        Part::Value(dimension, value) => format!(" d{dimension}=v{value}"),
        Part::Pair(one, other) => format!(" first=v{one} second=v{other}"),
    };
    format!("u{}{own}{part}", place.unit)
}
