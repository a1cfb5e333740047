//! The door of the server: who gets in, by which certificate, how it closes, and what it says of
//! itself.
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use orgfit::base::Db;
use orgfit::pb::access::WhoAmIRequest;
use orgfit::pb::directory as pb;
use orgfit::server::{Drained, Pulse, SERVICES, TlsFiles};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::{Client, Database, Hold, World, connect};
use crate::proxy::Proxy;

/// Waits until the server closes a connection.
async fn until_closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end as well.
    stream.read_to_end(&mut rest).await.ok();
}

#[tokio::test]
async fn a_peer_gets_so_many_connections_and_no_more() {
    let world = World::start_with(|options| options.connections.connections_per_peer_max = 2).await;
    // The first place is the channel's.
    let second = TcpStream::connect(world.server.address()).await.unwrap();
    let mut third = TcpStream::connect(world.server.address()).await.unwrap();
    until_closed(&mut third).await;
    drop(second);
    // The place that was given back is good for calls.
    loop {
        let endpoint = Endpoint::from_shared(format!("http://{}", world.server.address())).unwrap();
        let Ok(channel) = endpoint.connect().await else { continue };
        let client = Client::over(channel, &world.tenant.key);
        if client.access().who_am_i(WhoAmIRequest {}).await.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn whoever_connects_and_asks_nothing_is_sent_away() {
    let soon = Duration::from_millis(100);
    let world = World::start_with(|options| options.connections.first_request_timeout = soon).await;
    let mut silent = TcpStream::connect(world.server.address()).await.unwrap();
    until_closed(&mut silent).await;
    let mut hesitant = TcpStream::connect(world.server.address()).await.unwrap();
    hesitant.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    until_closed(&mut hesitant).await;
    // A connection that asked once may rest.
    let client = Client::over(connect(world.server.address()).await, &world.tenant.key);
    client.access().who_am_i(WhoAmIRequest {}).await.unwrap();
    tokio::time::sleep(soon * 3).await;
    client.access().who_am_i(WhoAmIRequest {}).await.unwrap();
}

#[tokio::test]
async fn an_old_connection_ends_after_its_calls() {
    let world = World::start_with(|options| {
        options.connections.connection_age = Duration::from_millis(100);
    })
    .await;
    let mut hold = Hold::units(&world).await;
    let call = begin_call(&world);
    hold.until_waiting(1).await;
    // A younger connection has come of age, so the one with the call has, too.
    let mut younger = TcpStream::connect(world.server.address()).await.unwrap();
    until_closed(&mut younger).await;
    assert!(!call.is_finished());
    hold.release().await;
    call.await.unwrap().unwrap();
}

/// Writes a new certificate and its key; gives what trusts it.
fn certify(folder: &Path) -> (TlsFiles, Certificate) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("server.pem"), key: folder.join("server.key") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, Certificate::from_pem(made.cert.pem()))
}

async fn connect_tls(world: &World, trusted: &Certificate) -> Option<Channel> {
    let tls = ClientTlsConfig::new().ca_certificate(trusted.clone()).domain_name("localhost");
    let endpoint = Endpoint::from_shared(format!("https://{}", world.server.address())).unwrap();
    endpoint.tls_config(tls).unwrap().connect().await.ok()
}

#[tokio::test]
async fn certificates_are_exchanged_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (files, first) = certify(folder.path());
    let world = World::start_with(|options| {
        options.tls = Some(files.clone());
        options.tls_check_period = Duration::from_millis(20);
    })
    .await;
    let old = Client::over(connect_tls(&world, &first).await.unwrap(), &world.tenant.key);
    old.access().who_am_i(WhoAmIRequest {}).await.unwrap();

    // What cannot be used changes nothing.
    std::fs::write(&files.certificate, "no certificate").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(connect_tls(&world, &first).await.is_some());

    let (_, second) = certify(folder.path());
    while connect_tls(&world, &second).await.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(connect_tls(&world, &first).await.is_none());
    // Who is in, stays.
    old.access().who_am_i(WhoAmIRequest {}).await.unwrap();
}

#[tokio::test]
async fn a_hangup_exchanges_certificates_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (files, _) = certify(folder.path());
    let world = World::start_with(|options| {
        options.tls = Some(files);
        options.tls_check_period = Duration::from_hours(1);
    })
    .await;
    let (_, second) = certify(folder.path());
    assert!(connect_tls(&world, &second).await.is_none());
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::HUP).unwrap();
    while connect_tls(&world, &second).await.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn whoever_does_not_shake_hands_is_sent_away() {
    let folder = tempfile::tempdir().unwrap();
    let (files, trusted) = certify(folder.path());
    let world = World::start_with(|options| {
        options.tls = Some(files);
        options.connections.handshake_timeout = Duration::from_millis(100);
    })
    .await;
    let mut silent = TcpStream::connect(world.server.address()).await.unwrap();
    until_closed(&mut silent).await;
    assert!(connect_tls(&world, &trusted).await.is_some());
}

