//! Key sets at hand. A set is asked for again when it is getting old and when a token names a key
//! that it lacks, yet never more than once a minute, so that nobody makes the server pester an
//! issuer. A set that could not be confirmed for an hour counts no longer: without keys no token
//! is good.
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use http::Uri;
use tokio::sync::OnceCell;

use crate::base::clock::Timestamp;
use crate::base::{Error, Result};

use super::credential::refuse;
use super::fetch::{Cause, Fetcher, FileStamp, read_file};
use super::issuer::KeySource;
use super::keyset::KeySet;

/// Least time between two fetches of a key set.
const REFETCH_AFTER: TimeDelta = TimeDelta::minutes(1);
/// Age at which a key set is fetched again although it has the key.
const REFRESH_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Age from which a key set that cannot be confirmed counts no longer.
const STALE_AFTER: TimeDelta = TimeDelta::hours(1);

/// The key sets of all issuers, by where they come from.
#[derive(Debug, Default)]
pub(super) struct KeyCache {
    entries: Mutex<HashMap<KeySource, Arc<Entry>>>,
    fetcher: OnceCell<Arc<Fetcher>>,
}

#[derive(Debug, Default)]
struct Entry {
    held: Mutex<Held>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Held {
    keys: Option<Arc<KeySet>>,
    confirm_time: Option<Timestamp>,
    attempt_time: Option<Timestamp>,
    stamp: Option<FileStamp>,
    failing: bool,
}

/// What to do for a token that names a key.
#[derive(Debug)]
enum Plan {
    /// The set has the key and is young.
    Use(Arc<KeySet>),
    /// The set has the key and is to be fetched again; it serves meanwhile.
    Renew(Arc<KeySet>),
    /// Fetch the set, for there is none or it lacks the key.
    Fetch,
    /// The key is unknown, and the set was asked for a moment ago.
    Refuse,
}

impl Held {
    fn plan(&self, key_id: &str, now: Timestamp) -> Plan {
        let age = self.confirm_time.map(|time| now - time);
        let may_ask = self.attempt_time.is_none_or(|time| now - time >= REFETCH_AFTER);
        let keys = self
            .keys
            .as_ref()
            .filter(|keys| age.is_some_and(|age| age < STALE_AFTER) && keys.knows(key_id));
        let is_due = age.is_none_or(|age| age >= REFRESH_AFTER);
        match keys {
            Some(keys) if is_due && may_ask => Plan::Renew(Arc::clone(keys)),
            Some(keys) => Plan::Use(Arc::clone(keys)),
            None if may_ask => Plan::Fetch,
            None => Plan::Refuse,
        }
    }

    /// Takes over the outcome of a reading: a new set, a confirmation, or a failure, which is
    /// told to the operator when it begins.
    fn settle(
        &mut self,
        outcome: std::result::Result<Option<(KeySet, Option<FileStamp>)>, Cause>,
        source: &dyn std::fmt::Display,
        now: Timestamp,
    ) {
        match outcome {
            Ok(fresh) => {
                if let Some((keys, stamp)) = fresh {
                    self.keys = Some(Arc::new(keys));
                    self.stamp = stamp;
                }
                self.confirm_time = Some(now);
                self.failing = false;
            }
            Err(cause) => {
                if !self.failing {
                    tracing::warn!(
                        key_source = %source,
                        error = %cause,
                        "a key set cannot be read; its tokens are refused when it is an hour old"
                    );
                }
                self.failing = true;
            }
        }
    }
}

impl Entry {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyCache {
    #[cfg(test)]
    fn trusting(fetcher: Fetcher) -> Self {
        Self { entries: Mutex::default(), fetcher: OnceCell::new_with(Some(Arc::new(fetcher))) }
    }

    /// The set of `source` that has the key, or the refusal.
    pub(super) async fn keys(
        &self,
        source: &KeySource,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Arc<KeySet>> {
        let entry = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(entries.entry(source.clone()).or_default())
        };
        match source {
            KeySource::File(path) => keys_of_file(&entry, path, key_id, now).await,
            KeySource::Url(uri) => self.keys_of_url(&entry, uri, key_id, now).await,
        }
    }

    async fn keys_of_url(
        &self,
        entry: &Arc<Entry>,
        uri: &Uri,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Arc<KeySet>> {
        let plan = entry.held().plan(key_id, now);
        let turn = match plan {
            Plan::Use(keys) => return Ok(keys),
            Plan::Renew(keys) => match Arc::clone(&entry.turn).try_lock_owned() {
                Ok(turn) => turn,
                Err(_) => return Ok(keys),
            },
            // Refused only after the fetch that may be under way.
            Plan::Fetch | Plan::Refuse => Arc::clone(&entry.turn).lock_owned().await,
        };
        let plan = entry.held().plan(key_id, now);
        let serving = match plan {
            Plan::Use(keys) => return Ok(keys),
            Plan::Refuse => return Err(unknown_key()),
            Plan::Renew(keys) => Some(keys),
            Plan::Fetch => None,
        };
        let fetcher = self.fetcher().await?;
        entry.held().attempt_time = Some(now);
        let (renewed, uri) = (Arc::clone(entry), uri.clone());
        // The fetch outlives the call that set it off: callers who hang up must not be able to
        // use up the one fetch a minute. It ends by its own time limit.
        let fetch = tokio::runtime::Handle::current().spawn(async move {
            let outcome = fetcher.fetch(&uri).await;
            renewed.held().settle(outcome.map(|keys| Some((keys, None))), &uri, now);
            drop(turn);
        });
        if let Some(keys) = serving {
            return Ok(keys);
        }
        fetch.await.map_err(Error::internal)?;
        let plan = entry.held().plan(key_id, now);
        match plan {
            Plan::Use(keys) | Plan::Renew(keys) => Ok(keys),
            Plan::Fetch | Plan::Refuse => Err(unknown_key()),
        }
    }

    async fn fetcher(&self) -> Result<Arc<Fetcher>> {
        self.fetcher
            .get_or_try_init(|| async { Fetcher::new().map(Arc::new) })
            .await
            .cloned()
            .map_err(Error::internal)
    }
}

/// A file is looked at each time, which costs little, and read when it changed.
async fn keys_of_file(
    entry: &Entry,
    path: &Path,
    key_id: &str,
    now: Timestamp,
) -> Result<Arc<KeySet>> {
    let stamp = entry.held().stamp;
    let outcome =
        read_file(path, stamp).await.map(|fresh| fresh.map(|(keys, stamp)| (keys, Some(stamp))));
    let mut held = entry.held();
    held.settle(outcome, &path.display(), now);
    match held.plan(key_id, now) {
        Plan::Use(keys) | Plan::Renew(keys) => Ok(keys),
        Plan::Fetch | Plan::Refuse => Err(unknown_key()),
    }
}

fn unknown_key() -> Error {
    refuse("the issuer's key set has no such key, or cannot be read")
}

#[cfg(test)]
mod tests;
