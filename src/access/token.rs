//! Access tokens of people: RFC 9068, read in the manner of RFC 8725. What a token says counts
//! only after its signature was checked; before that it chooses nothing but the configuration to
//! check it against.
use chrono::DateTime;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use crate::base::clock::Timestamp;
use crate::base::{Check, Result};

use super::credential::refuse;
use super::issuer::{Algorithm, NewIssuer};
use super::json::parse_object;
use super::keyset::KeySet;

/// How far the clocks of issuer and server may be apart, in seconds.
const SKEW_SECONDS_MAX: i64 = 60;
/// Longest `kid`, in bytes.
const KID_BYTES_MAX: usize = 200;

/// Header parameters that point to keys, change what is signed, or demand what is not understood.
const REFUSED_PARAMETERS: &[&str] =
    &["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"];

/// A token taken apart; nothing in it is to be believed yet.
pub(super) struct Token<'t> {
    algorithm: Algorithm,
    key_id: String,
    media_type: String,
    claims: Map<String, Value>,
    signed: &'t str,
    signature: &'t str,
}

/// A token whose signature is its issuer's.
pub(super) struct Verified {
    claims: Map<String, Value>,
}

/// Whom a token stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The person's `external_id`.
    pub(super) external_id: String,
    /// The scopes that narrow what they may do.
    pub(super) scope: Option<String>,
    /// When the token ends.
    pub(super) expire_time: Timestamp,
}

impl<'t> Token<'t> {
    /// Takes a token apart.
    pub(super) fn parse(token: &'t str) -> Result<Self> {
        let (signed, signature) =
            token.rsplit_once('.').ok_or_else(|| refuse("the token has no signature"))?;
        let (header, claims) =
            signed.split_once('.').ok_or_else(|| refuse("the token has no claims"))?;
        let part = |part: &str| {
            BASE64URL_NOPAD.decode(part.as_bytes()).ok().and_then(|bytes| parse_object(&bytes))
        };
        let header = part(header).ok_or_else(|| refuse("the token's header is malformed"))?;
        if REFUSED_PARAMETERS.iter().any(|name| header.contains_key(*name)) {
            return Err(refuse("the token's header has a parameter that is not accepted"));
        }
        let algorithm = text(&header, "alg")
            .and_then(Algorithm::parse)
            .ok_or_else(|| refuse("the token's algorithm is not an asymmetric one"))?;
        let key_id = text(&header, "kid")
            .filter(|key_id| !key_id.is_empty() && key_id.len() <= KID_BYTES_MAX)
            .ok_or_else(|| refuse("the token names no key"))?;
        let media_type = text(&header, "typ").ok_or_else(|| refuse("the token has no type"))?;
        let claims = part(claims).ok_or_else(|| refuse("the token's claims are malformed"))?;
        Ok(Self {
            algorithm,
            key_id: key_id.to_owned(),
            media_type: media_type.to_ascii_lowercase(),
            claims,
            signed,
            signature,
        })
    }

    /// The issuer that the token claims.
    pub(super) fn issuer(&self) -> Result<&str> {
        text(&self.claims, "iss").ok_or_else(|| refuse("the token names no issuer"))
    }

    /// The audiences that the token claims.
    pub(super) fn audiences(&self) -> Result<Vec<&str>> {
        audiences(&self.claims).ok_or_else(|| refuse("the token's audience is malformed"))
    }

    /// The key that the token names.
    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Refuses what the issuer does not sign, before any key is looked for.
    pub(super) fn require_fit(&self, issuer: &NewIssuer) -> Result<()> {
        if !issuer.algorithms.contains(&self.algorithm) {
            return Err(refuse("the token's algorithm is not one of its issuer's"));
        }
        match self.media_type.strip_prefix("application/").unwrap_or(&self.media_type) {
            "at+jwt" => Ok(()),
            "jwt" if issuer.accepts_plain_type => Ok(()),
            _ => Err(refuse("the token's type is not that of an access token")),
        }
    }

    /// Checks the signature with the issuer's keys.
    pub(super) fn verify(self, keys: &KeySet) -> Result<Verified> {
        if keys.verify(&self.key_id, self.algorithm, self.signed, self.signature) {
            Ok(Verified { claims: self.claims })
        } else {
            Err(refuse("the token's signature is not by a key of its issuer"))
        }
    }
}

impl Verified {
    /// Whom the token stands for at `now`, if it is for us and in force.
    pub(super) fn identity(&self, issuer: &NewIssuer, now: Timestamp) -> Result<Identity> {
        let claims = &self.claims;
        if text(claims, "iss") != Some(&issuer.issuer) {
            return Err(refuse("the token is of another issuer"));
        }
        if !audiences(claims).is_some_and(|named| named.contains(&issuer.audience.as_str())) {
            return Err(refuse("the token is for another audience"));
        }
        let expire_time = instant(claims, "exp")?.ok_or_else(|| refuse("the token never ends"))?;
        if now.timestamp() >= expire_time.timestamp() + SKEW_SECONDS_MAX {
            return Err(refuse("the token has ended"));
        }
        let latest = now.timestamp() + SKEW_SECONDS_MAX;
        for name in ["nbf", "iat"] {
            if instant(claims, name)?.is_some_and(|begin| begin.timestamp() > latest) {
                return Err(refuse("the token begins in the future"));
            }
        }
        let scope = match claims.get("scope") {
            Some(Value::String(scope)) if issuer.scopes_narrow => Some(scope.clone()),
            Some(_) if issuer.scopes_narrow => {
                return Err(refuse("the token's scope is malformed"));
            }
            Some(_) | None => None,
        };
        let external_id = text(claims, &issuer.person_claim)
            .and_then(|claim| Check::new().required_external_id("claim", claim))
            .ok_or_else(|| refuse("the token's claim for the person is missing or malformed"))?;
        Ok(Identity { external_id, scope, expire_time })
    }
}

fn text<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

fn audiences(claims: &Map<String, Value>) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(only) => Some(vec![only]),
        Value::Array(several) => several.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// An instant in whole seconds, which every issuer in use writes. A fraction is refused.
fn instant(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(Some)
            .ok_or_else(|| refuse("an instant in the token is malformed")),
    }
}

#[cfg(test)]
mod tests;
