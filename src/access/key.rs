//! API keys: `orgfit_<organization and key id>_<secret and checksum>`. The organization is part of
//! the key, so that a key is looked up inside its own tenant and the lookup needs no power over
//! others. The checksum lets scanners of leaked secrets tell a key from noise.
use std::fmt;

use chrono::NaiveDate;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, Id, OrganizationId};
use crate::base::{Error, Reason, Result};

use super::client::Client;
use super::credential::refuse;

/// What every key begins with.
pub const KEY_PREFIX: &str = "orgfit_";
/// Live keys that a client may have: the present one, and the one that is to follow it.
pub const LIVE_KEYS_PER_CLIENT_MAX: usize = 2;

const ORGANIZATION_BYTES: usize = 16;
const KEY_ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;

/// Random bytes that a new key takes.
pub(super) const RANDOM_BYTES: usize = KEY_ID_BYTES + SECRET_BYTES;

/// The public part of a key, in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

impl KeyId {
    /// Reads the hexadecimal form.
    pub fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| Self::from_bytes(&bytes))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// The text of a key. It is shown once, when the key is issued; it cannot be printed by accident.
pub struct KeyText(String);

impl KeyText {
    /// The text, for its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(..)")
    }
}

/// A key taken apart.
pub(super) struct ApiKey {
    pub(super) organization_id: OrganizationId,
    pub(super) key_id: KeyId,
    secret: [u8; SECRET_BYTES],
}

impl ApiKey {
    /// A new key from random bytes.
    pub(super) fn mint(organization_id: OrganizationId, random: &[u8; RANDOM_BYTES]) -> Self {
        let mut key_id = [0; KEY_ID_BYTES];
        let mut secret = [0; SECRET_BYTES];
        key_id.copy_from_slice(&random[..KEY_ID_BYTES]);
        secret.copy_from_slice(&random[KEY_ID_BYTES..]);
        Self { organization_id, key_id: KeyId(key_id), secret }
    }

    /// Reads a key. Every other spelling is refused, so that one key has one text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.strip_prefix(KEY_PREFIX)?.split_once('_')?;
        let head = decode(head)?;
        let (organization, key_id) = head.split_at_checked(ORGANIZATION_BYTES)?;
        let tail = decode(tail)?;
        let (secret, checksum) = tail.split_at_checked(SECRET_BYTES)?;
        let key = Self {
            organization_id: OrganizationId::from_uuid(Uuid::from_slice(organization).ok()?),
            key_id: KeyId::from_bytes(key_id)?,
            secret: secret.try_into().ok()?,
        };
        (checksum == key.checksum()).then_some(key)
    }

    /// The text to hand out.
    pub(super) fn text(&self) -> KeyText {
        let mut tail = self.secret.to_vec();
        tail.extend(self.checksum());
        KeyText(format!("{}{}", self.head(), encode(&tail)))
    }

    /// What the store keeps of the secret.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    fn head(&self) -> String {
        let mut head = self.organization_id.uuid().as_bytes().to_vec();
        head.extend(self.key_id.0);
        format!("{KEY_PREFIX}{}_", encode(&head))
    }

    /// CRC-32 over everything before it: the text up to the secret, and the secret's bytes.
    fn checksum(&self) -> [u8; CHECKSUM_BYTES] {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.head().as_bytes());
        hasher.update(&self.secret);
        hasher.finalize().to_be_bytes()
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()
}

/// What is known of an issued key.
#[derive(Clone, Debug)]
pub struct Key {
    /// The public part.
    pub key_id: KeyId,
    /// Whose it is.
    pub client_id: ClientId,
    /// When it was issued.
    pub create_time: Timestamp,
    /// When it ends by itself.
    pub expire_time: Option<Timestamp>,
    /// When it was revoked.
    pub revoke_time: Option<Timestamp>,
    /// Last day in UTC on which it was used.
    pub last_use_date: Option<NaiveDate>,
}

impl Key {
    /// Whether it can be used at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoke_time.is_none() && self.expire_time.is_none_or(|end| now < end)
    }

    /// Whether its use at `now` is the first one of the day.
    pub(super) fn is_first_use_of_day(&self, now: Timestamp) -> bool {
        self.last_use_date.is_none_or(|date| date < now.date_naive())
    }
}

/// A key as the store has it.
pub(super) struct KnownKey {
    pub(super) key: Key,
    pub(super) secret_digest: Vec<u8>,
    pub(super) client: Client,
}

/// Accepts the secret, or refuses it. An unknown key is compared with a digest that no secret has,
/// so that its refusal takes as long as that of a wrong secret.
pub(super) fn admit(shown: &ApiKey, known: Option<KnownKey>, now: Timestamp) -> Result<KnownKey> {
    let digest = shown.digest();
    let expected = known.as_ref().map_or(&[0; 32][..], |known| &known.secret_digest);
    let matches = bool::from(digest.as_slice().ct_eq(expected));
    match known {
        Some(known) if matches && known.key.is_live(now) => Ok(known),
        Some(_) if matches => Err(refuse("the key is revoked or expired")),
        Some(_) => Err(refuse("the secret of the key is wrong")),
        None => Err(refuse("there is no such key")),
    }
}

