//! Access: whom a credential stands for and what they may do. Machine clients hold API keys that
//! the operator issues; people show access tokens of issuers that the operator trusts, and may do
//! what their grants say.
//!
//! Invariant: no secret is stored, logged or shown a second time, and the tenant of a call comes
//! from its key or from the configuration of its issuer, never from a claim.
mod authenticate;
mod cache;
pub mod client;
mod credential;
mod fetch;
pub mod grant;
pub mod issuer;
mod json;
pub mod key;
mod keyset;
pub mod operator;
pub mod policy;
pub mod role;
mod rpc;
mod store;
mod token;
mod wire;

pub use authenticate::Authenticator;
pub use client::{Client, NewClient};
pub use grant::GrantChange;
pub use issuer::{Algorithm, Issuer, IssuerInput, KeySource, NewIssuer};
pub use key::{KEY_PREFIX, Key, KeyId, KeyText};
pub use operator::{
    IssuedKey, ListedClient, add_issuer, create_client, issue_key, list_clients, list_issuers,
    remove_issuer, revoke_key,
};
pub use role::{Grant, Role};
pub use rpc::AccessRpc;

use crate::base::id::{Id, PersonId, UnitId};
use crate::base::{Context, Error, Permission, Result, Tx};
use crate::directory;
use crate::outbox::{self, EventType};

/// Changes grants, all or none. Adding what is there and removing what is not there is no error.
pub async fn change_grants(tx: &mut Tx, ctx: &Context, change: &GrantChange) -> Result<()> {
    ctx.caller.require_everywhere(Permission::GrantsWrite)?;
    store::grant::lock_grants(tx).await?;
    for person_id in change.receivers() {
        if !directory::is_active_person(tx, person_id).await? {
            return Err(Error::not_found(PersonId::RESOURCE_TYPE, person_id.to_string()));
        }
    }
    for unit_id in change.units() {
        if !directory::unit_exists(tx, unit_id).await? {
            return Err(Error::not_found(UnitId::RESOURCE_TYPE, unit_id.to_string()));
        }
    }
    change.require_administrator(&store::grant::list_administrators(tx).await?)?;
    let removed = store::grant::delete_grants(tx, &change.removed).await?;
    let added = store::grant::insert_grants(tx, &change.added, ctx.now).await?;
    if let Some((person_id, count)) =
        store::grant::find_most_granted(tx, &change.receivers()).await?
    {
        GrantChange::require_room(person_id, count)?;
    }
    if removed + added > 0 {
        let organization_id = ctx.caller.organization_id;
        outbox::append(tx, ctx, EventType::GrantsChanged, organization_id, None).await?;
    }
    Ok(())
}
