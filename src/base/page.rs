//! Pages of lists: sizes, and tokens that are sealed. A token holds the last key of its page,
//! encrypted and authenticated with a key of the tenant, together with a digest of the query and
//! the time of issue; it grants nothing, since each page is authorized afresh.
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use data_encoding::BASE64URL_NOPAD;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::check::Check;
use super::clock::Timestamp;
use super::error::{Error, Reason, Result};

/// Size of a page when none is asked for.
pub const PAGE_SIZE_DEFAULT: i32 = 50;
/// Largest page; more is taken as this much.
pub const PAGE_SIZE_MAX: i32 = 500;
/// How long a token can be used.
pub const TOKEN_AGE_MAX: Duration = Duration::from_hours(72);
/// Length of a tenant's key, in bytes.
pub const PAGE_KEY_BYTES: usize = 32;

const NONCE_BYTES: usize = 12;

/// A tenant's secret for sealing tokens.
pub struct PageKey(RandomizedNonceKey);

impl PageKey {
    /// Takes the stored secret of a tenant.
    pub fn new(secret: &[u8]) -> Result<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, secret)
            .map(Self)
            .map_err(|_| Error::internal("the tenant's page key has the wrong length"))
    }
}

/// What a list was asked for.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Most entries to return.
    pub size: i64,
    token: String,
    query: [u8; 32],
}

impl PageRequest {
    /// Reads `page_size` and `page_token`. `query` is the request without the two, so that a
    /// token works only with otherwise equal arguments, and `method` keeps lists apart.
    pub fn parse(
        check: &mut Check,
        method: &str,
        query: &impl Message,
        page_size: i32,
        page_token: &str,
    ) -> Option<Self> {
        if page_size < 0 {
            check.refuse("page_size", "must not be negative; 0 means 50");
            return None;
        }
        let size = if page_size == 0 { PAGE_SIZE_DEFAULT } else { page_size.min(PAGE_SIZE_MAX) };
        let mut digest = Sha256::new();
        digest.update(method.as_bytes());
        digest.update([0]);
        digest.update(query.encode_to_vec());
        Some(Self {
            size: i64::from(size),
            token: page_token.to_owned(),
            query: digest.finalize().into(),
        })
    }

    /// One more than a page holds: the extra row tells that there is a next page.
    pub fn fetch(&self) -> i64 {
        self.size + 1
    }

    /// The last key of the page before, or `None` on the first page.
    pub fn after<K: DeserializeOwned>(&self, key: &PageKey, now: Timestamp) -> Result<Option<K>> {
        if self.token.is_empty() {
            return Ok(None);
        }
        self.open(key, now).map(Some).ok_or_else(|| {
            Error::new(
                Reason::PageTokenInvalid,
                "page_token is malformed, older than 3 days, or of another query; start from the first page",
            )
        })
    }

    fn open<K: DeserializeOwned>(&self, key: &PageKey, now: Timestamp) -> Option<K> {
        let mut sealed = BASE64URL_NOPAD.decode(self.token.as_bytes()).ok()?;
        let nonce: [u8; NONCE_BYTES] = sealed.get(..NONCE_BYTES)?.try_into().ok()?;
        let sealed = sealed.get_mut(NONCE_BYTES..)?;
        let plain =
            key.0.open_in_place(Nonce::from(&nonce), Aad::from(&self.query), sealed).ok()?;
        let (issued, last): (i64, K) = serde_json::from_slice(plain).ok()?;
        let age = now.timestamp().checked_sub(issued)?;
        (age <= i64::try_from(TOKEN_AGE_MAX.as_secs()).ok()?).then_some(last)
    }

    /// Cuts the extra row off and seals the key of the last row that stays. The token is empty
    /// on the last page.
    pub fn finish<T, K: Serialize>(
        &self,
        key: &PageKey,
        now: Timestamp,
        mut rows: Vec<T>,
        key_of: impl FnOnce(&T) -> K,
    ) -> Result<(Vec<T>, String)> {
        let size = usize::try_from(self.size).map_err(Error::internal)?;
        if rows.len() <= size {
            return Ok((rows, String::new()));
        }
        rows.truncate(size);
        let Some(last) = rows.last() else { return Ok((rows, String::new())) };
        let mut sealed =
            serde_json::to_vec(&(now.timestamp(), key_of(last))).map_err(Error::internal)?;
        let nonce = key
            .0
            .seal_in_place_append_tag(Aad::from(&self.query), &mut sealed)
            .map_err(|_| Error::internal("a page token could not be sealed"))?;
        let mut token = nonce.as_ref().to_vec();
        token.extend(sealed);
        Ok((rows, BASE64URL_NOPAD.encode(&token)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn request(query: &str, token: &str) -> PageRequest {
        let mut check = Check::new();
        PageRequest::parse(&mut check, "List", &query.to_owned(), 2, token).unwrap()
    }

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn token(key: &PageKey) -> String {
        request("q", "").finish(key, now(), vec![1, 2, 3], |last| *last).unwrap().1
    }

    #[test]
    fn the_next_page_goes_on_after_the_last_key() {
        let key = PageKey::new(&[7; 32]).unwrap();
        let (rows, token) =
            request("q", "").finish(&key, now(), vec![1, 2, 3], |last| *last).unwrap();
        assert_eq!(rows, [1, 2]);
        assert_eq!(request("q", &token).after::<i32>(&key, now()).unwrap(), Some(2));
        let (rows, token) =
            request("q", &token).finish(&key, now(), vec![3], |last| *last).unwrap();
        assert_eq!((rows, token.as_str()), (vec![3], ""));
    }

    #[test]
    fn a_token_of_another_query_tenant_or_week_is_refused() {
        let key = PageKey::new(&[7; 32]).unwrap();
        let token = token(&key);
        let other = PageKey::new(&[8; 32]).unwrap();
        let late = now() + TOKEN_AGE_MAX + Duration::from_secs(1);
        assert!(request("other", &token).after::<i32>(&key, now()).is_err());
        assert!(request("q", &token).after::<i32>(&other, now()).is_err());
        assert!(request("q", &token).after::<i32>(&key, late).is_err());
        assert!(request("q", &token).after::<i32>(&key, now() + TOKEN_AGE_MAX).is_ok());
    }

    proptest! {
        #[test]
        fn a_changed_token_is_refused(position in 0usize..60, bit in 0u8..6) {
            let key = PageKey::new(&[7; 32]).unwrap();
            let token = token(&key);
            let mut bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
            let position = position % bytes.len();
            bytes[position] ^= 1 << bit;
            let forged = BASE64URL_NOPAD.encode(&bytes);
            prop_assert!(request("q", &forged).after::<i32>(&key, now()).is_err());
        }

        #[test]
        fn any_text_is_refused(text in ".{1,80}") {
            let key = PageKey::new(&[7; 32]).unwrap();
            prop_assert!(request("q", &text).after::<i32>(&key, now()).is_err());
        }
    }
}
