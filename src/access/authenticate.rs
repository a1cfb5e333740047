//! Turns what a caller shows into a [`Caller`]. A failure of the credential is the same refusal
//! whatever its cause; a failure of the database stays one, so that callers repeat.
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, OrganizationId};
use crate::base::{Caller, CallerKind, Clock, Db, Result, TenantScope};
use crate::directory;

use super::cache::KeyCache;
use super::credential::{self, Credential, refuse};
use super::issuer;
use super::key::{self, ApiKey, Key};
use super::role;
use super::store;
use super::token::Token;

/// How long noting the use of a key may take, once a day.
const NOTE_TIME_MAX: Duration = Duration::from_secs(1);

/// Checks credentials.
pub struct Authenticator {
    db: Db,
    clock: Arc<dyn Clock>,
    key_sets: KeyCache,
}

impl Authenticator {
    /// One that finds keys, issuers, people and grants in `db`.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { db, clock, key_sets: KeyCache::default() })
    }

    /// Who shows this authorization header. Its work ends by `deadline`.
    pub async fn authenticate(
        &self,
        authorization_header: Option<&str>,
        deadline: Instant,
    ) -> Result<Caller> {
        let now = self.clock.now();
        match credential::parse(authorization_header)? {
            Credential::Key(text) => self.client(text, now, deadline).await,
            Credential::Token(text) => self.person(text, now, deadline).await,
        }
    }

    /// The machine client that a key stands for.
    async fn client(&self, text: &str, now: Timestamp, deadline: Instant) -> Result<Caller> {
        let shown = ApiKey::parse(text).ok_or_else(|| refuse("the key is malformed"))?;
        let scope = TenantScope { organization_id: shown.organization_id, deadline };
        let mut tx = self.db.read("find_key", scope).await?;
        let known = store::client::find_key(&mut tx, shown.key_id).await?;
        drop(tx);
        let known = key::admit(&shown, known, now)?;
        if known.key.is_first_use_of_day(now) {
            self.note_use(&known.key, scope, now).await;
        }
        Ok(Caller {
            organization_id: shown.organization_id,
            kind: CallerKind::Client(known.client.client_id),
            access: known.client.access(),
            client_unit: known.client.unit_id,
            client_name: known.client.name,
            expire_time: known.key.expire_time,
        })
    }

    /// Notes the day of the use. That it could not be noted is no reason to refuse the call.
    async fn note_use(&self, key: &Key, scope: TenantScope, now: Timestamp) {
        let deadline = scope.deadline.min(Instant::now() + NOTE_TIME_MAX);
        let noted = async {
            let mut tx = self.db.write("note_key_use", TenantScope { deadline, ..scope }).await?;
            store::client::update_last_use(&mut tx, key.key_id, now.date_naive()).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the day of a key's use could not be noted");
        }
    }

    /// The person that a token stands for.
    async fn person(&self, text: &str, now: Timestamp, deadline: Instant) -> Result<Caller> {
        let token = Token::parse(text)?;
        // No tenant is known yet, so the look-up runs in none and sees nothing but its function.
        let nobody = OrganizationId::from_uuid(Uuid::nil());
        let scope = TenantScope { organization_id: nobody, deadline };
        let mut tx = self.db.read("find_issuers", scope).await?;
        let issuers = store::issuer::find_issuers(&mut tx, token.issuer()?).await?;
        drop(tx);
        let issuer = issuer::choose(issuers, &token.audiences()?)?;
        let settings = &issuer.settings;
        token.require_fit(settings)?;
        let keys = self.key_sets.keys(&settings.key_source, token.key_id(), now).await?;
        let identity = token.verify(&keys)?.identity(settings, now)?;

        let organization_id = issuer.organization_id;
        let mut tx = self.db.read("find_person", TenantScope { organization_id, deadline }).await?;
        let person_id =
            directory::find_active_person_by_external_id(&mut tx, &identity.external_id)
                .await?
                .ok_or_else(|| refuse("the directory has no such person at work"))?;
        let grants = store::grant::list_grants_of(&mut tx, person_id).await?;
        drop(tx);
        let access = role::access_of(&grants);
        let access = match &identity.scope {
            Some(scope) => role::narrow(access, scope),
            None => access,
        };
        Ok(Caller {
            organization_id,
            kind: CallerKind::Person(person_id),
            client_name: String::new(),
            client_unit: None,
            access,
            expire_time: Some(identity.expire_time),
        })
    }
}
