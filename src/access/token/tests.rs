//! A table of forged tokens, none of which is accepted, beside those that are.
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::access::issuer::{Issuer, KeySource, choose};
use crate::base::Reason;
use crate::base::id::{Id, IssuerId, OrganizationId};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example.org/";
const AUDIENCE: &str = "https://orgfit.example.org";

/// The keys of the issuer, and those of somebody else.
struct Keys {
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    stranger: EcdsaKeyPair,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
    p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
    p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
    ed: Ed25519KeyPair::generate().unwrap(),
    stranger: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
});

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

fn rsa_key(id: &str, key: &RsaKeyPair) -> Value {
    let public = key.public_key();
    json!({"kty": "RSA", "kid": id, "n": b64(public.modulus().big_endian_without_leading_zero()),
        "e": b64(public.exponent().big_endian_without_leading_zero())})
}

fn ec_key(id: &str, curve: &str, key: &EcdsaKeyPair) -> Value {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    json!({"kty": "EC", "kid": id, "crv": curve, "x": b64(x), "y": b64(y)})
}

fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    object[name] = value.into();
    object
}

/// The issuer's key set, with entries in it that must never be used.
static KEY_SET: LazyLock<KeySet> = LazyLock::new(|| {
    let p256 = |id: &str| ec_key(id, "P-256", &KEYS.p256);
    let mut short = rsa_key("short", &KEYS.rsa);
    short["n"] = b64([0x81; 128]).into();
    let keys = json!({"keys": [
        rsa_key("rsa", &KEYS.rsa),
        p256("p256"),
        ec_key("p384", "P-384", &KEYS.p384),
        {"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": b64(KEYS.ed.public_key())},
        with(rsa_key("rs384", &KEYS.rsa), "alg", "RS384"),
        with(p256("encrypts"), "use", "enc"),
        with(p256("signs"), "key_ops", json!(["sign"])),
        with(p256("mislabelled"), "alg", "ES384"),
        with(p256("unknown curve"), "crv", "secp256k1"),
        {"kty": "oct", "kid": "symmetric", "alg": "HS256", "k": b64(b"secret")},
        short,
    ]});
    KeySet::parse(keys.to_string().as_bytes()).unwrap()
});

fn settings() -> NewIssuer {
    NewIssuer {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        algorithms: Algorithm::ALL.iter().copied().filter(|one| *one != Algorithm::Es384).collect(),
        key_source: KeySource::parse("/keys.json").unwrap(),
        person_claim: "sub".to_owned(),
        accepts_plain_type: false,
        scopes_narrow: true,
    }
}

fn configured(number: u128, settings: NewIssuer) -> Issuer {
    Issuer {
        issuer_id: IssuerId::from_uuid(Uuid::from_u128(number)),
        organization_id: OrganizationId::from_uuid(Uuid::from_u128(number)),
        settings,
        create_time: DateTime::from_timestamp(NOW, 0).unwrap(),
    }
}

fn header(algorithm: &str, key_id: &str) -> Value {
    json!({"typ": "at+jwt", "alg": algorithm, "kid": key_id})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "p-1", "iat": NOW - 10, "exp": NOW + 300,
        "client_id": "portal", "jti": "1"})
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

fn signed(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", b64(header), b64(claims));
    format!("{signed}.{}", b64(sign(signed.as_bytes())))
}

fn ecdsa(key: &EcdsaKeyPair) -> impl Fn(&[u8]) -> Vec<u8> + '_ {
    |message| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

fn rsa(key: &RsaKeyPair, encoding: &'static dyn RsaEncoding) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

fn hmac(secret: Vec<u8>) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message).as_ref().to_vec()
    }
}

/// A token that the issuer signed with its P-256 key, whatever is in it.
#[expect(clippy::needless_pass_by_value, reason = "values made in place read better in the table")]
fn genuine(header: impl ToString, claims: impl ToString) -> String {
    signed(&header.to_string(), &claims.to_string(), ecdsa(&KEYS.p256))
}

fn with_claim(name: &str, value: impl Into<Value>) -> String {
    genuine(header("ES256", "p256"), with(claims(), name, value))
}

fn with_header(name: &str, value: impl Into<Value>) -> String {
    genuine(with(header("ES256", "p256"), name, value), claims())
}

/// The way of a token through the checks, as the authenticator goes it.
fn read(token: &str, issuers: Vec<Issuer>) -> Result<Identity> {
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    let token = Token::parse(token)?;
    let named =
        issuers.into_iter().filter(|one| token.issuer().unwrap_or("") == one.settings.issuer);
    let issuer = choose(named.collect(), &token.audiences()?)?;
    token.require_fit(&issuer.settings)?;
    token.verify(&KEY_SET)?.identity(&issuer.settings, now)
}