/// Refuses a further key for a client that has enough of them.
pub(super) fn require_room<'k>(
    keys: impl IntoIterator<Item = &'k Key>,
    now: Timestamp,
) -> Result<()> {
    let live = keys.into_iter().filter(|key| key.is_live(now)).count();
    if live < LIVE_KEYS_PER_CLIENT_MAX {
        return Ok(());
    }
    Err(Error::new(
        Reason::LimitReached,
        format!(
            "a client has at most {LIVE_KEYS_PER_CLIENT_MAX} live keys; revoke the one that is no longer used, then issue another"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::base::clock::{Clock, FakeClock};

    const RANDOM: [u8; RANDOM_BYTES] = [0x5a; RANDOM_BYTES];

    fn organization() -> OrganizationId {
        OrganizationId::from_uuid(Uuid::from_u128(0x0123_4567))
    }

    fn start() -> Timestamp {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn key(expire_time: Option<Timestamp>, revoke_time: Option<Timestamp>) -> Key {
        Key {
            key_id: KeyId([1; KEY_ID_BYTES]),
            client_id: ClientId::from_uuid(Uuid::from_u128(2)),
            create_time: start(),
            expire_time,
            revoke_time,
            last_use_date: None,
        }
    }

    proptest! {
        #[test]
        fn a_key_is_read_back(organization in any::<u128>(), random in any::<[u8; 32]>(), id in any::<[u8; 8]>()) {
            let organization = OrganizationId::from_uuid(Uuid::from_u128(organization));
            let mut bytes = [0; RANDOM_BYTES];
            bytes[..8].copy_from_slice(&id);
            bytes[8..].copy_from_slice(&random);
            let key = ApiKey::mint(organization, &bytes);
            let read = ApiKey::parse(key.text().expose()).unwrap();
            prop_assert_eq!(read.organization_id, organization);
            prop_assert_eq!(read.key_id, key.key_id);
            prop_assert_eq!(read.secret, key.secret);
            prop_assert_eq!(KeyId::parse(&key.key_id.to_string()), Some(key.key_id));
        }

        #[test]
        fn one_changed_character_is_noticed(random in any::<[u8; 32]>(), position in 0..105_usize, by in 1..26_u8) {
            let mut bytes = RANDOM;
            bytes[8..].copy_from_slice(&random);
            let text = ApiKey::mint(organization(), &bytes).text();
            let mut changed = text.expose().as_bytes().to_vec();
            let old = changed[position];
            changed[position] = if old.is_ascii_lowercase() { b'a' + (old - b'a' + by) % 26 } else { b'a' };
            prop_assert!(ApiKey::parse(std::str::from_utf8(&changed).unwrap()).is_none());
        }

        #[test]
        fn no_text_breaks_the_parser(text in any::<String>(), tail in "[a-z2-7]{0,60}") {
            let _ = ApiKey::parse(&text);
            let text = format!("{KEY_PREFIX}{text}_{tail}");
            prop_assert!(ApiKey::parse(&text).is_none());
        }
    }

    #[test]
    fn other_spellings_of_a_key_are_refused() {
        let text = ApiKey::mint(organization(), &RANDOM).text();
        let text = text.expose();
        assert_eq!(text.len(), 105);
        assert!(ApiKey::parse(text).is_some());
        for other in [
            text.to_uppercase(),
            format!("{text}a"),
            format!("{text}="),
            format!(" {text}"),
            text.replacen("orgfit_", "orgfit__", 1),
            text.replacen(&text[7..8], &text[7..8].to_uppercase(), 1),
            text[..104].to_owned(),
        ] {
            assert!(other == text || ApiKey::parse(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let text = ApiKey::mint(organization(), &RANDOM).text();
        assert_eq!(format!("{text:?}"), "KeyText(..)");
    }

    #[test]
    fn a_key_ends_at_its_instant_and_when_it_is_revoked() {
        let clock = FakeClock::new(start());
        let shown = ApiKey::mint(organization(), &RANDOM);
        let digest = shown.digest();
        let expiring = key(Some(start() + Duration::from_mins(1)), None);
        let admitted = |key: &Key, digest: &[u8]| {
            let client = Client {
                client_id: key.client_id,
                name: "hr".to_owned(),
                permissions: BTreeSet::new(),
                unit_id: None,
                create_time: start(),
            };
            let known = KnownKey { key: key.clone(), secret_digest: digest.to_vec(), client };
            admit(&shown, Some(known), clock.now()).map(|_| ()).map_err(|error| error.reason())
        };
        assert_eq!(admitted(&expiring, &digest), Ok(()));
        assert_eq!(admitted(&key(None, Some(start())), &digest), Err(Reason::CredentialInvalid));
        assert_eq!(admitted(&expiring, &[0; 32]), Err(Reason::CredentialInvalid));
        assert_eq!(admitted(&expiring, &[]), Err(Reason::CredentialInvalid));
        assert!(admit(&shown, None, clock.now()).is_err());
        clock.advance(Duration::from_mins(1));
        assert_eq!(admitted(&expiring, &digest), Err(Reason::CredentialInvalid));
        assert_eq!(admitted(&key(None, None), &digest), Ok(()));
    }

    #[test]
    fn a_client_has_two_live_keys_and_those_that_ended_do_not_count() {
        let now = start() + Duration::from_secs(10);
        let live = key(None, None);
        let expired = key(Some(start()), None);
        let revoked = key(None, Some(start()));
        assert!(require_room([&live, &expired, &revoked], now).is_ok());
        let error = require_room([&live, &expired, &live], now).unwrap_err();
        assert_eq!(error.reason(), Reason::LimitReached);
        assert!(error.message().contains("revoke"));
    }

    #[test]
    fn use_is_noted_once_a_day() {
        let mut key = key(None, None);
        assert!(key.is_first_use_of_day(start()));
        key.last_use_date = Some(start().date_naive());
        assert!(!key.is_first_use_of_day(start()));
        assert!(key.is_first_use_of_day(start() + Duration::from_hours(24)));
        // A clock that was set back does not move the day back.
        assert!(!key.is_first_use_of_day(start() - Duration::from_hours(48)));
    }
}
