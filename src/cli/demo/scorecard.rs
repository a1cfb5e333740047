//! Draws the results of a wave: a heat map of units by dimension, the strongest and the weakest
//! statements with their distributions, and how much is protected. In colour on a terminal, and as
//! readable without.
#![expect(clippy::float_arithmetic, reason = "shares become lengths of bars")]
use std::collections::HashMap;

use super::{LANGUAGE, PAGE_SIZE};
use crate::cli::console::{self, Colour, Console};
use crate::cli::failure::Outcome;
use crate::cli::import::api::Connection;
use crate::pb::assessment::Wave;
use crate::pb::common::count::Outcome as CountOutcome;
use crate::pb::common::statistic::Outcome as StatisticOutcome;
use crate::pb::common::{Count, Estimate, LocalizedText, ScoreLevel, Statistic};
use crate::pb::insight::insight_service_client::InsightServiceClient;
use crate::pb::insight::{
    BreakdownRow, BreakdownRows, GetScorecardRequest, ItemScore, ListScoreBreakdownRequest,
    Release, Scorecard, ScorecardView,
};
use crate::pb::instrument::instrument_service_client::InstrumentServiceClient;
use crate::pb::instrument::{GetInstrumentRequest, Instrument};

/// Statements that are shown at either end.
const STATEMENTS_SHOWN: usize = 3;
/// Width of a bar that stands for everybody.
const BAR_CELLS: usize = 30;
/// Width of a column of the heat map.
const CELL_WIDTH: usize = 15;
/// Fills of the points of a scale from the lowest up, where there are no colours.
const SHADES: [char; 5] = ['.', ':', '+', 'x', '#'];

/// Prints the results of a released wave.
pub(super) async fn show(connection: &Connection, console: Console, wave: &Wave) -> Outcome {
    let mut instruments = InstrumentServiceClient::new(connection.clone());
    let request = GetInstrumentRequest { instrument_id: wave.instrument_id.clone() };
    let instrument = instruments.get_instrument(request).await?.into_inner().instrument;
    let texts = Texts::of(&instrument.unwrap_or_default());

    let mut insight = InsightServiceClient::new(connection.clone());
    let request = GetScorecardRequest {
        wave_id: wave.wave_id.clone(),
        view: ScorecardView::Full.into(),
        ..GetScorecardRequest::default()
    };
    let response = insight.get_scorecard(request).await?.into_inner();
    let (card, release) = (response.scorecard.unwrap_or_default(), response.release);
    headline(console, &card)?;
    let rows = list_rows(&mut insight, wave).await?;
    heat_map(console, &texts, &card, &rows)?;
    statements(console, &texts, &card)?;
    protection(console, &rows, &release.unwrap_or_default())?;
    Ok(())
}

async fn list_rows(
    insight: &mut InsightServiceClient<Connection>,
    wave: &Wave,
) -> Outcome<Vec<BreakdownRow>> {
    let mut rows = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListScoreBreakdownRequest {
            wave_id: wave.wave_id.clone(),
            rows: BreakdownRows::Subtree.into(),
            columns: ScoreLevel::Dimension.into(),
            page_size: PAGE_SIZE,
            page_token,
            ..ListScoreBreakdownRequest::default()
        };
        let page = insight.list_score_breakdown(request).await?.into_inner();
        rows.extend(page.rows);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(rows);
        }
    }
}

/// Titles by key, in the demo's language.
struct Texts(HashMap<String, String>);

impl Texts {
    fn of(instrument: &Instrument) -> Self {
        let text = |text: &Option<LocalizedText>| -> String {
            let text = text.as_ref().and_then(|text| text.by_language.get(LANGUAGE));
            text.cloned().unwrap_or_default()
        };
        let dimensions =
            instrument.dimensions.iter().map(|part| (part.key.clone(), text(&part.title)));
        let items = instrument.items.iter().map(|item| (item.key.clone(), text(&item.text)));
        Self(dimensions.chain(items).collect())
    }

    fn of_key<'a>(&'a self, key: &'a str) -> &'a str {
        self.0.get(key).map_or(key, String::as_str)
    }
}

fn estimate(statistic: Option<&Statistic>) -> Option<&Estimate> {
    match statistic?.outcome.as_ref()? {
        StatisticOutcome::Estimate(estimate) => Some(estimate),
        StatisticOutcome::Suppression(_) => None,
    }
}

fn exact(count: Option<&Count>) -> Option<i32> {
    match count?.outcome.as_ref()? {
        CountOutcome::Exact(count) => Some(*count),
        CountOutcome::AtLeast(_) | CountOutcome::Suppression(_) => None,
    }
}

/// A score with its 95 % interval.
fn with_interval(estimate: &Estimate) -> String {
    match &estimate.interval {
        Some(interval) => {
            format!("{:.1} ({:.1} to {:.1})", estimate.value, interval.lower, interval.upper)
        }
        None => format!("{:.1}", estimate.value),
    }
}

fn headline(console: Console, card: &Scorecard) -> std::io::Result<()> {
    let participation = card.participation.clone().unwrap_or_default();
    let told = |count: Option<&Count>| exact(count).map_or("?".to_owned(), |n| n.to_string());
    let rate = estimate(participation.rate.as_ref())
        .map(|rate| format!(", {:.0} %", rate.value * 100.0))
        .unwrap_or_default();
    let overall = card.overall.as_ref().and_then(|overall| estimate(overall.score.as_ref()));
    console::line(format!(
        "\n{}\n{} of {} invited people answered{rate}.  Fitness index, 0 to 100: {}",
        console.paint(Colour::Bold, "Results (synthetic answers)"),
        told(participation.response_count.as_ref()),
        told(participation.invited_count.as_ref()),
        overall.map_or_else(|| "protected".to_owned(), with_interval),
    ))
}