fn identity(token: &str) -> Result<Identity> {
    read(token, vec![configured(1, settings())])
}

fn forged_signatures() -> Vec<(&'static str, String)> {
    let plain = claims().to_string();
    let sign = |algorithm: &str, key: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        signed(&header(algorithm, key).to_string(), &plain, sign)
    };
    let good = genuine(header("ES256", "p256"), claims());
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let asn1 = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        KEYS.p256.to_pkcs8v1().unwrap().as_ref(),
    )
    .unwrap();
    let point = KEYS.p256.public_key().as_ref().to_vec();
    let modulus = KEYS.rsa.public_key().modulus().big_endian_without_leading_zero().to_vec();
    let own = ecdsa(&KEYS.p256);
    let foreign_claims = with(claims(), "sub", "p-2").to_string();
    vec![
        ("no algorithm, no signature", sign("none", "p256", &|_| Vec::new())),
        ("no algorithm in capitals", sign("NONE", "p256", &|_| Vec::new())),
        ("no algorithm, with a signature", sign("none", "p256", &own)),
        ("HMAC with the public point", sign("HS256", "p256", &hmac(point))),
        ("HMAC with the public modulus", sign("HS256", "rsa", &hmac(modulus))),
        ("HMAC with the key of the set", sign("HS256", "symmetric", &hmac(b"secret".to_vec()))),
        ("HMAC with an empty secret", sign("HS512", "p256", &hmac(Vec::new()))),
        ("another's key under the issuer's name", sign("ES256", "p256", &ecdsa(&KEYS.stranger))),
        ("a signature cut off", format!("{rest}.")),
        ("a signature left out", rest.to_owned()),
        ("a signature of zeros", sign("ES256", "p256", &|_| vec![0; 64])),
        ("a signature made shorter", format!("{rest}.{}", &signature[..signature.len() - 4])),
        ("a signature made longer", format!("{rest}.{signature}AAAA")),
        ("a signature with padding", format!("{good}==")),
        ("a signature in another form", sign("ES256", "p256", &ecdsa(&asn1))),
        (
            "other claims under the signature",
            format!("{}.{}.{signature}", rest.split_once('.').unwrap().0, b64(foreign_claims)),
        ),
        (
            "RSA where the header says ECDSA",
            sign("ES256", "rsa", &rsa(&KEYS.rsa, &RSA_PKCS1_SHA256)),
        ),
        (
            "PKCS #1 where the header says PSS",
            sign("PS256", "rsa", &rsa(&KEYS.rsa, &RSA_PKCS1_SHA256)),
        ),
        (
            "PSS where the header says PKCS #1",
            sign("RS256", "rsa", &rsa(&KEYS.rsa, &RSA_PSS_SHA256)),
        ),
        (
            "an algorithm that the key is not for",
            sign("RS256", "rs384", &rsa(&KEYS.rsa, &RSA_PKCS1_SHA256)),
        ),
        ("an algorithm that the issuer does not use", sign("ES384", "p384", &ecdsa(&KEYS.p384))),
        ("the curve of another key", sign("ES256", "p384", &ecdsa(&KEYS.p384))),
        ("an unknown key", sign("ES256", "other", &own)),
        ("a key that is a path", sign("ES256", "../../dev/null", &own)),
        ("a key that is SQL", sign("ES256", "' OR 1=1 --", &own)),
        ("an empty key name", sign("ES256", "", &own)),
        ("a huge key name", sign("ES256", &"p".repeat(KID_BYTES_MAX + 1), &own)),
        ("a key in other letters", sign("ES256", "P256", &own)),
        ("a key for encryption", sign("ES256", "encrypts", &own)),
        ("a key for signing only", sign("ES256", "signs", &own)),
        ("a key of another algorithm", sign("ES256", "mislabelled", &own)),
        ("a key on an unknown curve", sign("ES256", "unknown curve", &own)),
        ("a key that is too short", sign("RS256", "short", &rsa(&KEYS.rsa, &RSA_PKCS1_SHA256))),
    ]
}

