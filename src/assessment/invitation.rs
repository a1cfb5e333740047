//! Invitations: who may answer, and how often they were asked. Spending a token changes nothing here.
use std::collections::BTreeMap;

use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, PersonId, UnitId, WaveId};
use crate::base::{Check, Error, Reason, Result};

/// Most people of one call, and most tokens of a batch.
pub const ISSUED_AT_ONCE_MAX: usize = 500;

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Identifier; random.
    pub invitation_id: InvitationId,
    /// The wave.
    pub wave_id: WaveId,
    /// Who is invited.
    pub addressee: Addressee,
    /// Issued after the opening.
    pub late: bool,
    /// Where it stands.
    pub state: State,
    /// Cell that the answer will count for; none before the opening.
    pub cell_id: Option<i32>,
    /// When the token stops working; none for the close of the wave.
    pub expire_time: Option<Timestamp>,
}

/// Who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// A person.
    Person(PersonId),
    /// Nobody in particular, for a kiosk or letters on paper.
    Nobody {
        /// Unit that the answer will count for, as own staff.
        unit_id: UnitId,
        /// Segment values that the answer will count for.
        segments: BTreeMap<String, String>,
    },
}

/// State of an invitation; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum State {
    /// Issued.
    Issued = 1,
    /// Revoked; whether the token had been spent is not told.
    Revoked = 2,
}

impl State {
    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Issued, Self::Revoked].into_iter().find(|state| *state as i16 == number)
    }
}

/// Somebody of the roster, as they are today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The unit.
    pub unit_id: UnitId,
    /// Segment values by dimension key.
    pub segments: BTreeMap<String, String>,
}

/// Checks when tokens stop working: after now, and no later than the wave.
pub fn parse_expire_time(
    check: &mut Check,
    asked: Option<Timestamp>,
    now: Timestamp,
    close: Option<Timestamp>,
) -> Option<Option<Timestamp>> {
    let Some(time) = asked else { return Some(None) };
    if time <= now {
        check.refuse("expire_time", "must be in the future");
        return None;
    }
    if close.is_some_and(|close| time > close) {
        check.refuse("expire_time", "must not be after the planned close of the wave");
        return None;
    }
    Some(Some(time))
}

/// Checks the number of a batch: from the minimum group size to 500.
pub fn parse_batch_count(check: &mut Check, count: i32, minimum: i32) -> Option<usize> {
    let limit = i32::try_from(ISSUED_AT_ONCE_MAX).unwrap_or(i32::MAX);
    let count = check.number("anonymous_batch.count", count, minimum..=limit)?;
    usize::try_from(count).ok()
}

/// No cell of the wave fits somebody who is invited after the opening.
pub fn no_cell() -> Error {
    Error::new(
        Reason::StateConflict,
        "no group that the open wave formed fits this unit and these segment values; invite them to the next wave",
    )
}

/// A batch's request id was used for another one.
pub fn other_batch() -> Result<()> {
    Err(Error::new(
        Reason::RequestIdReused,
        "this request_id was used for another batch; make a new one for each",
    ))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn tokens_stop_between_now_and_the_close() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |hours| now + TimeDelta::hours(hours);
        let parse = |asked, close| {
            let mut check = Check::new();
            parse_expire_time(&mut check, asked, now, close)
        };
        assert_eq!(parse(None, None), Some(None));
        assert_eq!(parse(Some(at(1)), None), Some(Some(at(1))));
        assert_eq!(parse(Some(at(1)), Some(at(1))), Some(Some(at(1))));
        assert_eq!(parse(Some(at(2)), Some(at(1))), None);
        assert_eq!(parse(Some(now), None), None);
    }

    #[test]
    fn a_batch_hides_whoever_uses_it() {
        let parse = |count| parse_batch_count(&mut Check::new(), count, 5);
        assert_eq!((parse(4), parse(5), parse(500), parse(501)), (None, Some(5), Some(500), None));
    }
}
