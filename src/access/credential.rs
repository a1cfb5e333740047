//! What a caller shows: the authorization header, taken apart before anything costly is done.
use crate::base::{Error, Result};

use super::key::KEY_PREFIX;
use super::policy::unauthenticated;

/// Longest credential, in bytes. Headers together have 8 KiB.
const CREDENTIAL_BYTES_MAX: usize = 8 * 1024;

/// A credential by its kind, unchecked.
#[derive(Clone, Copy)]
pub(super) enum Credential<'a> {
    /// An API key.
    Key(&'a str),
    /// An access token.
    Token(&'a str),
}

/// The refusal of a credential. Its cause is for the log only.
pub(super) fn refuse(cause: &'static str) -> Error {
    unauthenticated().caused_by(cause)
}

/// Reads the authorization header: `Bearer <credential>`, in the alphabet of RFC 6750.
pub(super) fn parse(header: Option<&str>) -> Result<Credential<'_>> {
    let header = header.ok_or_else(|| refuse("there is no authorization header"))?;
    let (scheme, rest) = header
        .split_once(' ')
        .ok_or_else(|| refuse("the authorization header has no credential"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refuse("the authorization scheme is not Bearer"));
    }
    let credential = rest.trim_start_matches(' ');
    if credential.is_empty() || credential.len() > CREDENTIAL_BYTES_MAX {
        return Err(refuse("the credential is empty or too long"));
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !credential.bytes().all(known) {
        return Err(refuse("the credential has characters outside of its alphabet"));
    }
    if credential.starts_with(KEY_PREFIX) {
        Ok(Credential::Key(credential))
    } else {
        Ok(Credential::Token(credential))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_read_in_any_case_and_the_kind_by_the_prefix() {
        assert!(matches!(parse(Some("Bearer orgfit_a_b")), Ok(Credential::Key("orgfit_a_b"))));
        assert!(matches!(parse(Some("bearer  a.b.c")), Ok(Credential::Token("a.b.c"))));
    }

    #[test]
    fn whatever_is_no_bearer_credential_is_refused_alike() {
        let long = format!("Bearer {}", "a".repeat(CREDENTIAL_BYTES_MAX + 1));
        let sentence = unauthenticated().to_string();
        for header in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Basic YTpi"),
            Some("Bearer a b"),
            Some("Bearer a\tb"),
            Some("Bearer a,Bearer b"),
            Some("Bearer \u{fc}"),
            Some(long.as_str()),
        ] {
            let error = parse(header).err().unwrap();
            assert_eq!(error.to_string(), sentence);
            assert!(error.metadata().is_empty());
        }
    }
}
