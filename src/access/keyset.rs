//! Key sets of issuers (RFC 7517): the public keys with which their signatures are checked, and
//! nothing else. A key that cannot check a signature of ours is passed over.
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::issuer::Algorithm;
use super::json::parse_object;

/// Largest key set, in bytes.
pub(super) const KEY_SET_BYTES_MAX: usize = 256 * 1024;
/// Most keys in a set.
const KEYS_PER_SET_MAX: usize = 100;
/// Shortest and longest RSA modulus, in bytes.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The keys of an issuer.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: String,
    algorithms: Vec<Algorithm>,
    public: DecodingKey,
}

impl KeySet {
    /// Reads a key set; `None` when it is none. One without usable keys is a key set too: it says
    /// that no token is good.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let set = parse_object(bytes)?;
        let keys = set.get("keys")?.as_array()?;
        if keys.len() > KEYS_PER_SET_MAX {
            return None;
        }
        Some(Self(keys.iter().filter_map(Value::as_object).filter_map(read_key).collect()))
    }

    /// Whether there is a key of this name.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id == id)
    }

    /// Whether the signature is by the key of this name and this algorithm.
    pub(super) fn verify(
        &self,
        id: &str,
        algorithm: Algorithm,
        signed: &str,
        signature: &str,
    ) -> bool {
        self.0.iter().filter(|key| key.id == id && key.algorithms.contains(&algorithm)).any(|key| {
            jsonwebtoken::crypto::verify(
                signature,
                signed.as_bytes(),
                &key.public,
                for_library(algorithm),
            )
            .unwrap_or(false)
        })
    }
}

fn read_key(key: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if key.get("use").is_some_and(|usage| usage != "sig") {
        return None;
    }
    if let Some(operations) = key.get("key_ops")
        && !operations.as_array()?.iter().any(|operation| operation == "verify")
    {
        return None;
    }
    let bytes = |name: &str| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok();
    let (possible, public): (&[Algorithm], _) = match (text("kty")?, text("crv")) {
        ("RSA", None) => {
            let modulus = bytes("n")?;
            let begin = modulus.iter().position(|byte| *byte != 0)?;
            let modulus = modulus.get(begin..)?;
            if !MODULUS_BYTES.contains(&modulus.len()) {
                return None;
            }
            (
                &[
                    Algorithm::Rs256,
                    Algorithm::Rs384,
                    Algorithm::Rs512,
                    Algorithm::Ps256,
                    Algorithm::Ps384,
                    Algorithm::Ps512,
                ],
                DecodingKey::from_rsa_raw_components(modulus, &bytes("e")?),
            )
        }
        ("EC", Some("P-256")) => (&[Algorithm::Es256], point(&bytes("x")?, &bytes("y")?, 32)?),
        ("EC", Some("P-384")) => (&[Algorithm::Es384], point(&bytes("x")?, &bytes("y")?, 48)?),
        ("OKP", Some("Ed25519")) => {
            let public = bytes("x").filter(|public| public.len() == 32)?;
            (&[Algorithm::EdDsa], DecodingKey::from_ed_der(&public))
        }
        _ => return None,
    };
    let algorithms = match key.get("alg") {
        None => possible.to_vec(),
        Some(named) => {
            vec![Algorithm::parse(named.as_str()?).filter(|named| possible.contains(named))?]
        }
    };
    Some(Key { id: text("kid")?.to_owned(), algorithms, public })
}

/// A point of a curve in uncompressed form. Whether it is on the curve is checked at use.
fn point(x: &[u8], y: &[u8], coordinate_bytes: usize) -> Option<DecodingKey> {
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return None;
    }
    let point: Vec<u8> = std::iter::once(&4).chain(x).chain(y).copied().collect();
    Some(DecodingKey::from_ec_der(&point))
}

fn for_library(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Rs384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::Rs512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::Ps384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::Ps512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Es384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}
