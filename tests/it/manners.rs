//! Manners of the server as a whole: what callers are told, and that a write which was begun comes
//! to its end.
use std::time::Duration;

use orgfit::base::{Db, Permission};
use orgfit::pb::access::WhoAmIRequest;
use orgfit::pb::directory as pb;
use orgfit::pb::directory::get_unit_request::Key;
use orgfit::pb::intake::import_people_request::Part;
use orgfit::pb::intake::intake_service_client::IntakeServiceClient;
use orgfit::pb::intake::{ImportHeader, ImportPeopleRequest};
use orgfit::server::Drained;
use prost::Message;
use tokio_stream::StreamExt;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::{Client, Database, Hold, World, golden};
use crate::proxy::Proxy;
use crate::raw;

const UPDATE_ORGANIZATION: &str = "orgfit.directory.v1.DirectoryService/UpdateOrganization";
const CREATE_UNIT: &str = "orgfit.directory.v1.DirectoryService/CreateUnit";

/// A change of the organization's name, ready to be sent.
async fn rename(client: &Client, name: &str) -> pb::UpdateOrganizationRequest {
    let request = pb::GetOrganizationRequest {};
    let stored = client.directory().get_organization(request).await.unwrap().into_inner();
    let mut organization = stored.organization.unwrap();
    name.clone_into(&mut organization.display_name);
    pb::UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".to_owned()] }),
    }
}

fn unit(world: &World, name: &str) -> pb::CreateUnitRequest {
    pb::CreateUnitRequest {
        unit: Some(pb::Unit {
            parent_unit_id: world.tenant.root_unit_id.to_string(),
            display_name: name.to_owned(),
            ..pb::Unit::default()
        }),
        request_id: Uuid::new_v4().to_string(),
    }
}

