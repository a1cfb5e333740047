//! Response tokens: `ort_<organization, wave and secret>`. Organization and wave are part of the
//! token, so that it is looked up inside its own tenant, and a token whose wave is mixed can still be
//! told so. What is stored is a digest of the whole text.
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::base::id::{Id, OrganizationId, WaveId};
use crate::base::{Error, Reason};

/// What every response token begins with.
pub const TOKEN_PREFIX: &str = "ort_";

const ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;
/// Bytes that are kept of a SHA-256.
const DIGEST_BYTES: usize = 16;

/// The first 16 bytes of a SHA-256.
pub type Digest = [u8; DIGEST_BYTES];

/// A token that was shown, taken apart. It does not keep the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The organization that it names.
    pub organization_id: OrganizationId,
    /// The wave that it names.
    pub wave_id: WaveId,
    /// The digest under which it is stored, if it is genuine.
    pub digest: Digest,
}

impl Token {
    /// Reads a token. Every other spelling is refused, so that one token has one text.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.strip_prefix(TOKEN_PREFIX)?.as_bytes()).ok()?;
        if bytes.len() != 2 * ID_BYTES + SECRET_BYTES {
            return None;
        }
        let id = |from: usize| Uuid::from_slice(&bytes[from..from + ID_BYTES]).ok();
        Some(Self {
            organization_id: OrganizationId::from_uuid(id(0)?),
            wave_id: WaveId::from_uuid(id(ID_BYTES)?),
            digest: token_digest(text),
        })
    }

    /// What is kept of a submission: tells a repetition, and nothing about the answers. The token is
    /// part of it, so that digests of two tokens have nothing in common.
    pub fn submission_digest(&self, submission_id: Uuid) -> Digest {
        shortened(
            Sha256::new()
                .chain_update(self.digest)
                .chain_update(submission_id.as_bytes())
                .finalize(),
        )
    }
}

/// Writes a response token of a wave from 32 random bytes.
pub fn write_token(organization_id: OrganizationId, wave_id: WaveId, secret: [u8; 32]) -> String {
    let mut bytes = Vec::with_capacity(2 * ID_BYTES + SECRET_BYTES);
    bytes.extend(organization_id.uuid().as_bytes());
    bytes.extend(wave_id.uuid().as_bytes());
    bytes.extend(secret);
    format!("{TOKEN_PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
}

/// The digest under which a token is stored.
pub fn token_digest(token: &str) -> Digest {
    shortened(Sha256::digest(token))
}

fn shortened(whole: impl Into<[u8; 32]>) -> Digest {
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&whole.into()[..DIGEST_BYTES]);
    digest
}

/// The one refusal of response tokens, whatever is wrong with them.
pub fn token_invalid() -> Error {
    Error::new(
        Reason::ResponseTokenInvalid,
        "send a valid response token as: authorization: Bearer ort_...",
    )
}

/// What the store knows when a token is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The wave was opened and is in this state.
    pub wave: Option<BoxState>,
    /// The wave takes answers at the instant of the call.
    pub in_time: bool,
    /// The token.
    pub token: Option<Known>,
}

/// Where a wave stands for respondents; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub(super) enum BoxState {
    /// Takes answers.
    Open = 1,
    /// Takes none; the answers are sealed.
    Closed = 2,
    /// The answers are mixed, and nothing is left of the tokens.
    Mixed = 3,
    /// Everything was destroyed.
    Cancelled = 4,
}

impl BoxState {
    /// Reads the stored number.
    pub(super) fn from_number(number: i16) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Mixed, Self::Cancelled]
            .into_iter()
            .find(|state| *state as i16 == number)
    }
}

/// A token that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The cell that its answer counts for, once the wave is open.
    pub cell_id: Option<i32>,
    /// It has expired at the instant of the call.
    pub expired: bool,
    /// The submission that spent it.
    pub spent_by: Option<Digest>,
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An answer to this cell.
    Usable(i32),
    /// Nothing: the same submission spent it.
    Repetition,
    /// Nothing: another submission spent it.
    Spent,
    /// Nothing: it is unknown, revoked or expired.
    Invalid,
    /// Nothing: its wave takes no answers.
    NotOpen,
}

impl Standing {
    /// The verdict for a caller who shows the token with a submission, or without one.
    pub(super) fn verdict(&self, submission: Option<Digest>) -> Verdict {
        let Some(token) = self.token else {
            // Tokens are deleted with the mixing, and a genuine one looks like a forged one then.
            return match self.wave {
                Some(BoxState::Mixed | BoxState::Cancelled) => Verdict::NotOpen,
                Some(BoxState::Open | BoxState::Closed) | None => Verdict::Invalid,
            };
        };
        if let Some(spent_by) = token.spent_by {
            return if submission == Some(spent_by) { Verdict::Repetition } else { Verdict::Spent };
        }
        match token.cell_id {
            _ if token.expired => Verdict::Invalid,
            Some(cell_id) if self.in_time && self.wave == Some(BoxState::Open) => {
                Verdict::Usable(cell_id)
            }
            Some(_) | None => Verdict::NotOpen,
        }
    }
}

