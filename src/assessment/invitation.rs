//! Invitations: who may answer a wave. Spending a token changes nothing here.
use uuid::Uuid;

use super::wave::{Wave, WaveState};
use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, PersonId, UnitId};
use crate::directory::Segments;

/// Most people, anonymous invitations, or revoked ones of a call.
pub const INVITATIONS_AT_ONCE_MAX: usize = 500;

/// Whom an invitation is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// A person.
    Person(PersonId),
    /// Nobody in particular: whoever gets the token answers for this unit and these segments.
    Anyone {
        /// The unit.
        unit_id: UnitId,
        /// The segment values.
        segments: Segments,
        /// The `request_id` of the call that issued it.
        batch_id: Uuid,
    },
}

/// Whether an invitation holds; the stored numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Standing {
    /// Issued.
    Issued = 1,
    /// Revoked.
    Revoked = 2,
}

impl Standing {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Issued, Self::Revoked].into_iter().find(|standing| standing.number() == number)
    }
}

/// An invitation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Random.
    pub invitation_id: InvitationId,
    /// Whom it is for.
    pub invitee: Invitee,
    /// Issued after the opening.
    pub late: bool,
    /// Whether it holds.
    pub standing: Standing,
    /// When the token stops working; none for the close of the wave.
    pub expire_time: Option<Timestamp>,
    /// The cell that the answer counts for, once the wave is open.
    pub cell_id: Option<i32>,
}

/// What a reader is told of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownState {
    /// Issued.
    Issued,
    /// Revoked, spent or not.
    Revoked,
    /// Expired, or the wave takes no more responses.
    Expired,
}

impl Invitation {
    /// What a reader is told at `now`.
    pub fn state(&self, wave: &Wave, now: Timestamp) -> ShownState {
        let ended = match wave.state {
            WaveState::Draft => false,
            WaveState::Open => wave.is_over(now),
            WaveState::Closed | WaveState::Cancelled => true,
        };
        match self.standing {
            Standing::Revoked => ShownState::Revoked,
            Standing::Issued if ended || self.expire_time.is_some_and(|end| end <= now) => {
                ShownState::Expired
            }
            Standing::Issued => ShownState::Issued,
        }
    }

    /// Issues it again at a time when cells exist or not. One that never got a cell belongs to
    /// nobody's roster yet: in an open wave it is late.
    pub fn renew(&mut self, expire_time: Option<Timestamp>) {
        self.standing = Standing::Issued;
        self.expire_time = expire_time;
    }
}

/// Whether it is told who took part: only where the wave promises it, and only until its answers are
/// mixed.
pub fn discloses(wave: &Wave) -> bool {
    wave.fields.policy.disclose_individual_participation
        && matches!(wave.state, WaveState::Draft | WaveState::Open)
}
