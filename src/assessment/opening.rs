//! Decides whether a wave can open, and what opening it freezes. Pure: everything that is known goes
//! in; out come all defects at once, or cells, languages and warnings.
use std::collections::{BTreeSet, HashMap};

use super::cells::{self, Formation, Group, Values};
use super::policy::AnonymityPolicy;
use super::roster::Placed;
use super::wave::Wave;
use crate::base::clock::Timestamp;
use crate::base::error::Defect;
use crate::base::id::{InvitationId, PersonId, UnitId};
use crate::directory::{Organization, SegmentDimension, SegmentScheme, Segments, TreeUnit};
use crate::instrument::{Instrument, State};
use crate::respondent::{Attribute, Cell, Promise, Questionnaire};

/// Most warnings that are told.
pub const WARNINGS_MAX: usize = 1000;

/// Somebody on the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The person; none for nobody in particular.
    pub person_id: Option<PersonId>,
    /// Their unit; none for who is gone.
    pub unit_id: Option<UnitId>,
    /// Their segment values.
    pub segments: Segments,
}

/// All that decides about an opening.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The wave.
    pub wave: &'a Wave,
    /// Key of the instrument that the series uses.
    pub instrument_key: &'a str,
    /// The organization.
    pub organization: &'a Organization,
    /// Its segment scheme.
    pub scheme: &'a SegmentScheme,
    /// The version of the instrument, if there is one.
    pub instrument: Option<&'a Instrument>,
    /// The tree of the scope; empty when the scope is gone.
    pub tree: &'a [TreeUnit],
    /// Everyone who is invited.
    pub roster: &'a [Candidate],
    /// The instant of the opening.
    pub now: Timestamp,
}

/// What deserves a look before a wave opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A unit's own staff are counted with a unit above.
    UnitTooSmall(UnitId),
    /// Not everyone has a value.
    SegmentsIncomplete(String),
    /// A unit is not split by a dimension.
    SegmentDropped(UnitId, String),
}

/// What an opening freezes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Languages offered.
    pub language_codes: Vec<String>,
    /// The stored segment dimensions.
    pub dimensions: Vec<SegmentDimension>,
    /// The cells; none for imported waves.
    pub cells: Vec<Cell>,
    /// The roster with its cells.
    pub placed: Vec<Placed>,
    /// Invitations of people who have left or are no longer in the scope.
    pub left_out: Vec<InvitationId>,
    /// What deserves a look.
    pub warnings: Vec<Warning>,
}

/// Prepares an opening, or lists everything that has to be mended.
pub fn prepare(facts: Facts<'_>) -> Result<Opening, Vec<Defect>> {
    let mut defects = Vec::new();
    let language_codes = check_instrument(facts, &mut defects);
    check_wave(facts, &mut defects);
    let policy = &facts.wave.fields.policy;
    let dimensions = policy.stored_dimensions(facts.scheme).unwrap_or_else(|unknown| {
        let keys = unknown.join(", ");
        let sentence = format!("the segment scheme no longer has: {keys}; change the policy");
        note(&mut defects, "SEGMENT_UNKNOWN", "wave.anonymity_policy", sentence);
        Vec::new()
    });
    let units: HashMap<UnitId, usize> =
        facts.tree.iter().enumerate().map(|(position, unit)| (unit.unit_id, position)).collect();
    let place = |candidate: &Candidate| candidate.unit_id.and_then(|id| units.get(&id).copied());
    let (roster, left_out): (Vec<_>, Vec<_>) =
        facts.roster.iter().partition(|candidate| place(candidate).is_some());
    let groups: Vec<Group> = roster
        .iter()
        .filter_map(|candidate| {
            let values = values_of(&candidate.segments, &dimensions);
            place(candidate).map(|unit| Group { unit, values, count: 1 })
        })
        .collect();
    let formation = form(facts, &groups, &mut defects);
    if !defects.is_empty() {
        return Err(defects);
    }
    let cells = cells_of(&formation, facts.tree);
    let placed = roster.iter().zip(&formation.of_group).map(|(candidate, cell)| Placed {
        invitation_id: candidate.invitation_id,
        person_id: candidate.person_id,
        cell_id: number(*cell),
    });
    Ok(Opening {
        language_codes,
        placed: placed.collect(),
        cells,
        left_out: left_out.iter().map(|candidate| candidate.invitation_id).collect(),
        warnings: warnings(&formation, &groups, facts.tree, &dimensions),
        dimensions,
    })
}

