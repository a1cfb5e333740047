//! Callers of the server: each sends an answer, waits until it is acknowledged, and sends the next one. They
//! run on a thread of their own, as a load generator would.
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use orgfit::pb::common::AnswerSheet;
use orgfit::pb::respondent::SubmitResponseRequest;
use orgfit::pb::respondent::respondent_service_client::RespondentServiceClient;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;

use super::Outcome;
use super::ground::ITEMS;

/// Connections that the callers share.
const CONNECTIONS: usize = 4;

/// What a run measured.
pub(crate) struct Measured {
    /// Acknowledged answers in a second.
    pub(crate) rate: f64,
    /// Half of them took at most so long.
    pub(crate) p50: Duration,
    /// All but one in a hundred took at most so long.
    pub(crate) p99: Duration,
}

/// Has `clients` callers spend the tokens. One that is refused fails the run.
pub(crate) async fn run(
    address: SocketAddr,
    clients: usize,
    tokens: &[String],
) -> Outcome<Measured> {
    let shares: Vec<Vec<String>> = (0..clients)
        .map(|client| tokens.iter().skip(client).step_by(clients).cloned().collect())
        .collect();
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(call_all(address, shares))
    })
    .await?
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a rate")]
async fn call_all(address: SocketAddr, shares: Vec<Vec<String>>) -> Outcome<Measured> {
    let mut channels = Vec::new();
    for _ in 0..CONNECTIONS {
        channels.push(Endpoint::from_shared(format!("http://{address}"))?.connect().await?);
    }
    let begun = Instant::now();
    let callers: Vec<_> = shares
        .into_iter()
        .zip(channels.iter().cycle())
        .map(|(tokens, channel)| call(channel.clone(), tokens))
        .collect();
    let mut tasks = tokio::task::JoinSet::new();
    for caller in callers {
        tasks.spawn(caller);
    }
    let mut times = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        times.extend(ended??);
    }
    let took = begun.elapsed();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    Ok(Measured { rate: times.len() as f64 / took.as_secs_f64(), p50: at(50), p99: at(99) })
}

async fn call(channel: Channel, tokens: Vec<String>) -> Outcome<Vec<Duration>> {
    let mut client = RespondentServiceClient::new(channel);
    let mut times = Vec::with_capacity(tokens.len());
    for (number, token) in tokens.iter().enumerate() {
        let submission_id = Uuid::from_u128(rand::random()).to_string();
        let code = i32::try_from(number % 5 + 1)?;
        let answers = Some(AnswerSheet { codes: vec![code; ITEMS] });
        let mut request = Request::new(SubmitResponseRequest { submission_id, answers });
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let sent = Instant::now();
        client.submit_response(request).await?;
        times.push(sent.elapsed());
    }
    Ok(times)
}