#[tokio::test]
async fn refusals_name_what_is_wrong_and_what_to_do() {
    let world = World::start().await;
    let client = world.client();
    let get = |unit_id: &str| pb::GetUnitRequest { key: Some(Key::UnitId(unit_id.to_owned())) };

    let status = client.directory().get_unit(get("x")).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        InvalidArgument: unit_id: must be a UUID in lower-case canonical form, 36 characters
        orgfit FIELD_INVALID []
        unit_id: must be a UUID in lower-case canonical form, 36 characters
        ");

    let nobody = Uuid::nil().to_string();
    let status = client.directory().get_unit(get(&nobody)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r#"
        NotFound: there is no such unit
        orgfit RESOURCE_NOT_FOUND [("resourceId", "00000000-0000-0000-0000-000000000000"), ("resourceType", "unit")]
        "#);

    let status =
        world.client_with("orgfit_wrong").access().who_am_i(WhoAmIRequest {}).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        Unauthenticated: send a valid API key or access token as: authorization: Bearer <credential>
        orgfit CREDENTIAL_INVALID []
        ");

    let key = world.key(&world.tenant, &[Permission::PeopleRead], None).await;
    let status = world.client_with(&key).directory().get_unit(get(&nobody)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r#"
        PermissionDenied: the credential lacks the permission units.read for what was asked
        orgfit PERMISSION_MISSING [("permission", "units.read")]
        "#);

    let status = raw::call(&world, "orgfit.v1.Nothing/Do", &[], &[]).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        Unimplemented: there is no such method
        orgfit METHOD_UNKNOWN []
        ");

    let status =
        raw::call(&world, CREATE_UNIT, &[("grpc-timeout", "soon")], &[]).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        InvalidArgument: grpc-timeout: must be one to eight digits and a unit of H, M, S, m, u or n
        orgfit FIELD_INVALID []
        grpc-timeout: must be one to eight digits and a unit of H, M, S, m, u or n
        ");
}

#[tokio::test]
async fn what_is_no_message_is_the_callers_error() {
    let world = World::start().await;
    for garbage in [&b"\x0a\xff"[..], &[0xff; 40], b"\x0a\x04\xc3\x28\xc3\x28"] {
        let status = raw::call(&world, CREATE_UNIT, &[], garbage).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(golden(&status), @r"
                InvalidArgument: request: must be the protobuf message that the method takes, framed as gRPC says
                orgfit FIELD_INVALID []
                request: must be the protobuf message that the method takes, framed as gRPC says
                ");
        }
    }
}

#[tokio::test]
async fn a_message_is_refused_when_it_is_larger_than_its_method_takes() {
    let world = World::start().await;
    let large = unit(&world, &"x".repeat(70_000));
    let status = world.client().directory().create_unit(large).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r#"
        ResourceExhausted: a message of this method's request has at most 65536 bytes
        orgfit REQUEST_TOO_LARGE [("limit", "request bytes")]
        quota request bytes
        "#);

    // The same size is fine where many rows come at once: then it is the content that is wrong.
    let large = pb::UpdateSegmentSchemeRequest {
        segment_scheme: Some(pb::SegmentScheme {
            etag: "x".repeat(70_000),
            ..pb::SegmentScheme::default()
        }),
        validate_only: true,
    };
    let status = world.client().directory().update_segment_scheme(large).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted);
}

#[tokio::test]
async fn a_deadline_is_told_as_such_and_ends_the_statement() {
    let world = World::start().await;
    let message = rename(&world.client(), "Zu spät AG").await.encode_to_vec();
    let mut hold = Hold::settings(&world).await;

    let headers = [("grpc-timeout", "400m")];
    let call = raw::call(&world, UPDATE_ORGANIZATION, &headers, &message);
    let (answer, ()) = tokio::join!(call, hold.until_waiting(1));
    insta::assert_snapshot!(golden(&answer.unwrap_err()), @r"
        DeadlineExceeded: the deadline of the call is over; a write may have happened: repeat it with the same request_id
        orgfit DEADLINE_EXCEEDED []
        ");
    // The row is still held: the statement was given up, not served.
    hold.until_waiting(0).await;
    hold.release().await;
    assert_ne!(name(&world).await, "Zu spät AG");
}

#[tokio::test]
async fn a_stream_that_goes_on_too_long_is_ended_as_such() {
    let world = World::start().await;
    let (client, origin) = raw::untimed(&world);
    // A caller that opens an import and then says nothing more.
    let header = ImportHeader { import_id: Uuid::new_v4().to_string(), ..ImportHeader::default() };
    let first = ImportPeopleRequest { part: Some(Part::Header(header)) };
    let parts = tokio_stream::once(first).chain(tokio_stream::pending());
    let mut request = Request::new(parts);
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let bearer = format!("Bearer {}", world.tenant.key);
    request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    let mut client = IntakeServiceClient::with_origin(client, origin);
    let status = client.import_people(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "DEADLINE_EXCEEDED");
    // Nothing of the call is left: the server can end at once.
    assert_eq!(world.server.shutdown().await, Drained::Wholly);
}

async fn name(world: &World) -> String {
    let request = pb::GetOrganizationRequest {};
    let reply = world.client().directory().get_organization(request).await.unwrap();
    reply.into_inner().organization.unwrap().display_name
}

#[tokio::test]
async fn a_write_whose_caller_went_away_comes_to_its_end() {
    let world = World::start().await;
    let mut hold = Hold::units(&world).await;
    let request = unit(&world, "Vertrieb");

    let mut client = world.client().directory();
    let mut call = Box::pin(client.create_unit(request.clone()));
    tokio::select! {
        answer = &mut call => panic!("answered although the row is held: {answer:?}"),
        () = hold.until_waiting(1) => {}
    }
    drop(call);
    hold.release().await;

    // The repetition finds it done, once.
    let reply = loop {
        match world.client().directory().create_unit(request.clone()).await {
            Ok(reply) => break reply,
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status}"),
        }
    };
    assert!(reply.metadata().contains_key("orgfit-replayed"), "{:?}", reply.metadata());
    let units = world.client().directory().list_units(pb::ListUnitsRequest::default()).await;
    let units = units.unwrap().into_inner().units;
    assert_eq!(units.iter().filter(|unit| unit.display_name == "Vertrieb").count(), 1);
}

#[tokio::test]
async fn overload_is_refused_at_once_while_health_answers() {
    let world = World::start_with(|options| options.calls_max = 1).await;
    let message = rename(&world.client(), "Voll AG").await;
    let mut hold = Hold::settings(&world).await;
    let client = world.client();
    let busy = tokio::spawn(async move { client.directory().update_organization(message).await });
    hold.until_waiting(1).await;

    let status = world.client().access().who_am_i(WhoAmIRequest {}).await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r#"
        ResourceExhausted: the server does as much as it can at once; come back after the given delay
        orgfit OVERLOADED [("limit", "calls at once")]
        quota calls at once
        retry after 1s
        "#);
    assert_eq!(status.metadata().get("grpc-retry-pushback-ms").unwrap(), "1000");
    let health = HealthClient::new(world.channel.clone())
        .check(HealthCheckRequest::default())
        .await
        .unwrap();
    assert_eq!(health.into_inner().status(), ServingStatus::Serving);

    hold.release().await;
    busy.await.unwrap().unwrap();
    assert_eq!(name(&world).await, "Voll AG");
}

#[tokio::test]
async fn a_call_beyond_its_deadline_counts_until_its_work_ends() {
    let world = World::start_with(|options| options.calls_max = 1).await;
    let message = rename(&world.client(), "Lange AG").await.encode_to_vec();
    let mut hold = Hold::settings(&world).await;
    let headers = [("grpc-timeout", "300m")];
    let call = raw::call(&world, UPDATE_ORGANIZATION, &headers, &message);
    let (answer, ()) = tokio::join!(call, hold.until_waiting(1));
    assert_eq!(answer.unwrap_err().code(), Code::DeadlineExceeded);
    hold.until_waiting(0).await;
    hold.release().await;
    // The place comes back with the end of the work, which the caller does not see.
    while let Err(status) = world.client().access().who_am_i(WhoAmIRequest {}).await {
        assert_eq!(status.code(), Code::ResourceExhausted);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn answers_come_compressed_to_whoever_can_read_that() {
    let world = World::start().await;
    let mut client = world.client().access().accept_compressed(CompressionEncoding::Gzip);
    let reply = client.who_am_i(WhoAmIRequest {}).await.unwrap();
    assert_eq!(reply.metadata().get("grpc-encoding").unwrap(), "gzip");
    let mut health = HealthClient::new(world.channel.clone())
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    health.check(HealthCheckRequest::default()).await.unwrap();
}

#[tokio::test]
async fn organizations_do_not_see_one_another() {
    let world = World::start().await;
    let stranger = world.another_tenant().await;
    let unit_id = world.tenant.root_unit_id.to_string();
    let request = || pb::GetUnitRequest { key: Some(Key::UnitId(unit_id.clone())) };
    world.client().directory().get_unit(request()).await.unwrap();
    let mut stranger = world.client_with(&stranger.key).directory();
    let status = stranger.get_unit(Request::new(request())).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unavailable_and_its_repetition_tells_the_truth() {
    let database = Database::shared().await;
    let proxy = Proxy::to(&database).await;
    let db = Db::connect(&proxy.url(), 4).await.unwrap();
    let world = World::start_on(database, db, |_| {}).await;
    let client = world.client();
    let request = unit(&world, "Sales");

    proxy.lose_commit_of("create_unit");
    let status = client.directory().create_unit(request.clone()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);

    let reply = client.directory().create_unit(request).await.unwrap();
    assert!(reply.metadata().contains_key("orgfit-replayed"));
    let units = client.directory().list_units(pb::ListUnitsRequest::default()).await.unwrap();
    assert_eq!(units.into_inner().units.len(), 2);
}
