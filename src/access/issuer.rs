//! Trusted issuers of access tokens. The operator names them for one organization; the tenant of a
//! token is the one whose configuration names its issuer and audience, never one that a claim
//! names.
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::Uri;

use crate::base::clock::Timestamp;
use crate::base::id::{IssuerId, OrganizationId};
use crate::base::{Check, Result};

use super::credential::refuse;

/// Longest issuer, audience and key source, in characters.
pub const ISSUER_CHARS_MAX: usize = 500;
/// The claim that holds a person's `external_id` unless another one is named.
pub const PERSON_CLAIM_DEFAULT: &str = "sub";
/// Longest name of a claim, in characters.
pub const CLAIM_CHARS_MAX: usize = 100;

/// Declares the algorithms with their names in RFC 7518 and RFC 8037.
macro_rules! algorithms {
    ($($name:ident = $text:literal;)*) => {
        /// A signature algorithm. All of them are asymmetric: one that is not, or none at all,
        /// cannot be written down.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "RFC 7518 and RFC 8037 document them")]
        pub enum Algorithm {
            $($name,)*
        }

        impl Algorithm {
            /// All algorithms.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in the header of a token.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

algorithms! {
    Rs256 = "RS256";
    Rs384 = "RS384";
    Rs512 = "RS512";
    Ps256 = "PS256";
    Ps384 = "PS384";
    Ps512 = "PS512";
    Es256 = "ES256";
    Es384 = "ES384";
    EdDsa = "EdDSA";
}

impl Algorithm {
    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.as_str() == text)
    }
}

/// Where the key set of an issuer is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// A file that the server can read.
    File(PathBuf),
    /// A URL: https, or http to this machine.
    Url(Uri),
}

impl KeySource {
    /// Reads an absolute path or a URL.
    pub fn parse(text: &str) -> Option<Self> {
        if Path::new(text).is_absolute() {
            return Some(Self::File(PathBuf::from(text)));
        }
        let uri: Uri = text.parse().ok()?;
        let host = uri.host()?;
        let has_user = uri.authority()?.as_str().contains('@');
        let allowed = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(host),
            _ => false,
        };
        (allowed && !has_user && !host.is_empty()).then_some(Self::Url(uri))
    }
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(uri) => uri.fmt(f),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// What the operator wrote about an issuer, unchecked.
#[derive(Clone, Debug, Default)]
pub struct IssuerInput {
    /// The claim `iss`, letter by letter.
    pub issuer: String,
    /// The claim `aud` that a token must have.
    pub audience: String,
    /// Names of the accepted algorithms.
    pub algorithms: Vec<String>,
    /// URL or absolute path of the key set.
    pub key_source: String,
    /// The claim that holds a person's `external_id`; empty means `sub`.
    pub person_claim: String,
    /// Take the type `JWT` as well as `at+jwt`.
    pub accepts_plain_type: bool,
    /// Let the claim `scope`, where there is one, narrow what the person may do.
    pub scopes_narrow: bool,
}

/// An issuer to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssuer {
    /// The claim `iss`, letter by letter.
    pub issuer: String,
    /// The claim `aud` that a token must have.
    pub audience: String,
    /// The accepted algorithms. Never empty.
    pub algorithms: BTreeSet<Algorithm>,
    /// Where the key set is.
    pub key_source: KeySource,
    /// The claim that holds a person's `external_id`.
    pub person_claim: String,
    /// Whether the type `JWT` is taken as well as `at+jwt`.
    pub accepts_plain_type: bool,
    /// Whether the claim `scope`, where there is one, narrows what the person may do.
    pub scopes_narrow: bool,
}