fn note(
    defects: &mut Vec<Defect>,
    kind: &'static str,
    subject: &str,
    description: impl Into<String>,
) {
    defects.push(Defect { kind, subject: subject.to_owned(), description: description.into() });
}

/// Looks at the instrument. Returns the languages that are offered.
fn check_instrument(facts: Facts<'_>, defects: &mut Vec<Defect>) -> Vec<String> {
    const INSTRUMENT: &str = "wave.instrument_id";
    let fields = &facts.wave.fields;
    let Some(instrument) = facts.instrument else {
        note(defects, "INSTRUMENT_UNKNOWN", INSTRUMENT, "there is no such instrument; choose another");
        return Vec::new();
    };
    if instrument.state != State::Published {
        let sentence = "the version must be published and not retired";
        note(defects, "INSTRUMENT_NOT_PUBLISHED", INSTRUMENT, sentence);
    }
    if instrument.key != facts.instrument_key {
        let sentence = "the version must be one of the assessment's instrument";
        note(defects, "INSTRUMENT_KEY_DIFFERS", INSTRUMENT, sentence);
    }
    let form_exists = fields.form_key.is_empty()
        || instrument.content.forms.iter().any(|form| form.key == fields.form_key);
    if !form_exists {
        let sentence = "the instrument has no such form; choose one or leave it empty";
        note(defects, "FORM_UNKNOWN", "wave.form_key", sentence);
    } else if instrument.content.asked_items(&fields.form_key, facts.wave.number).is_empty() {
        let sentence = "the form asks nothing in a wave of this number";
        note(defects, "ITEMS_MISSING", "wave.form_key", sentence);
    }
    let complete = &instrument.complete_languages;
    let missing: Vec<_> =
        fields.language_codes.iter().filter(|code| !complete.contains(code)).cloned().collect();
    if !missing.is_empty() || complete.is_empty() {
        let sentence = format!(
            "the instrument is not complete in: {}; complete it or offer other languages",
            if missing.is_empty() { "any language".to_owned() } else { missing.join(", ") }
        );
        note(defects, "LANGUAGE_INCOMPLETE", "wave.language_codes", sentence);
    }
    if fields.language_codes.is_empty() { complete.clone() } else { fields.language_codes.clone() }
}

/// Looks at what the wave says of itself.
fn check_wave(facts: Facts<'_>, defects: &mut Vec<Defect>) {
    let fields = &facts.wave.fields;
    if facts.tree.is_empty() {
        let sentence = "the unit is deleted; restore it or change the assessment's scope";
        note(defects, "SCOPE_MISSING", "assessment.scope_unit_id", sentence);
    }
    if fields.planned_close_time.is_some_and(|end| end <= facts.now) {
        let sentence = "the planned end is in the past; plan a later one";
        note(defects, "CLOSE_TIME_PASSED", "wave.planned_close_time", sentence);
    }
    if facts.wave.is_imported() && fields.measured_period.is_none() {
        let sentence = "a wave of imported answers needs the days on which they were given";
        note(defects, "PERIOD_MISSING", "wave.measured_period", sentence);
    }
    let organization = facts.organization.settings.privacy_policy;
    if fields.policy.is_weaker_than(&AnonymityPolicy::of_organization(organization)) {
        let sentence = "the organization's privacy policy is stricter by now; raise the wave's";
        note(defects, "ANONYMITY_WEAKENED", "wave.anonymity_policy", sentence);
    }
}

