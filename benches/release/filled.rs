//! What the wave consists of: its tree, its segments, its cells, its questions, and its answers as a
//! stream that COPY takes.
use orgfit::base::Localized;
use orgfit::base::id::UnitId;
use orgfit::directory::{SegmentDimension, SegmentRole, SegmentValue};
use orgfit::instrument::{Content, Dimension, Facet, Format, Item, Referent, Role};
use orgfit::respondent::{Cell, Promise, Questionnaire};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Teams of each division below the root.
const TEAMS: usize = 36;
/// People of each unit.
pub(crate) const PEOPLE_PER_UNIT: usize = 1_000;
/// Values of the segment dimensions.
pub(crate) const VALUES: [u16; 4] = [4, 5, 3, 3];
const CELLS_PER_UNIT: usize = 180;
const DIMENSIONS: usize = 6;
const ITEMS_PER_FACET: usize = 5;
const LANGUAGE: &str = "en";

fn text(text: &str) -> Localized {
    Localized([(LANGUAGE.to_owned(), text.to_owned())].into())
}

/// Units of a tree: the root, divisions below it, and teams in these.
pub(crate) fn units(divisions: usize) -> usize {
    1 + divisions * (1 + TEAMS)
}

/// Position of the unit above each, parents first, each subtree in one piece.
pub(crate) fn parents(divisions: usize) -> Vec<Option<usize>> {
    let mut parents = vec![None];
    for _ in 0..divisions {
        let division = parents.len();
        parents.push(Some(0));
        parents.extend(std::iter::repeat_n(Some(division), TEAMS));
    }
    parents
}

pub(crate) fn segments() -> Vec<SegmentDimension> {
    let value = |number: u16| SegmentValue {
        key: format!("value_{number}"),
        title: text("Value"),
        retired: false,
        leading: false,
    };
    let dimensions = VALUES.iter().enumerate().map(|(number, values)| SegmentDimension {
        key: format!("dimension_{number}"),
        title: text("Dimension"),
        role: SegmentRole::Other,
        values: (0..*values).map(value).collect(),
    });
    dimensions.collect()
}

/// Five or six people each.
pub(crate) fn cells(units: &[UnitId]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(units.len() * CELLS_PER_UNIT);
    for unit_id in units {
        for number in 0..CELLS_PER_UNIT {
            let mut rest = number;
            let values = VALUES.iter().map(|values| {
                let values = usize::from(*values);
                let value = rest % values;
                rest /= values;
                u16::try_from(value).ok()
            });
            let people = PEOPLE_PER_UNIT / CELLS_PER_UNIT
                + usize::from(number < PEOPLE_PER_UNIT % CELLS_PER_UNIT);
            cells.push(Cell {
                cell_id: i32::try_from(cells.len()).unwrap_or(i32::MAX),
                unit_id: *unit_id,
                unit_name: "Unit".to_owned(),
                values: values.collect(),
                invited: i32::try_from(people).unwrap_or(i32::MAX),
                late: 0,
            });
        }
    }
    cells
}

pub(crate) fn questionnaire() -> Questionnaire {
    let mut content = Content { title: text("Bench"), ..Content::default() };
    for dimension in 0..DIMENSIONS {
        let key = format!("facet_{dimension}");
        for item in 0..ITEMS_PER_FACET {
            content.items.push(Item {
                key: format!("item_{dimension}_{item}"),
                role: Role::Score {
                    facet_key: key.clone(),
                    referent: Referent::OwnUnit,
                    reverse_scored: item == 0,
                    weight: 1,
                },
                text: text("How far do you agree?"),
                format: Format::Rating { minimum: 1, maximum: 5, labels: Vec::new() },
                required: false,
                allow_cannot_judge: true,
                first_wave_number: 1,
            });
        }
        content.dimensions.push(Dimension {
            key: format!("dimension_{dimension}"),
            title: text("Dimension"),
            facets: vec![Facet { key, title: text("Facet"), weight: 1 }],
            weight: 1,
        });
    }
    Questionnaire {
        content,
        form_key: String::new(),
        wave_number: 1,
        language_codes: vec![LANGUAGE.to_owned()],
        default_language_code: LANGUAGE.to_owned(),
        time_zone: "Europe/Zurich".to_owned(),
        promise: Promise {
            minimum_group_size: 5,
            comment_minimum_group_size: 10,
            discloses_individual_participation: false,
            policy_digest: String::new(),
        },
        attributes: Vec::new(),
    }
}

/// Rows of a unit for `COPY … (answer_id, cell_id, answers, …) FROM STDIN`, in text: what comes before
/// and after the cell and the sheet is given.
pub(crate) fn sheets(unit: usize, before: &str, after: &str) -> String {
    use std::fmt::Write;
    let mut random = StdRng::seed_from_u64(unit as u64);
    let mut rows = String::new();
    for person in 0..PEOPLE_PER_UNIT {
        let cell = unit * CELLS_PER_UNIT + person % CELLS_PER_UNIT;
        let id = random.random::<u128>();
        let _ = write!(rows, "{before}\t{id:032x}\t{cell}\t\\\\x");
        let mood: u8 = random.random_range(0..3);
        for _ in 0..DIMENSIONS * ITEMS_PER_FACET {
            let cannot = random.random_range(0..30) == 0;
            let code = if cannot { u8::MAX } else { 1 + mood + random.random_range(0..3) };
            let _ = write!(rows, "{code:02x}");
        }
        rows.push_str(after);
        rows.push('\n');
    }
    rows
}
