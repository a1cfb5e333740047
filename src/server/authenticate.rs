//! From a credential to a caller, and from a caller to the right to call the method at all. Behind
//! this layer every call has a context, and no call carries its credential any more.
use std::sync::Arc;
use std::time::Instant;

use http::header::AUTHORIZATION;
use tonic::Status;

use super::deadline::{CallDeadline, UNARY_DEFAULT};
use super::handler::{Call, Handler, Reply, Stage};
use super::methods::Methods;
use super::respondent;
use crate::access::policy::Principal;
use crate::access::{Authenticator, policy};
use crate::base::context::IdSource;
use crate::base::id::Id;
use crate::base::{Caller, Clock, Context, Error, Reason, Result};

/// The layer.
pub struct Authenticate {
    authenticator: Arc<Authenticator>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Authenticate {
    /// A layer that asks `authenticator`, and gives contexts their time and their identifiers.
    pub fn new(
        authenticator: Arc<Authenticator>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { authenticator, clock, ids }
    }

    async fn enter(&self, call: &mut Call) -> Result<Context> {
        let policy = Methods::called(call)
            .and_then(|method| policy::of(&method.name))
            .ok_or_else(|| Error::new(Reason::MethodUnknown, "there is no such method"))?;
        let deadline = call
            .extensions()
            .get::<CallDeadline>()
            .map_or_else(|| Instant::now() + UNARY_DEFAULT, |deadline| deadline.0);
        if policy.principal == Principal::Respondent {
            return self.enter_respondent(call, policy, deadline);
        }
        let mut credential = call.headers_mut().remove(AUTHORIZATION);
        if let Some(credential) = &mut credential {
            credential.set_sensitive(true);
        }
        // A header that is no text is no credential.
        let text = credential.as_ref().and_then(|value| value.to_str().ok());
        let caller = self.authenticator.authenticate(text, deadline).await?;
        tracing::Span::current()
            .record("tenant.id", tracing::field::display(caller.organization_id.uuid()));
        policy::authorize(policy, Some(&caller))?;
        Ok(Context::new(Arc::new(caller), self.clock.now(), deadline, self.ids.clone()))
    }
}

impl Authenticate {
    /// Lets a respondent in, of whom nothing is noted. Whether the token is good is seen when it is used.
    fn enter_respondent(
        &self,
        call: &mut Call,
        policy: &policy::Policy,
        deadline: Instant,
    ) -> Result<Context> {
        let token = respondent::take_token(call.headers_mut())?;
        let caller = Caller::respondent(token.organization_id);
        policy::authorize(policy, Some(&caller))?;
        call.extensions_mut().insert(token);
        Ok(Context::new(Arc::new(caller), self.clock.now(), deadline, self.ids.clone()))
    }
}

impl Stage for Authenticate {
    async fn handle(self: Arc<Self>, mut call: Call, next: Handler) -> Reply {
        match self.enter(&mut call).await {
            Ok(context) => {
                call.extensions_mut().insert(context);
                next.answer(call).await
            }
            Err(error) => Status::from(error).into_http(),
        }
    }
}