/// A call that waits in the database.
fn begin_call(world: &World) -> tokio::task::JoinHandle<Result<(), tonic::Status>> {
    let client = world.client();
    let unit = pb::Unit {
        parent_unit_id: world.tenant.root_unit_id.to_string(),
        display_name: "Einkauf".to_owned(),
        ..pb::Unit::default()
    };
    tokio::spawn(async move {
        let request = pb::CreateUnitRequest { unit: Some(unit), request_id: String::new() };
        client.directory().create_unit(request).await.map(drop)
    })
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_lets_what_is_in_flight_end() {
    let world = World::start().await;
    let (address, channel) = (world.server.address(), world.channel.clone());
    let mut hold = Hold::units(&world).await;
    let call = begin_call(&world);
    hold.until_waiting(1).await;
    let mut watch =
        HealthClient::new(channel).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let status = |reply: Option<tonic_health::pb::HealthCheckResponse>| reply.unwrap().status();
    assert_eq!(status(watch.message().await.unwrap()), ServingStatus::Serving);

    let World { server, .. } = world;
    let shutdown = tokio::spawn(server.shutdown());
    assert_eq!(status(watch.message().await.unwrap()), ServingStatus::NotServing);
    assert_eq!(watch.message().await.unwrap_err().code(), Code::Unavailable);
    while TcpStream::connect(address).await.is_ok() {}
    assert!(!call.is_finished() && !shutdown.is_finished());

    hold.release().await;
    call.await.unwrap().unwrap();
    assert_eq!(shutdown.await.unwrap(), Drained::Wholly);
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_ever() {
    let world =
        World::start_with(|options| options.drain_timeout = Duration::from_millis(200)).await;
    let mut hold = Hold::units(&world).await;
    let call = begin_call(&world);
    hold.until_waiting(1).await;
    let World { server, .. } = world;
    assert_eq!(server.shutdown().await, Drained::InPart);
    assert_eq!(call.await.unwrap().unwrap_err().code(), Code::Unavailable);
    hold.release().await;
}

#[tokio::test]
async fn readiness_follows_the_database_and_so_do_refusals() {
    let database = Database::shared().await;
    let proxy = Proxy::to(&database).await;
    let db = Db::connect(&proxy.url(), 4).await.unwrap();
    let quick = Duration::from_millis(50);
    let world = World::start_on(database, db, |options| {
        options.pulse = Pulse { period: quick, timeout: Duration::from_millis(500) };
    })
    .await;
    let service = SERVICES[0].to_owned();
    let mut health = HealthClient::new(world.channel.clone());
    let mut watch = health.watch(HealthCheckRequest { service }).await.unwrap().into_inner();
    let mut next = async || watch.message().await.unwrap().unwrap().status();
    assert_eq!(next().await, ServingStatus::Serving);
    proxy.cut();
    assert_eq!(next().await, ServingStatus::NotServing);
    let status = world.client().access().who_am_i(WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    proxy.mend().await;
    assert_eq!(next().await, ServingStatus::Serving);
    world.client().access().who_am_i(WhoAmIRequest {}).await.unwrap();
}

/// The services that reflection tells of.
async fn reflected(world: &World) -> Result<BTreeSet<String>, tonic::Status> {
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
    use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let replies = ServerReflectionClient::new(world.channel.clone())
        .server_reflection_info(tokio_stream::once(request))
        .await?;
    let reply: Option<ServerReflectionResponse> = replies.into_inner().message().await?;
    match reply.unwrap().message_response.unwrap() {
        MessageResponse::ListServicesResponse(list) => {
            Ok(list.service.into_iter().map(|service| service.name).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn reflection_tells_of_what_is_served_and_can_be_switched_off() {
    let world = World::start().await;
    let served = SERVICES.iter().map(ToString::to_string).collect();
    assert_eq!(reflected(&world).await.unwrap(), served);
    let world = World::start_with(|options| options.reflection = false).await;
    assert_eq!(reflected(&world).await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_browser_calls_by_grpc_web() {
    let world = World::start_with(|options| {
        options.allowed_origins = vec!["https://app.example.org".to_owned()];
    })
    .await;
    let mut stream = TcpStream::connect(world.server.address()).await.unwrap();
    let head = format!(
        "POST /orgfit.access.v1.AccessService/WhoAmI HTTP/1.1\r\nhost: localhost\r\n\
         origin: https://app.example.org\r\nauthorization: Bearer {}\r\n\
         content-type: application/grpc-web+proto\r\ncontent-length: 5\r\n\
         connection: close\r\n\r\n",
        world.tenant.key
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[0; 5]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: https://app.example.org"), "{answer}");
    assert!(answer.contains("grpc-status:0"), "{answer}");
    assert!(answer.contains(&world.tenant.organization_id.to_string()), "{answer}");
}