/// The colour of a score: from orange over grey to blue, which the colour-blind can tell apart.
fn shade(score: f64) -> u8 {
    match score {
        ..45.0 => 166,
        45.0..55.0 => 180,
        55.0..65.0 => 250,
        65.0..75.0 => 110,
        _ => 32,
    }
}

fn heat_map(
    console: Console,
    texts: &Texts,
    card: &Scorecard,
    rows: &[BreakdownRow],
) -> std::io::Result<()> {
    let label = |row: &BreakdownRow| {
        format!("{}{}", "  ".repeat(usize::try_from(row.depth).unwrap_or(0)), row.title)
    };
    let width = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or(0);
    let titles = card.dimensions.iter().map(|dimension| {
        texts.of_key(dimension.target.as_ref().map_or("", |target| target.key.as_str()))
    });
    let titles: Vec<_> = std::iter::once("Overall")
        .chain(titles)
        .map(|title| format!("{title:^CELL_WIDTH$}"))
        .collect();
    let head = titles.join(" ");
    console::line(format!("\n{:width$}  {:>7}  {head}", "", "answers"))?;
    for row in rows {
        let label = label(row);
        let gap = " ".repeat(width - label.chars().count());
        let participation = row.participation.clone().unwrap_or_default();
        let answers = exact(participation.response_count.as_ref());
        let cells: String = row
            .cells
            .iter()
            .map(|cell| {
                let score = estimate(cell.score.as_ref());
                let text = score.map_or("protected".to_owned(), |score| {
                    let half = score
                        .interval
                        .as_ref()
                        .map_or(0.0, |interval| (interval.upper - interval.lower) / 2.0);
                    format!("{:.1} ±{half:.1}", score.value)
                });
                let text = format!("{text:^CELL_WIDTH$}");
                let painted = score.map(|score| console.fill(shade(score.value), &text));
                painted.unwrap_or_else(|| console.paint(Colour::Dim, &text)) + " "
            })
            .collect();
        let answers = answers.map_or("-".to_owned(), |count| count.to_string());
        let label = if row.depth == 0 { console.paint(Colour::Bold, label) } else { label };
        console::line(format!("{label}{gap}  {answers:>7}  {cells}"))?;
    }
    Ok(())
}

fn statements(console: Console, texts: &Texts, card: &Scorecard) -> std::io::Result<()> {
    let mut scored: Vec<_> = card
        .items
        .iter()
        .filter_map(|item| estimate(item.score.as_ref()).map(|score| (score, item)))
        .collect();
    scored.sort_by(|one, other| other.0.value.total_cmp(&one.0.value));
    let shown = STATEMENTS_SHOWN.min(scored.len() / 2);
    let ends = [("Strongest", &scored[..shown]), ("Weakest", &scored[scored.len() - shown..])];
    for (heading, statements) in ends {
        console::line(format!("\n{}", console.paint(Colour::Bold, heading)))?;
        for (score, item) in statements {
            console::line(format!(
                "  {}  {}",
                console.paint(Colour::Cyan, texts.of_key(&item.item_key)),
                with_interval(score),
            ))?;
            console::line(format!("    {}", distribution(console, item)))?;
        }
    }
    let legend = if console.has_colour() {
        "from orange (lowest) to blue (highest)".to_owned()
    } else {
        format!("lowest {} highest", SHADES.iter().collect::<String>())
    };
    console::line(console.paint(Colour::Dim, format!("\n  points of the scale: {legend}")))
}

/// A bar with one piece per point of the scale.
fn distribution(console: Console, item: &ItemScore) -> String {
    let shares: Vec<_> = item
        .distribution
        .iter()
        .filter_map(|point| estimate(point.share.as_ref()).map(|share| share.value))
        .collect();
    if shares.is_empty() {
        return "distribution protected".to_owned();
    }
    let mut bar = String::new();
    let (mut sum, mut drawn) = (0.0, 0);
    for (point, share) in shares.iter().enumerate() {
        sum += share;
        let reached = (0..=BAR_CELLS).rev().find(|cells| at_share(*cells) <= sum).unwrap_or(0);
        let place = point * (SHADES.len() - 1) / (shares.len() - 1).max(1);
        let piece = SHADES[place].to_string().repeat(reached - drawn);
        let colour = [166, 180, 250, 110, 32][place];
        bar.push_str(&if console.has_colour() {
            console.fill(colour, " ".repeat(reached - drawn))
        } else {
            piece
        });
        drawn = reached;
    }
    let percents: Vec<_> = shares.iter().map(|share| format!("{:.0}", share * 100.0)).collect();
    format!("{bar}  {} %", percents.join(" "))
}

/// The share that so many cells of a bar stand for, half a cell before.
fn at_share(cells: usize) -> f64 {
    let cells = u32::try_from(cells).map_or(0.0, f64::from);
    let all = u32::try_from(BAR_CELLS).map_or(1.0, f64::from);
    (cells - 0.5) / all
}

fn protection(console: Console, rows: &[BreakdownRow], release: &Release) -> std::io::Result<()> {
    let audit = release.audit.unwrap_or_default();
    let hidden = rows.iter().filter(|row| {
        row.cells.first().is_some_and(|cell| estimate(cell.score.as_ref()).is_none())
    });
    console::line(format!(
        "\n{}\n  {} of {} units are too small, or would give a small one away, and are not shown.\n  \
         Of {} units with enough answers {} are shown; of {} slices, {}.",
        console.paint(Colour::Bold, "What is protected"),
        hidden.count(),
        rows.len(),
        audit.eligible_unit_count,
        audit.shown_unit_count,
        audit.eligible_slice_count,
        audit.shown_slice_count,
    ))
}
