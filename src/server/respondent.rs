//! The credential of respondents: a response token and nothing else. A frontend that lets any other
//! identity slip through is told at once, so that it is mended before it has told anybody who answers.
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::access::KEY_PREFIX;
use crate::base::{Error, Reason, Result};
use crate::respondent::{TOKEN_PREFIX, Token, token_invalid};

/// Headers in which frontends, gateways and proxies tell who calls.
const IDENTITY_HEADERS: &[&str] = &[
    "cookie",
    "proxy-authorization",
    "x-api-key",
    "x-auth-token",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-forwarded-access-token",
    "x-forwarded-client-cert",
    "x-forwarded-email",
    "x-forwarded-user",
    "x-remote-user",
    "x-amzn-oidc-data",
    "x-goog-iap-jwt-assertion",
    "x-ms-client-principal",
];

/// Takes the response token from the headers of a call.
pub(super) fn take_token(headers: &mut HeaderMap) -> Result<Token> {
    let alone = headers.get_all(AUTHORIZATION).iter().count() <= 1;
    let shown = headers.remove(AUTHORIZATION);
    if !alone || IDENTITY_HEADERS.iter().any(|name| headers.contains_key(*name)) {
        return Err(identity_not_allowed());
    }
    // What is refused is not logged, either: no cause is given.
    let shown = shown.ok_or_else(token_invalid)?;
    let text = shown.to_str().map_err(|_| token_invalid())?;
    let (scheme, credential) = text.split_once(' ').ok_or_else(token_invalid)?;
    let credential = credential.trim_start_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || is_another(credential) {
        return Err(identity_not_allowed());
    }
    Token::parse(credential).ok_or_else(token_invalid)
}

/// Whether a credential stands for somebody: an API key, or a token in three parts.
fn is_another(credential: &str) -> bool {
    credential.starts_with(KEY_PREFIX)
        || (!credential.starts_with(TOKEN_PREFIX) && credential.matches('.').count() == 2)
}

fn identity_not_allowed() -> Error {
    Error::new(
        Reason::IdentityNotAllowed,
        "send the response token alone: no cookie, and no other credential beside it or in its place",
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::id::{Id, OrganizationId, WaveId};
    use crate::respondent::write_token;

    fn token() -> String {
        let organization_id = OrganizationId::from_uuid(Uuid::from_u128(1));
        write_token(organization_id, WaveId::from_uuid(Uuid::from_u128(2)), [3; 32])
    }

    fn reason(headers: &[(&'static str, &str)]) -> Option<Reason> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let taken = take_token(&mut map);
        assert!(!map.contains_key(AUTHORIZATION));
        taken.err().map(|error| {
            assert!(std::error::Error::source(&error).is_none(), "a cause would be logged");
            error.reason()
        })
    }

    #[test]
    fn a_response_token_alone_is_taken_and_every_identity_is_refused() {
        let bearer = format!("Bearer {}", token());
        assert_eq!(reason(&[("authorization", &bearer)]), None);
        assert_eq!(
            reason(&[(
                "authorization",
                &bearer.to_ascii_lowercase().replace(&token().to_ascii_lowercase(), &token())
            )]),
            None
        );
        for name in IDENTITY_HEADERS {
            let beside = reason(&[("authorization", &bearer), (*name, "x")]);
            assert_eq!(beside, Some(Reason::IdentityNotAllowed), "{name}");
            assert_eq!(reason(&[(*name, "x")]), Some(Reason::IdentityNotAllowed), "{name}");
        }
        let twice = reason(&[("authorization", &bearer), ("authorization", &bearer)]);
        assert_eq!(twice, Some(Reason::IdentityNotAllowed));
        for another in ["Basic YTpi", "Bearer orgfit_a_b", "Bearer e30.e30.x", "Negotiate x"] {
            let instead = reason(&[("authorization", another)]);
            assert_eq!(instead, Some(Reason::IdentityNotAllowed), "{another}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused_as_one() {
        let cut = format!("Bearer {}", &token()[..60]);
        for wrong in ["", "Bearer", "Bearer ", "Bearer ort_", "Bearer x", &cut] {
            assert_eq!(reason(&[("authorization", wrong)]), Some(Reason::ResponseTokenInvalid));
        }
        assert_eq!(reason(&[]), Some(Reason::ResponseTokenInvalid));
    }
}