/// Forms the cells of an invited wave.
fn form(facts: Facts<'_>, groups: &[Group], defects: &mut Vec<Defect>) -> Formation {
    const INVITATIONS: &str = "wave.invitations";
    if facts.wave.is_imported() || facts.tree.is_empty() {
        return Formation::default();
    }
    if groups.is_empty() {
        note(defects, "INVITATIONS_MISSING", INVITATIONS, "nobody in the scope is invited");
        return Formation::default();
    }
    let minimum = facts.wave.fields.policy.minimum_group_size;
    let formation = cells::form(&parents(facts.tree), groups, size(minimum));
    formation.unwrap_or_else(|| {
        let sentence = format!("at least {minimum} people in the scope must be invited");
        note(defects, "INVITATIONS_TOO_FEW", INVITATIONS, sentence);
        Formation::default()
    })
}

fn size(minimum: i32) -> usize {
    usize::try_from(minimum).unwrap_or(usize::MAX)
}

fn number(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

/// The units above, by position.
pub fn parents(tree: &[TreeUnit]) -> Vec<Option<usize>> {
    tree.iter().map(|unit| unit.parent).collect()
}

/// Segment values as positions in the stored dimensions.
pub fn values_of(segments: &Segments, dimensions: &[SegmentDimension]) -> Values {
    dimensions
        .iter()
        .map(|dimension| {
            let key = segments.get(&dimension.key)?;
            let position = dimension.values.iter().position(|value| value.key == *key)?;
            u16::try_from(position).ok()
        })
        .collect()
}

/// Formed cells as respondents' side knows them.
pub fn cells_of(formation: &Formation, tree: &[TreeUnit]) -> Vec<Cell> {
    formation
        .cells
        .iter()
        .enumerate()
        .map(|(position, cell)| Cell {
            cell_id: number(position),
            unit_id: tree[cell.unit].unit_id,
            unit_name: tree[cell.unit].display_name.clone(),
            values: cell.values.clone(),
            invited: number(cell.count),
            late: 0,
        })
        .collect()
}

/// What deserves a look, the first of it.
fn warnings(
    formation: &Formation,
    groups: &[Group],
    tree: &[TreeUnit],
    dimensions: &[SegmentDimension],
) -> Vec<Warning> {
    let incomplete: BTreeSet<usize> = groups
        .iter()
        .flat_map(|group| group.values.iter().enumerate())
        .filter(|(_, value)| value.is_none())
        .map(|(dimension, _)| dimension)
        .collect();
    let incomplete = incomplete
        .into_iter()
        .map(|dimension| Warning::SegmentsIncomplete(dimensions[dimension].key.clone()));
    let joined = formation.joined.iter().map(|unit| Warning::UnitTooSmall(tree[*unit].unit_id));
    let dropped = formation.dropped.iter().map(|(unit, dimension)| {
        Warning::SegmentDropped(tree[*unit].unit_id, dimensions[*dimension].key.clone())
    });
    incomplete.chain(joined).chain(dropped).take(WARNINGS_MAX).collect()
}

/// What respondents of the opened wave are asked and promised.
pub fn questionnaire(
    wave: &Wave,
    instrument: Instrument,
    organization: &Organization,
    opening: &Opening,
    policy_digest: String,
) -> Questionnaire {
    let policy = &wave.fields.policy;
    Questionnaire {
        content: instrument.content,
        form_key: wave.fields.form_key.clone(),
        wave_number: wave.number,
        language_codes: opening.language_codes.clone(),
        default_language_code: organization.settings.default_language_code.clone(),
        time_zone: wave.fields.time_zone.name().to_owned(),
        promise: Promise {
            minimum_group_size: policy.minimum_group_size,
            comment_minimum_group_size: policy.comment_minimum_group_size,
            discloses_individual_participation: policy.disclose_individual_participation,
            policy_digest,
        },
        attributes: opening
            .dimensions
            .iter()
            .map(|dimension| Attribute {
                title: dimension.title.clone(),
                values: dimension.values.iter().map(|value| value.title.clone()).collect(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