impl Verdict {
    /// The refusal that the verdict amounts to, if it is one.
    pub(super) fn refusal(self, wave_id: WaveId) -> Option<Error> {
        match self {
            Self::Usable(_) | Self::Repetition => None,
            Self::Spent => Some(Error::new(
                Reason::ResponseTokenSpent,
                "the response token was spent by another submission",
            )),
            Self::Invalid => Some(token_invalid()),
            Self::NotOpen => Some(
                Error::new(
                    Reason::StateConflict,
                    "the wave does not take answers: it is not open yet, or no longer",
                )
                .about(WaveId::RESOURCE_TYPE, wave_id.to_string())
                .with("state", "NOT_OPEN")
                .with("allowedStates", "OPEN"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(organization: u128, wave: u128) -> (OrganizationId, WaveId) {
        (
            OrganizationId::from_uuid(Uuid::from_u128(organization)),
            WaveId::from_uuid(Uuid::from_u128(wave)),
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_no_other_spelling(
            organization in any::<u128>(), wave in any::<u128>(), secret in any::<[u8; 32]>(),
            place in 0_usize..90, other in "[A-Za-z0-9_=.-]",
        ) {
            let (organization_id, wave_id) = ids(organization, wave);
            let text = write_token(organization_id, wave_id, secret);
            prop_assert_eq!(text.len(), 90);
            let token = Token::parse(&text).unwrap();
            prop_assert!(token.organization_id == organization_id && token.wave_id == wave_id);
            prop_assert_eq!(token.digest, token_digest(&text));
            let mut bent = text.clone();
            bent.replace_range(place..=place, &other);
            prop_assume!(bent != text);
            prop_assert!(Token::parse(&bent).is_none_or(|bent| bent.digest != token.digest));
        }

        #[test]
        fn no_text_breaks_the_parser(text in any::<String>()) {
            prop_assert!(Token::parse(&text).is_none());
        }
    }

    #[test]
    fn cut_and_padded_tokens_are_refused() {
        let (organization, wave) = ids(1, 2);
        let text = write_token(organization, wave, [7; 32]);
        for wrong in ["", "ort_", &text[..89], &format!("{text}="), &format!("{text}A"), &text[4..]]
        {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_submission_is_known_again_for_its_token_only() {
        let (organization, wave) = ids(1, 2);
        let token = |secret| Token::parse(&write_token(organization, wave, [secret; 32])).unwrap();
        let (first, second) = (Uuid::from_u128(5), Uuid::from_u128(6));
        assert_eq!(token(1).submission_digest(first), token(1).submission_digest(first));
        assert_ne!(token(1).submission_digest(first), token(1).submission_digest(second));
        assert_ne!(token(1).submission_digest(first), token(2).submission_digest(first));
    }

    #[test]
    fn the_verdict_tells_the_truth_at_every_point() {
        use BoxState::{Cancelled, Closed, Mixed, Open};
        const MINE: Digest = [1; 16];
        let known = |cell_id, expired, spent_by| Some(Known { cell_id, expired, spent_by });
        let fresh = known(Some(3), false, None);
        let rows = [
            // Wave, in time, token; with the submission that may have spent it, and with another.
            (Some(Open), true, fresh, Verdict::Usable(3), Verdict::Usable(3)),
            (Some(Open), false, fresh, Verdict::NotOpen, Verdict::NotOpen),
            (Some(Closed), true, fresh, Verdict::NotOpen, Verdict::NotOpen),
            (None, true, known(None, false, None), Verdict::NotOpen, Verdict::NotOpen),
            (None, true, known(None, true, None), Verdict::Invalid, Verdict::Invalid),
            (Some(Open), true, known(Some(3), true, None), Verdict::Invalid, Verdict::Invalid),
            (
                Some(Open),
                true,
                known(Some(3), true, Some(MINE)),
                Verdict::Repetition,
                Verdict::Spent,
            ),
            (
                Some(Open),
                true,
                known(Some(3), false, Some(MINE)),
                Verdict::Repetition,
                Verdict::Spent,
            ),
            (
                Some(Closed),
                false,
                known(Some(3), false, Some(MINE)),
                Verdict::Repetition,
                Verdict::Spent,
            ),
            (Some(Open), true, None, Verdict::Invalid, Verdict::Invalid),
            (Some(Closed), false, None, Verdict::Invalid, Verdict::Invalid),
            (Some(Mixed), false, None, Verdict::NotOpen, Verdict::NotOpen),
            (Some(Cancelled), false, None, Verdict::NotOpen, Verdict::NotOpen),
            (None, false, None, Verdict::Invalid, Verdict::Invalid),
        ];
        for (wave, in_time, token, mine, other) in rows {
            let standing = Standing { wave, in_time, token };
            assert_eq!(standing.verdict(Some(MINE)), mine, "{standing:?}");
            assert_eq!(standing.verdict(Some([2; 16])), other, "{standing:?}");
        }
    }
}
