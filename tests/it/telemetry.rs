//! What the operator sees of calls, and what nobody may see of them.
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use orgfit::pb::access::WhoAmIRequest;
use orgfit::pb::directory as pb;
use orgfit::server::detach::Detach;
use orgfit::server::handler::Handler;
use orgfit::server::methods::Methods;
use orgfit::server::{Loop, SERVICES};
use prost_reflect::prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MapKey, MessageDescriptor};
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::{Code, Request, Status};

use crate::collector;
use crate::harness::{Database, World};
use crate::raw;
use crate::respondent::{Survey, submit};

/// Between two looks at what was told.
const PAUSE: Duration = Duration::from_millis(20);
const WHO_AM_I: &str = "orgfit.access.v1.AccessService/WhoAmI";

fn has(attributes: &[KeyValue], key: &str, text: &str) -> bool {
    attributes.iter().any(|attribute| {
        attribute.key == key
            && matches!(
                attribute.value.as_ref().and_then(|value| value.value.as_ref()),
                Some(Value::StringValue(value)) if value == text
            )
    })
}

/// How often a metric was recorded with these attributes, in its last state.
fn count(metrics: &[Metric], attributes: &[(&str, &str)]) -> u64 {
    let is = |of: &[KeyValue]| attributes.iter().all(|(key, text)| has(of, key, text));
    let last = |metric: &Metric| match metric.data.as_ref().unwrap() {
        Data::Histogram(data) => {
            data.data_points.iter().filter(|point| is(&point.attributes)).map(|p| p.count).sum()
        }
        Data::Sum(data) => {
            data.data_points.iter().filter(|point| is(&point.attributes)).count() as u64
        }
        Data::Gauge(data) => {
            data.data_points.iter().filter(|point| is(&point.attributes)).count() as u64
        }
        other => panic!("{other:?}"),
    };
    metrics.iter().map(last).max().unwrap_or(0)
}

#[tokio::test]
async fn a_call_is_part_of_its_callers_trace() {
    let world = World::start().await;
    let trace = uuid::Uuid::from_u128(rand::random());
    let parent = "00f067aa0ba902b7";
    let mut request = Request::new(WhoAmIRequest {});
    let value = format!("00-{}-{parent}-01", trace.simple());
    request.metadata_mut().insert("traceparent", value.parse().unwrap());
    let reply = world.client().access().who_am_i(request).await.unwrap();
    let told_back = reply.metadata().get("traceresponse").unwrap().to_str().unwrap();
    assert!(told_back.contains(&trace.simple().to_string()), "{told_back}");
    drop(reply);

    // The span ends with the last byte of the answer, which may be a moment after it arrives.
    let span = loop {
        let spans = collector::told().await.spans();
        if let Some(span) = spans.into_iter().find(|span| span.trace_id == trace.as_bytes()) {
            break span;
        }
        tokio::time::sleep(PAUSE).await;
    };
    assert_eq!(data_encoding::HEXLOWER.encode(&span.parent_span_id), parent);
    assert_eq!((span.name.as_str(), span.kind()), (WHO_AM_I, SpanKind::Server));
    let organization_id = world.tenant.organization_id.to_string();
    assert!(has(&span.attributes, "rpc.method", WHO_AM_I), "{span:?}");
    assert!(has(&span.attributes, "rpc.response.status_code", "OK"), "{span:?}");
    assert!(has(&span.attributes, "tenant.id", &organization_id), "{span:?}");
}

