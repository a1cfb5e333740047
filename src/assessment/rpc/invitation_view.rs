//! Invitations between wire and values.
use std::collections::{BTreeSet, HashMap};

use super::super::WaveState;
use super::super::invitation::{Addressee, Invitation, State};
use super::super::wave::Wave;
use crate::base::Check;
use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, PersonId, UnitId};
use crate::base::wire::timestamp;
use crate::directory::{SegmentDimension, Segments};
use crate::pb::assessment as pb;
use crate::pb::common;
use crate::respondent::Cell;

/// Shows the invitations of a wave.
pub(super) struct InvitationViews<'a> {
    wave: &'a Wave,
    cells: &'a [Cell],
    units: &'a HashMap<PersonId, UnitId>,
    now: Timestamp,
}

impl<'a> InvitationViews<'a> {
    /// With the cells of the wave, in their order; before the opening there are none, and `units` has
    /// those of the people.
    pub(super) fn new(
        wave: &'a Wave,
        cells: &'a [Cell],
        units: &'a HashMap<PersonId, UnitId>,
        now: Timestamp,
    ) -> Self {
        Self { wave, cells, units, now }
    }

    /// An invitation; `spent` are those that took part, where the wave discloses it.
    pub(super) fn view(
        &self,
        invitation: &Invitation,
        spent: Option<&BTreeSet<InvitationId>>,
    ) -> pb::Invitation {
        let (unit_id, segments) = self.place(invitation);
        pb::Invitation {
            invitation_id: invitation.invitation_id.to_string(),
            wave_id: invitation.wave_id.to_string(),
            person_id: match invitation.addressee {
                Addressee::Person(person) => person.to_string(),
                Addressee::Nobody { .. } => String::new(),
            },
            unit_id,
            segments,
            late: invitation.late,
            state: self.state(invitation).into(),
            participation: participation(invitation, spent).into(),
            expire_time: invitation
                .expire_time
                .or(self.wave.fields.planned_close_time)
                .map(timestamp),
        }
    }

    fn state(&self, invitation: &Invitation) -> pb::InvitationState {
        let ended = !matches!(self.wave.state, WaveState::Draft | WaveState::Open);
        if invitation.state == State::Revoked {
            pb::InvitationState::Revoked
        } else if ended || invitation.expire_time.is_some_and(|time| time <= self.now) {
            pb::InvitationState::Expired
        } else {
            pb::InvitationState::Issued
        }
    }

    /// What the answer will count for: the cell's unit and values. Before the opening, the unit
    /// of people is that of today.
    fn place(&self, invitation: &Invitation) -> (String, Vec<common::SegmentSelector>) {
        let cell = invitation.cell_id.and_then(|cell| self.cells.get(usize::try_from(cell).ok()?));
        if let Some(cell) = cell {
            let values = self.wave.dimensions().iter().zip(&cell.values);
            let segments = values.filter_map(|(dimension, value)| {
                let value = dimension.values.get(usize::from((*value)?))?;
                Some(selector(&dimension.key, &value.key))
            });
            return (cell.unit_id.to_string(), segments.collect());
        }
        match &invitation.addressee {
            Addressee::Person(person) => {
                let unit = self.units.get(person).map(ToString::to_string);
                (unit.unwrap_or_default(), Vec::new())
            }
            Addressee::Nobody { unit_id, segments } => {
                let segments = segments.iter().map(|(dimension, value)| selector(dimension, value));
                (unit_id.to_string(), segments.collect())
            }
        }
    }
}

fn selector(dimension_key: &str, value_key: &str) -> common::SegmentSelector {
    common::SegmentSelector {
        dimension_key: dimension_key.to_owned(),
        value_key: value_key.to_owned(),
    }
}

fn participation(
    invitation: &Invitation,
    spent: Option<&BTreeSet<InvitationId>>,
) -> pb::ParticipationState {
    match spent {
        None => pb::ParticipationState::Undisclosed,
        Some(spent) if spent.contains(&invitation.invitation_id) => {
            pb::ParticipationState::Completed
        }
        Some(_) => pb::ParticipationState::Pending,
    }
}

/// Whether those who took part are asked for, or those who did not; none for all.
#[expect(clippy::option_option, reason = "the outer one is a violation, as in base::Check")]
pub(super) fn parse_participation(check: &mut Check, asked: i32) -> Option<Option<bool>> {
    match pb::ParticipationState::try_from(asked) {
        Ok(pb::ParticipationState::Unspecified) => Some(None),
        Ok(pb::ParticipationState::Pending) => Some(Some(false)),
        Ok(pb::ParticipationState::Completed) => Some(Some(true)),
        Ok(pb::ParticipationState::Undisclosed) | Err(_) => {
            check.refuse("participation", "must be PENDING or COMPLETED, or left out for all");
            None
        }
    }
}

/// Segment values of a batch, of dimensions that the wave stores, each once.
pub(super) fn parse_segments(
    check: &mut Check,
    selectors: &[common::SegmentSelector],
    stored: &[SegmentDimension],
) -> Option<Segments> {
    let mut segments = Segments::new();
    let mut right = Some(());
    for (position, selector) in selectors.iter().enumerate() {
        let (dimension_key, value_key) = (&selector.dimension_key, &selector.value_key);
        let known = stored.iter().any(|dimension| {
            dimension.key == *dimension_key
                && dimension.values.iter().any(|value| value.key == *value_key && !value.retired)
        });
        let sentence = if !known {
            "must be a value, not retired, of a segment dimension that the wave stores"
        } else if segments.insert(dimension_key.clone(), value_key.clone()).is_some() {
            "repeats a dimension; at most one value per dimension"
        } else {
            continue;
        };
        check.refuse(&format!("anonymous_batch.segments[{position}]"), sentence);
        right = None;
    }
    right.map(|()| segments)
}
