//! What the operator's command line does here: credentials are made by whoever runs the engine,
//! and by nobody over the network.
use rand::TryRngCore;
use rand::rngs::OsRng;

use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, Id, IssuerId, UnitId};
use crate::base::{Context, Error, Reason, Result, Tx};
use crate::directory;

use super::client::{Client, NewClient};
use super::issuer::{Issuer, NewIssuer};
use super::key::{self, ApiKey, Key, KeyId, KeyText, RANDOM_BYTES};
use super::store;

/// Most machine clients of an organization.
pub const CLIENTS_PER_ORGANIZATION_MAX: usize = 1_000;
/// Most trusted issuers of an organization.
pub const ISSUERS_PER_ORGANIZATION_MAX: usize = 20;

/// A client with all keys that were ever issued to it.
#[derive(Clone, Debug)]
pub struct ListedClient {
    /// The client.
    pub client: Client,
    /// Its keys, the oldest first.
    pub keys: Vec<Key>,
}

/// A key that was just issued.
#[derive(Debug)]
pub struct IssuedKey {
    /// What is kept of it.
    pub key: Key,
    /// The key itself, which nobody can show again.
    pub text: KeyText,
}

/// Creates a machine client. It has no key yet.
pub async fn create_client(tx: &mut Tx, ctx: &Context, new: NewClient) -> Result<Client> {
    store::client::lock_clients(tx).await?;
    let clients = store::client::list_clients(tx).await?;
    require_room(clients.len(), CLIENTS_PER_ORGANIZATION_MAX, "machine clients")?;
    if clients.iter().any(|client| client.name == new.name) {
        return Err(Error::invalid_field(
            "name",
            "is the name of another client; choose another one",
        ));
    }
    if let Some(unit_id) = new.unit_id
        && !directory::unit_exists(tx, unit_id).await?
    {
        return Err(Error::not_found(UnitId::RESOURCE_TYPE, unit_id.to_string()));
    }
    let client = Client {
        client_id: ctx.new_id(),
        name: new.name,
        permissions: new.permissions,
        unit_id: new.unit_id,
        create_time: ctx.now,
    };
    store::client::insert_client(tx, &client).await?;
    Ok(client)
}

/// Issues a key for a client. Its text is in the result and nowhere else.
pub async fn issue_key(
    tx: &mut Tx,
    ctx: &Context,
    client_id: ClientId,
    expire_time: Option<Timestamp>,
) -> Result<IssuedKey> {
    if expire_time.is_some_and(|end| end <= ctx.now) {
        return Err(Error::invalid_field("expire_time", "must be in the future"));
    }
    store::client::lock_clients(tx).await?;
    let clients = store::client::list_clients(tx).await?;
    if !clients.iter().any(|client| client.client_id == client_id) {
        return Err(Error::not_found(ClientId::RESOURCE_TYPE, client_id.to_string()));
    }
    let keys = store::client::list_keys(tx).await?;
    key::require_room(keys.iter().filter(|key| key.client_id == client_id), ctx.now)?;
    let mut random = [0; RANDOM_BYTES];
    OsRng.try_fill_bytes(&mut random).map_err(Error::internal)?;
    let secret = ApiKey::mint(ctx.caller.organization_id, &random);
    let key = Key {
        key_id: secret.key_id,
        client_id,
        create_time: ctx.now,
        expire_time,
        revoke_time: None,
        last_use_date: None,
    };
    store::client::insert_key(tx, &key, &secret.digest()).await?;
    Ok(IssuedKey { key, text: secret.text() })
}

/// Lists the machine clients by name, with their keys.
pub async fn list_clients(tx: &mut Tx, _ctx: &Context) -> Result<Vec<ListedClient>> {
    let clients = store::client::list_clients(tx).await?;
    let keys = store::client::list_keys(tx).await?;
    Ok(clients
        .into_iter()
        .map(|client| {
            let own = |key: &&Key| key.client_id == client.client_id;
            ListedClient { keys: keys.iter().filter(own).cloned().collect(), client }
        })
        .collect())
}

/// Revokes a key, at once. Revoking it again changes nothing.
pub async fn revoke_key(tx: &mut Tx, ctx: &Context, key_id: KeyId) -> Result<()> {
    if store::client::revoke_key(tx, key_id, ctx.now).await? {
        Ok(())
    } else {
        Err(Error::not_found("key", key_id.to_string()))
    }
}

/// Trusts an issuer. No other configuration, of whatever organization, may have the same issuer
/// and audience: a token must not leave open whose it is.
pub async fn add_issuer(tx: &mut Tx, ctx: &Context, new: NewIssuer) -> Result<Issuer> {
    store::issuer::lock_issuers(tx).await?;
    let configured = store::issuer::list_issuers(tx).await?.len();
    require_room(configured, ISSUERS_PER_ORGANIZATION_MAX, "trusted issuers")?;
    let namesakes = store::issuer::find_issuers(tx, &new.issuer).await?;
    if namesakes.iter().any(|other| other.settings.audience == new.audience) {
        return Err(Error::invalid_field(
            "audience",
            "is configured for this issuer already; each organization needs an audience of its own",
        ));
    }
    let issuer = Issuer {
        issuer_id: ctx.new_id(),
        organization_id: ctx.caller.organization_id,
        settings: new,
        create_time: ctx.now,
    };
    store::issuer::insert_issuer(tx, &issuer).await?;
    Ok(issuer)
}

/// Lists the trusted issuers.
pub async fn list_issuers(tx: &mut Tx, _ctx: &Context) -> Result<Vec<Issuer>> {
    store::issuer::list_issuers(tx).await
}

/// Trusts an issuer no longer, at once.
pub async fn remove_issuer(tx: &mut Tx, _ctx: &Context, issuer_id: IssuerId) -> Result<()> {
    if store::issuer::delete_issuer(tx, issuer_id).await? {
        Ok(())
    } else {
        Err(Error::not_found(IssuerId::RESOURCE_TYPE, issuer_id.to_string()))
    }
}

fn require_room(count: usize, max: usize, what: &str) -> Result<()> {
    if count < max {
        return Ok(());
    }
    Err(Error::new(Reason::LimitReached, format!("an organization has at most {max} {what}")))
}