#[tokio::test]
async fn calls_and_transactions_are_measured() {
    let world = World::start().await;
    world.client().access().who_am_i(WhoAmIRequest {}).await.unwrap();
    raw::call(&world, "orgfit.v1.Nothing/Do", &[], &[]).await.unwrap_err();
    loop {
        let told = collector::told().await;
        let calls = told.metrics("rpc.server.call.duration");
        let code = "rpc.response.status_code";
        let known = count(&calls, &[("rpc.method", WHO_AM_I), (code, "OK")]);
        let unknown = count(&calls, &[("rpc.method", "_OTHER"), (code, "UNIMPLEMENTED")]);
        let transactions = told.metrics("orgfit.transaction.duration");
        let committed =
            count(&transactions, &[("transaction.name", "make_tenant"), ("outcome", "commit")]);
        if known > 0 && unknown > 0 && committed > 0 {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[tokio::test]
async fn a_panic_raises_the_alarm_and_does_not_repeat_what_it_said() {
    collector::listen();
    let methods = Methods::of(orgfit::pb::DESCRIPTOR_SET, SERVICES).unwrap();
    let handler = Handler::new(|_| async { panic!("canary-of-a-panic") })
        .within(Detach::new(TaskTracker::new()))
        .within(methods);
    let call = http::Request::builder().uri(format!("/{WHO_AM_I}")).body(Body::empty()).unwrap();
    let reply = handler.answer(call).await;
    let status = Status::from_header_map(reply.headers()).unwrap();
    assert_eq!(status.code(), Code::Internal);
    assert!(!format!("{status:?}").contains("canary"));
    let told = collector::told().await;
    assert!(count(&told.metrics("orgfit.panics"), &[("rpc.method", WHO_AM_I)]) > 0);
    assert!(told.lines().contains("a call ended in a panic"));
    assert!(!told.text().contains("canary-of-a-panic"));
}

#[tokio::test]
async fn a_loop_goes_from_one_organization_to_the_next_and_tells_of_failures() {
    let database = Database::own("loops").await;
    let db = database.connect().await;
    let (visited, mut visits) = tokio::sync::mpsc::unbounded_channel();
    let world = World::start_on(database.clone(), db, |options| {
        let tick = move |_, context: orgfit::base::Context| {
            visited.send(context.caller.organization_id).ok();
            async { Err(orgfit::base::Error::internal("the disk of the moon is full")) }
        };
        options.loops = vec![Loop::new("test.loop", Duration::from_millis(10), tick)];
    })
    .await;
    let other = world.another_tenant().await;
    for tenant in [&world.tenant, &other] {
        while visits.recv().await.unwrap() != tenant.organization_id {}
    }
    world.server.shutdown().await;
    let told = collector::told().await;
    let name = [("loop.name", "test.loop")];
    assert!(count(&told.metrics("orgfit.loop.failures"), &name) > 0);
    assert!(count(&told.metrics("orgfit.loop.lag"), &name) > 0);
    assert!(count(&told.metrics("orgfit.loop.duration"), &name) > 0);
    assert!(told.lines().contains("the disk of the moon is full"));
    database.remove().await;
}

/// A request whose every text is the canary.
fn filled(descriptor: &MessageDescriptor, canary: &str, depth: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let value = match field.kind() {
            Kind::String => prost_reflect::Value::String(canary.to_owned()),
            Kind::Bytes => prost_reflect::Value::Bytes(canary.as_bytes().to_vec().into()),
            Kind::Message(inner) if field.is_map() => {
                let value = match inner.map_entry_value_field().kind() {
                    Kind::String => prost_reflect::Value::String(canary.to_owned()),
                    _ => continue,
                };
                let entries = [(MapKey::String(canary.to_owned()), value)];
                message.set_field(&field, prost_reflect::Value::Map(entries.into()));
                continue;
            }
            Kind::Message(inner) if depth > 0 && inner.package_name() != "google.protobuf" => {
                prost_reflect::Value::Message(filled(&inner, canary, depth - 1))
            }
            _ => continue,
        };
        let value = if field.is_list() { prost_reflect::Value::List(vec![value]) } else { value };
        message.set_field(&field, value);
    }
    message
}

#[tokio::test]
async fn nothing_that_a_caller_says_is_in_a_log_a_span_or_a_metric() {
    let world = World::start().await;
    let canary = format!("canary{:x}", rand::random::<u128>());

    // Calls that succeed, with the canary in everything that is personal.
    let person = pb::Person {
        external_id: format!("{canary}-id"),
        first_name: format!("{canary} Anna"),
        last_name: format!("{canary} Muster"),
        display_name: format!("{canary} Anna Muster"),
        work_email: format!("{canary}@example.org"),
        unit_id: world.tenant.root_unit_id.to_string(),
        ..pb::Person::default()
    };
    let request = || pb::CreatePersonRequest {
        person: Some(person.clone()),
        request_id: uuid::Uuid::from_u128(rand::random()).to_string(),
    };
    let answer = world.client().people().create_person(request()).await;
    let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
    assert_eq!(code, Code::Ok, "{answer:?}");
    // And the same again, which the database refuses.
    let status = world.client().people().create_person(request()).await.unwrap_err();
    assert_eq!(status.code(), Code::AlreadyExists, "{status:?}");

    // Every method, with the canary in every text of its request.
    let pool = DescriptorPool::decode(orgfit::pb::DESCRIPTOR_SET).unwrap();
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let name = format!("{}/{}", method.parent_service().full_name(), method.name());
        let message = filled(&method.input(), &canary, 3).encode_to_vec();
        raw::call(&world, &name, &[("x-note", &canary)], &message).await.ok();
    }
    // Methods, credentials and messages that are none.
    raw::call(&world, &format!("{canary}.Service/Do"), &[], &[]).await.unwrap_err();
    raw::call(&world, WHO_AM_I, &[("grpc-timeout", &canary)], &[]).await.unwrap_err();
    raw::call(&world, WHO_AM_I, &[("traceparent", &canary)], canary.as_bytes()).await.ok();
    for credential in [canary.clone(), format!("orgfit_{canary}"), format!("{canary}.a.b")] {
        let client = world.client_with(&credential);
        client.access().who_am_i(WhoAmIRequest {}).await.unwrap_err();
    }

    let told = collector::told().await;
    let text = told.text();
    assert!(text.contains(&world.tenant.organization_id.to_string()), "nothing was told at all");
    for secret in [canary.as_str(), world.tenant.key.as_str(), &world.tenant.key[30..]] {
        if let Some(place) = text.find(secret) {
            let from = text.floor_char_boundary(place.saturating_sub(300));
            panic!("{}", &text[from..text.ceil_char_boundary(place + 100)]);
        }
    }
}

#[tokio::test]
async fn calls_of_respondents_are_counted_and_leave_no_other_trace() {
    let world = World::start().await;
    let survey = Survey::open(&world, 2).await;
    let token = survey.tokens[0].as_str();
    let submission_id = uuid::Uuid::from_u128(rand::random()).to_string();
    let trace = uuid::Uuid::from_u128(rand::random()).simple().to_string();
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let question = orgfit::pb::respondent::GetQuestionnaireRequest::default();
    let mut request = Request::new(question.clone());
    request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    let shown = world.client_with(token).respondent().get_questionnaire(request).await.unwrap();
    assert!(!shown.metadata().contains_key("traceresponse"));
    drop(shown);
    // Stored, repeated, with mistakes, spent, with an identity, and with a token that is none.
    for codes in [&[1, 2, 3][..], &[1, 2, 3], &[9]] {
        submit(&world, token, &submission_id, codes).await.unwrap();
    }
    let other = uuid::Uuid::from_u128(rand::random()).to_string();
    submit(&world, token, &other, &[1, 2, 3]).await.unwrap_err();
    submit(&world, &survey.tokens[1], &submission_id, &[9]).await.unwrap_err();
    for credential in [world.tenant.key.as_str(), "ort_none"] {
        submit(&world, credential, &submission_id, &[1, 2, 3]).await.unwrap_err();
    }

    let service = "orgfit.respondent.v1.RespondentService";
    let method = format!("{service}/SubmitResponse");
    let code = "rpc.response.status_code";
    let told = loop {
        let told = collector::told().await;
        let calls = told.metrics("rpc.server.call.duration");
        let of = |name: &str| count(&calls, &[("rpc.method", &method), (code, name)]);
        if of("OK") >= 3 && of("INVALID_ARGUMENT") >= 2 && of("UNAUTHENTICATED") >= 1 {
            break told;
        }
        tokio::time::sleep(PAUSE).await;
    };
    let trace_id = data_encoding::HEXLOWER.decode(trace.as_bytes()).unwrap();
    let is_theirs = |span: &Span| span.name.contains(service) || span.trace_id == trace_id;
    assert!(!told.spans().iter().any(is_theirs), "a span tells of a respondent's call");
    assert!(!told.lines().contains(service), "a line tells of a respondent's call");
    let text = told.text();
    let wave = survey.wave_id.to_string();
    let organization = world.tenant.organization_id.to_string();
    for secret in [token, &submission_id, &wave, &organization, &trace, &survey.tokens[1]] {
        assert!(!text.contains(secret), "{secret} was told");
    }
}