fn forged_headers() -> Vec<(&'static str, String)> {
    let own_key = ec_key("p256", "P-256", &KEYS.stranger);
    let by_stranger =
        |header: Value| signed(&header.to_string(), &claims().to_string(), ecdsa(&KEYS.stranger));
    let brings = |name: &str, value: Value| by_stranger(with(header("ES256", "p256"), name, value));
    vec![
        ("a key brought along", brings("jwk", own_key)),
        ("a key set brought along", brings("jku", json!("https://evil.example.org/keys"))),
        ("a certificate brought along", brings("x5c", json!(["MIIB"]))),
        ("a certificate's address", brings("x5u", json!("https://evil.example.org/cert"))),
        ("an address of keys, though signed", with_header("jku", "https://evil.example.org/keys")),
        ("critical extensions", with_header("crit", json!(["exp"]))),
        ("no critical extensions", with_header("crit", json!([]))),
        ("claims that are not encoded", with_header("b64", false)),
        ("compressed claims", with_header("zip", "DEF")),
        ("a token in a token", with_header("cty", "JWT")),
        ("an identity token", with_header("typ", "JWT")),
        ("another type", with_header("typ", "logout+jwt")),
        ("no type", genuine(without(header("ES256", "p256"), "typ"), claims())),
        ("a type that is no text", with_header("typ", 1)),
        ("no key name", genuine(without(header("ES256", "p256"), "kid"), claims())),
        ("a key name that is no text", with_header("kid", json!(["p256"]))),
        ("no algorithm name", genuine(without(header("ES256", "p256"), "alg"), claims())),
        (
            "an algorithm twice",
            genuine(r#"{"typ":"at+jwt","kid":"p256","alg":"none","alg":"ES256"}"#, claims()),
        ),
        ("a header that is a list", genuine("[]", claims())),
        ("a header that is nothing", genuine("", claims())),
    ]
}

fn forged_claims() -> Vec<(&'static str, String)> {
    let good = claims().to_string();
    let repeated = |text: &str| genuine(header("ES256", "p256"), good.replacen('{', text, 1));
    let lacking = |name: &str| genuine(header("ES256", "p256"), without(claims(), name));
    vec![
        ("another issuer", with_claim("iss", "https://evil.example.org/")),
        ("the issuer without its slash", with_claim("iss", ISSUER.trim_end_matches('/'))),
        ("the issuer in capitals", with_claim("iss", ISSUER.to_uppercase())),
        ("several issuers", with_claim("iss", json!([ISSUER]))),
        ("no issuer", lacking("iss")),
        ("another audience", with_claim("aud", "https://other.example.org")),
        ("a longer audience", with_claim("aud", format!("{AUDIENCE}.evil.example.org"))),
        ("other audiences", with_claim("aud", json!(["a", "b"]))),
        ("an audience within a list of more than texts", with_claim("aud", json!([AUDIENCE, 1]))),
        ("no audience", lacking("aud")),
        ("ended a minute ago", with_claim("exp", NOW - SKEW_SECONDS_MAX)),
        ("ended long ago", with_claim("exp", 0)),
        ("an end in words", with_claim("exp", (NOW + 300).to_string())),
        ("an end in fractions", with_claim("exp", 1_800_000_300.5)),
        ("an end beyond time", with_claim("exp", i64::MAX)),
        ("no end", lacking("exp")),
        ("begins in more than a minute", with_claim("nbf", NOW + SKEW_SECONDS_MAX + 1)),
        ("a beginning in words", with_claim("nbf", "now")),
        ("issued in the future", with_claim("iat", NOW + SKEW_SECONDS_MAX + 1)),
        ("no person", lacking("sub")),
        ("an empty person", with_claim("sub", "")),
        ("a person who is a number", with_claim("sub", 1)),
        ("a person with a NUL", with_claim("sub", "p-1\0")),
        ("a person with an invisible character", with_claim("sub", "p-1\u{200b}")),
        ("a huge person", with_claim("sub", "p".repeat(129))),
        ("a scope that is no text", with_claim("scope", json!(["people.read"]))),
        ("a person twice", repeated(r#"{"sub":"p-2","#)),
        ("an end twice", repeated(r#"{"exp":9999999999,"#)),
        ("a person twice, spelt otherwise", repeated(r#"{"\u0073ub":"p-2","#)),
        ("claims that are a list", genuine(header("ES256", "p256"), "[]")),
        ("claims after claims", genuine(header("ES256", "p256"), format!("{good}{good}"))),
        ("no claims", genuine(header("ES256", "p256"), "")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("five parts, as if encrypted", format!("{}.a.b", genuine(header("ES256", "p256"), &good))),
        (
            "bytes that are no text",
            signed(&header("ES256", "p256").to_string(), "\u{fffd}", ecdsa(&KEYS.p256))
                .replace("77-9", "_-__"),
        ),
    ]
}

#[test]
fn no_forged_token_is_accepted() {
    let mut forged = forged_signatures();
    forged.extend(forged_headers());
    forged.extend(forged_claims());
    assert!(forged.len() >= 60, "{}", forged.len());
    let sentence = refuse("x").to_string();
    let mut causes = Vec::new();
    for (what, token) in &forged {
        let error = identity(token).expect_err(what);
        causes.push(format!("{what}: {}", std::error::Error::source(&error).unwrap()));
        assert_eq!(error.reason(), Reason::CredentialInvalid, "{what}");
        assert_eq!(error.to_string(), sentence, "{what}");
        assert!(error.metadata().is_empty() && error.violations().is_empty(), "{what}");
    }
    // Each is refused for its own flaw and not for one that it shares with the others.
    insta::assert_snapshot!(causes.join("\n"));
}

#[test]
fn the_issuers_own_tokens_are_accepted_with_each_algorithm() {
    let plain = claims().to_string();
    let sign = |algorithm: &str, key: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        signed(&header(algorithm, key).to_string(), &plain, sign)
    };
    for token in [
        sign("ES256", "p256", &ecdsa(&KEYS.p256)),
        sign("RS256", "rsa", &rsa(&KEYS.rsa, &RSA_PKCS1_SHA256)),
        sign("PS256", "rsa", &rsa(&KEYS.rsa, &RSA_PSS_SHA256)),
        sign("EdDSA", "ed", &|message| KEYS.ed.sign(message).as_ref().to_vec()),
    ] {
        let identity = identity(&token).unwrap();
        assert_eq!(identity.external_id, "p-1");
        assert_eq!(identity.expire_time.timestamp(), NOW + 300);
        assert_eq!(identity.scope, None);
    }
}

#[test]
fn what_the_standards_allow_is_accepted() {
    for token in [
        with_header("typ", "application/AT+JWT"),
        with_header("x5t", "thumbprint"),
        with_claim("aud", json!(["https://other.example.org", AUDIENCE])),
        with_claim("exp", NOW - SKEW_SECONDS_MAX + 1),
        with_claim("nbf", NOW + SKEW_SECONDS_MAX),
        with_claim("anything", json!({"deep": [1, 2.5, null]})),
    ] {
        assert!(identity(&token).is_ok());
    }
}

#[test]
fn the_plain_type_is_taken_where_the_issuer_is_set_so() {
    let tolerant = NewIssuer { accepts_plain_type: true, ..settings() };
    for (media_type, accepted) in [("JWT", true), ("at+jwt", true), ("logout+jwt", false)] {
        let token = with_header("typ", media_type);
        let outcome = read(&token, vec![configured(1, tolerant.clone())]);
        assert_eq!(outcome.is_ok(), accepted, "{media_type}");
    }
}

#[test]
fn scopes_count_where_the_issuer_is_set_so() {
    let token = with_claim("scope", "openid people.read");
    assert_eq!(identity(&token).unwrap().scope.as_deref(), Some("openid people.read"));
    let deaf = NewIssuer { scopes_narrow: false, ..settings() };
    assert_eq!(read(&token, vec![configured(1, deaf)]).unwrap().scope, None);
}

#[test]
fn the_person_is_in_the_claim_that_was_configured() {
    let other = NewIssuer { person_claim: "employee".to_owned(), ..settings() };
    let token = with_claim("employee", "Zu\u{308}rich-7");
    let identity = read(&token, vec![configured(1, other.clone())]).unwrap();
    assert_eq!(identity.external_id, "Z\u{fc}rich-7");
    assert!(read(&genuine(header("ES256", "p256"), claims()), vec![configured(1, other)]).is_err());
}

#[test]
fn the_tenant_is_the_one_whose_configuration_names_the_audience() {
    let second = NewIssuer { audience: "https://second.example.org".to_owned(), ..settings() };
    let both = || vec![configured(1, settings()), configured(2, second.clone())];
    let audiences = [AUDIENCE, "https://second.example.org"];
    for (number, audience) in (1..).zip(audiences) {
        let chosen = choose(both(), &[audience]).unwrap();
        assert_eq!(chosen.organization_id, OrganizationId::from_uuid(Uuid::from_u128(number)));
    }
    assert!(choose(both(), &audiences).is_err());
    let token = with_claim("aud", json!(audiences));
    assert!(read(&token, both()).is_err());
    assert!(choose(Vec::new(), &[AUDIENCE]).is_err());
}

#[test]
fn a_key_set_is_an_object_with_a_list_of_keys_and_may_be_empty() {
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(KeySet::parse(text.as_bytes()).is_none(), "{text}");
    }
    let many = json!({"keys": vec![json!({}); 101]}).to_string();
    assert!(KeySet::parse(many.as_bytes()).is_none());
    let empty = KeySet::parse(br#"{"keys":[{"kty":"RSA"}]}"#).unwrap();
    assert!(!empty.knows("rsa"));
    assert!(KEY_SET.knows("rsa") && !KEY_SET.knows("symmetric") && !KEY_SET.knows("short"));
}
