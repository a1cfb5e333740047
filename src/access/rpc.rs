//! `orgfit.access.v1.AccessService`.
use tonic::{Request, Response, Status};

use crate::base::id::Id;
use crate::base::idempotency::{self, Claim};
use crate::base::{CallerKind, Db, Permission, wire as base_wire};
use crate::pb::access as pb;
use crate::pb::access::access_service_server::AccessService;

use super::{change_grants, store, wire};

/// The service.
#[derive(Clone, Debug)]
pub struct AccessRpc {
    db: Db,
}

impl AccessRpc {
    /// The service over `db`.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[tonic::async_trait]
impl AccessService for AccessRpc {
    async fn who_am_i(
        &self,
        request: Request<pb::WhoAmIRequest>,
    ) -> Result<Response<pb::WhoAmIResponse>, Status> {
        let (ctx, _) = base_wire::enter(request)?;
        let grants = match ctx.caller.kind {
            CallerKind::Person(person_id) => {
                let mut tx = self.db.read("who_am_i", ctx.scope()).await?;
                store::grant::list_grants_of(&mut tx, person_id).await?
            }
            CallerKind::Client(_) | CallerKind::Operator | CallerKind::Respondent => Vec::new(),
        };
        let caller = Some(wire::caller(&ctx.caller, &grants));
        Ok(Response::new(pb::WhoAmIResponse { caller }))
    }

    async fn list_grants(
        &self,
        request: Request<pb::ListGrantsRequest>,
    ) -> Result<Response<pb::ListGrantsResponse>, Status> {
        let (ctx, message) = base_wire::enter(request)?;
        ctx.caller.require_everywhere(Permission::GrantsRead)?;
        let (filter, page) = wire::parse_list(message)?;
        let mut tx = self.db.read("list_grants", ctx.scope()).await?;
        let key = tx.page_key().await?;
        let after = page.after::<store::grant::GrantKey>(&key, ctx.now)?;
        let grants = store::grant::list_grants(&mut tx, &filter, after, page.fetch()).await?;
        let organization_id = ctx.caller.organization_id.uuid();
        let (grants, next_page_token) = page.finish(&key, ctx.now, grants, |last| {
            let covered = last.unit_id.map_or(organization_id, Id::uuid);
            (last.person_id.uuid(), last.role.number(), covered)
        })?;
        let grants = grants.iter().map(wire::grant).collect();
        Ok(Response::new(pb::ListGrantsResponse { grants, next_page_token }))
    }

    async fn change_grants(
        &self,
        request: Request<pb::ChangeGrantsRequest>,
    ) -> Result<Response<pb::ChangeGrantsResponse>, Status> {
        const METHOD: &str = "orgfit.access.v1.AccessService/ChangeGrants";
        let (ctx, message) = base_wire::enter(request)?;
        ctx.caller.require_everywhere(Permission::GrantsWrite)?;
        let (change, request_id) = wire::parse_change(&message)?;
        let mut tx = self.db.write("change_grants", ctx.scope()).await?;
        let write = match idempotency::claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(base_wire::replayed(response));
            }
        };
        change_grants(&mut tx, &ctx, &change).await?;
        let response = pb::ChangeGrantsResponse {};
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }
}
