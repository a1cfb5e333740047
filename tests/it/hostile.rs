//! Hostile values in every field of every request: whatever a caller sends, the server names what
//! it refuses, repeats nothing of it, and never answers that it has a defect.
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64URL_NOPAD;
use futures::StreamExt;
use prost_reflect::{FieldDescriptor, Kind, MapKey, Value};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::World;
use crate::matrix::{Life, Names, add_etags, fresh_key, fresh_name};
use crate::requests::{self, Call, Path};
use crate::respondent::Survey;

/// Is in every hostile text, so that an echo shows.
const MARK: &str = "Zq7Mark";
/// Methods at work at once.
const LANES: usize = 6;
/// Response tokens, more than hostile submissions.
const RESPONDENTS: usize = 100;
/// Fits into a request of the smaller kind.
const LONG: usize = 60_000;

/// What a field may get: a value, or the mark with bytes to be put in its place.
enum Hostile {
    Value(Value),
    Bytes(&'static [u8]),
}

/// Bytes that are no UTF-8, as long as the mark.
const BROKEN: &[&[u8]] = &[
    b"\xFF\xFE\xFD\xFC\xFB\xFA\xF9",
    // Overlong, a lone surrogate, and beyond the last character.
    b"abc\xC0\x80de",
    b"abc\xED\xA0\x80d",
    b"abc\xF4\x90\x80\x80",
];

fn texts() -> Vec<String> {
    vec![
        MARK.to_owned(),
        format!("{MARK}\0x"),
        format!("{MARK}\u{202E}gnp.exe\u{2066}"),
        format!("{MARK}\u{200B}\u{FEFF}\u{AD}"),
        format!("{MARK}\u{1F600}\u{1D4B3}\u{10FFFF}"),
        format!("{MARK}e{}", "\u{301}".repeat(1_000)),
        format!("{MARK}{}", "a".repeat(LONG)),
        format!("{MARK}'); DROP TABLE directory_units; --"),
        format!("{MARK}\nlevel=ERROR msg=\"forged\" \u{1B}[31m"),
        format!("{MARK}\r\ngrpc-status: 0\r\n\r\n"),
        format!("${{jndi:ldap://{MARK}}} %s%n {{{{7*7}}}} =cmd|' /C calc'!A0"),
        format!("../../{MARK}\\..\\"),
        " ".to_owned(),
    ]
}

/// The hostile values of a field. A kind of field that is not thought of fails the test.
fn values(field: &FieldDescriptor) -> Vec<Hostile> {
    let text = |text: String| Hostile::Value(Value::String(text));
    if field.is_map() {
        let map = |keys: &[String]| {
            let entries: HashMap<_, _> = keys
                .iter()
                .map(|key| (MapKey::String(key.clone()), Value::String(key.clone())))
                .collect();
            Hostile::Value(Value::Map(entries))
        };
        let many: Vec<_> = (0..1_000).map(|number| format!("{MARK}{number}")).collect();
        let mut values: Vec<_> = texts()
            .iter()
            .filter(|text| text.len() < LONG / 2)
            .map(|text| map(std::slice::from_ref(text)))
            .collect();
        values.extend([map(&many), map(&[])]);
        return values;
    }
    let numbers = [i32::MIN, -1, 0, 13, 32, 99, 9999, i32::MAX];
    let mut values: Vec<Hostile> = match field.kind() {
        Kind::String => texts()
            .into_iter()
            .map(text)
            .chain(BROKEN.iter().map(|bytes| Hostile::Bytes(bytes)))
            .collect(),
        Kind::Bool => vec![Hostile::Value(Value::Bool(true))],
        Kind::Int32 | Kind::Sint32 => {
            numbers.iter().map(|number| Hostile::Value(Value::I32(*number))).collect()
        }
        Kind::Int64 => [i64::MIN, -1, 253_402_300_800, i64::MAX]
            .iter()
            .map(|number| Hostile::Value(Value::I64(*number)))
            .collect(),
        Kind::Double => {
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MIN_POSITIVE, -0.0, 1e9]
                .iter()
                .map(|number| Hostile::Value(Value::F64(*number)))
                .collect()
        }
        Kind::Enum(_) => {
            numbers.iter().map(|number| Hostile::Value(Value::EnumNumber(*number))).collect()
        }
        other => panic!("{}: nothing hostile is known of {other:?}", field.full_name()),
    };
    if field.is_list() {
        let single: Vec<_> = values
            .iter()
            .filter_map(
                |value| if let Hostile::Value(value) = value { Some(value.clone()) } else { None },
            )
            .filter(|value| value.as_str().is_none_or(|text| text.len() < 100))
            .collect();
        values.extend(
            single.into_iter().map(|value| Hostile::Value(Value::List(vec![value; 1_000]))),
        );
        values.push(Hostile::Value(Value::List(Vec::new())));
    }
    values
}