impl NewIssuer {
    /// Reads what the operator wrote; all violations at once.
    pub fn parse(input: &IssuerInput) -> Result<Self> {
        let mut check = Check::new();
        let issuer = check.text("issuer", &input.issuer, 1..=ISSUER_CHARS_MAX);
        let audience = check.text("audience", &input.audience, 1..=ISSUER_CHARS_MAX);
        if input.algorithms.is_empty() {
            check.missing("algorithms");
        }
        let mut algorithms = BTreeSet::new();
        for (position, text) in input.algorithms.iter().enumerate() {
            match Algorithm::parse(text) {
                Some(algorithm) => {
                    algorithms.insert(algorithm);
                }
                None => check.refuse(&format!("algorithms[{position}]"), known_algorithms()),
            }
        }
        let key_source = check
            .text("key_source", &input.key_source, 1..=ISSUER_CHARS_MAX)
            .and_then(|text| {
                let source = KeySource::parse(&text);
                if source.is_none() {
                    check.refuse(
                        "key_source",
                        "must be an absolute path, an https URL, or an http URL of this machine, without user name",
                    );
                }
                source
            });
        let named =
            if input.person_claim.is_empty() { PERSON_CLAIM_DEFAULT } else { &input.person_claim };
        let person_claim = check.text("person_claim", named, 1..=CLAIM_CHARS_MAX);
        check.build(|| {
            Some(Self {
                issuer: issuer?,
                audience: audience?,
                algorithms,
                key_source: key_source?,
                person_claim: person_claim?,
                accepts_plain_type: input.accepts_plain_type,
                scopes_narrow: input.scopes_narrow,
            })
        })
    }
}

fn known_algorithms() -> String {
    let names: Vec<_> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    format!("must be one of: {}", names.join(", "))
}

/// A trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Identifier.
    pub issuer_id: IssuerId,
    /// The organization whose people its tokens stand for.
    pub organization_id: OrganizationId,
    /// What it is trusted with.
    pub settings: NewIssuer,
    /// When it was added.
    pub create_time: Timestamp,
}

/// Of the configurations that name the issuer of a token, the one that names one of its
/// audiences. Two of them would leave the tenant open, so that is refused.
pub(super) fn choose(issuers: Vec<Issuer>, audiences: &[&str]) -> Result<Issuer> {
    let mut fitting =
        issuers.into_iter().filter(|issuer| audiences.contains(&issuer.settings.audience.as_str()));
    match (fitting.next(), fitting.next()) {
        (Some(issuer), None) => Ok(issuer),
        (Some(_), Some(_)) => {
            Err(refuse("the audiences of the token are those of two configurations"))
        }
        (None, _) => Err(refuse("no configuration names the issuer and audience of the token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_algorithms_and_none_are_no_algorithms() {
        for name in
            ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "rs256", "RS1", "ES256K"]
        {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Some(*algorithm));
        }
    }

    #[test]
    fn key_sets_come_from_files_over_https_or_from_this_machine() {
        for text in [
            "/etc/orgfit/keys.json",
            "https://id.example.org/keys",
            "https://id.example.org:8443/keys?tenant=1",
            "http://127.0.0.1:8080/keys",
            "http://[::1]:8080/keys",
            "http://localhost/keys",
        ] {
            let source = KeySource::parse(text).unwrap();
            assert_eq!(source.to_string(), text);
        }
        for text in [
            "keys.json",
            "../keys.json",
            "http://id.example.org/keys",
            "http://127.0.0.1.example.org/keys",
            "http://localhost.example.org/keys",
            "http://169.254.169.254/latest",
            "https://user:secret@id.example.org/keys",
            "file:///etc/passwd",
            "ftp://id.example.org/keys",
            "https://",
            "",
        ] {
            assert_eq!(KeySource::parse(text), None, "{text}");
        }
    }

    #[test]
    fn all_that_is_wrong_with_an_issuer_is_said_at_once() {
        let input = IssuerInput {
            algorithms: vec!["RS256".to_owned(), "HS256".to_owned()],
            key_source: "http://id.example.org/keys".to_owned(),
            ..IssuerInput::default()
        };
        let error = NewIssuer::parse(&input).unwrap_err();
        let fields: Vec<_> =
            error.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["issuer", "audience", "algorithms[1]", "key_source"]);
    }
}