/// Encodes a request with a hostile value in it.
fn encode(call: &Call, names: &Names, path: &Path, hostile: &Hostile) -> Vec<Vec<u8>> {
    let bytes = match hostile {
        Hostile::Value(value) => return call.encode(names, Some((path, value.clone()))),
        Hostile::Bytes(bytes) => bytes,
    };
    let mut messages = call.encode(names, Some((path, Value::String(MARK.to_owned()))));
    for message in &mut messages {
        if let Some(place) = message.windows(MARK.len()).position(|part| part == MARK.as_bytes()) {
            message[place..place + MARK.len()].copy_from_slice(bytes);
        }
    }
    messages
}

/// A field as errors name it, without positions.
fn plain(field: &str) -> String {
    let mut out = String::new();
    for part in field.split('[') {
        out.push_str(part.split_once(']').map_or(part, |(_, rest)| rest));
    }
    out
}

/// What is wrong with an answer.
fn faults(path: &str, hostile: &Hostile, status: &Status) -> Vec<String> {
    let mut faults = Vec::new();
    let answers = [
        Code::InvalidArgument,
        Code::NotFound,
        Code::AlreadyExists,
        Code::FailedPrecondition,
        Code::Aborted,
        Code::ResourceExhausted,
    ];
    if !answers.contains(&status.code()) {
        faults.push("a defect, or no answer to a wrong value".to_owned());
    }
    // The trace id and the date are the server's own, and may hold any digits by chance.
    let mut metadata = status.metadata().clone();
    metadata.remove("traceresponse");
    metadata.remove("date");
    let told =
        format!("{} {} {metadata:?}", status.message(), String::from_utf8_lossy(status.details()));
    let number = match hostile {
        Hostile::Value(Value::I32(number) | Value::EnumNumber(number)) => Some(i64::from(*number)),
        Hostile::Value(Value::I64(number)) => Some(*number),
        Hostile::Value(_) | Hostile::Bytes(_) => None,
    };
    let echoes = number
        .is_some_and(|number| number.unsigned_abs() > 5_000 && told.contains(&number.to_string()));
    if told.contains(MARK) || echoes {
        faults.push("the value is repeated".to_owned());
    }
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        faults.push("no reason".to_owned());
        return faults;
    };
    if info.reason == "FIELD_INVALID" && !matches!(hostile, Hostile::Bytes(_)) {
        let violations =
            details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
        let is_named = violations.iter().any(|violation| {
            let field = plain(&violation.field);
            field == path
                || path.starts_with(&format!("{field}."))
                || field.starts_with(&format!("{path}."))
        });
        if !is_named {
            faults.push("the field is not named".to_owned());
        }
    }
    faults
}

struct Siege {
    world: World,
    life: Life,
    /// Response tokens; each that is taken is spent.
    tokens: Mutex<Vec<String>>,
}

impl Siege {
    async fn send(&self, call: &Call, messages: Vec<Vec<u8>>) -> Result<Vec<u8>, Status> {
        let key = match call.base.method {
            requests::SUBMIT_RESPONSE => self.tokens.lock().unwrap().pop().unwrap(),
            method if method.contains("RespondentService") => {
                self.tokens.lock().unwrap()[0].clone()
            }
            _ => self.world.tenant.key.clone(),
        };
        let channel = &self.world.channel;
        let answer = requests::send(channel, Some(&key), call.base.method, messages).await;
        if call.base.method.contains("IntakeService") {
            // Few imports may be open at once, and streams leave theirs open.
            let mut superuser = self.world.database.superuser().await;
            sqlx::query("DELETE FROM intake_imports WHERE tenant_id = $1 AND state = 1")
                .bind(orgfit::base::id::Id::uuid(self.world.tenant.organization_id))
                .execute(&mut superuser)
                .await
                .unwrap();
        }
        answer
    }

    async fn names(&self, call: &Call) -> Names {
        let mut names = self.life.inside.clone();
        names.extend([
            ("uuid", Uuid::new_v4().to_string()),
            ("key", fresh_key()),
            ("name", fresh_name()),
        ]);
        add_etags(&self.world, &self.world.tenant, call, &mut names).await;
        names
    }

    /// All that is wrong with the answers of one method, and how many there were.
    async fn attack(&self, call: &Call) -> (usize, Vec<String>) {
        let (mut count, mut wrong) = (0, Vec::new());
        for path in &call.fields {
            let name = requests::name(path);
            for hostile in values(path.last().unwrap()) {
                let names = self.names(call).await;
                let answer = self.send(call, encode(call, &names, path, &hostile)).await;
                count += 1;
                let Err(status) = answer else { continue };
                let faults = faults(&name, &hostile, &status);
                if !faults.is_empty() {
                    let value = match &hostile {
                        Hostile::Value(value) => format!("{value:?}").chars().take(80).collect(),
                        Hostile::Bytes(bytes) => format!("{bytes:?}"),
                    };
                    wrong.push(format!("{} {name} {value}: {faults:?}: {status:?}", call.name()));
                }
            }
            if name == "page_token" {
                wrong.extend(self.bend(call, path).await);
            }
        }
        (count, wrong)
    }

    /// Page tokens with one bit changed.
    async fn bend(&self, call: &Call, path: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        let token = self.life.page_token(&self.world, call).await;
        let token = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for place in (0..token.len()).step_by(3) {
            let mut bent = token.clone();
            bent[place] ^= 1 << (place % 8);
            let names = self.names(call).await;
            let value = Value::String(BASE64URL_NOPAD.encode(&bent));
            let answer = self.send(call, call.encode(&names, Some((path, value)))).await;
            let reason = answer.err().and_then(|status| {
                status.get_error_details().error_info().map(|info| info.reason.clone())
            });
            if reason.as_deref() != Some("PAGE_TOKEN_INVALID") {
                wrong.push(format!("{} took a bent token at {place}: {reason:?}", call.name()));
            }
        }
        wrong
    }
}

async fn attack_all(siege: Arc<Siege>, calls: Vec<Call>) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for call in calls {
        let (sent, faults) = siege.attack(&call).await;
        count += sent;
        wrong.extend(faults);
    }
    (count, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_in_a_field_is_taken_or_refused_by_name_and_not_repeated() {
    let world = World::start().await;
    let life = Life::live(&world, &world.tenant).await;
    let tokens = Mutex::new(Survey::open(&world, RESPONDENTS).await.tokens);
    let siege = Arc::new(Siege { world, life, tokens });
    // What changes the rules for others comes last.
    let (settings, others): (Vec<_>, Vec<_>) = requests::calls().into_iter().partition(|call| {
        ["UpdateOrganization", "UpdateSegmentScheme"].contains(&call.method.name())
    });
    let (imports, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|call| call.base.method.contains("IntakeService"));
    let lanes = std::iter::once(imports).chain(others.into_iter().map(|call| vec![call]));
    let mut done: Vec<_> = futures::stream::iter(lanes)
        .map(|lane| tokio::spawn(attack_all(siege.clone(), lane)))
        .buffer_unordered(LANES)
        .map(Result::unwrap)
        .collect()
        .await;
    done.push(attack_all(siege, settings).await);
    let count: usize = done.iter().map(|(count, _)| count).sum();
    let wrong: Vec<_> = done.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{} of {count} answers\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 1_500, "{count}");
}
