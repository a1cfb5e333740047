//! The door: an accept loop of our own, since it alone can bound connections in all, per peer, in
//! their handshake, in their first request and in their age, and let them end in peace.
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;

use super::deadline;
use super::handler::Handler;
use super::place::{Place, Places};
use super::tls::Tls;

/// Streams of one connection at once.
const STREAMS_MAX: u32 = 64;
/// Streams that a peer may reset before they were looked at.
const PENDING_RESETS_MAX: usize = 20;
/// Streams that a peer may make us reset.
const LOCAL_RESETS_MAX: usize = 256;
/// All header fields of a request together.
const HEADERS_BYTES_MAX: u32 = 8 << 10;
const STREAM_WINDOW_BYTES: u32 = 64 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 256 << 10;
/// How much HTTP/1 may buffer.
const HTTP1_BUFFER_BYTES: usize = 64 << 10;
const KEEPALIVE_PERIOD: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest rest after a failed accept.
const REST_MAX: Duration = Duration::from_secs(1);

/// Bounds of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub connections_max: usize,
    /// Connections of one peer: an IPv4 address, or the first half of an IPv6 address.
    pub connections_per_peer_max: usize,
    /// Longest TLS handshake.
    pub handshake_timeout: Duration,
    /// Longest time from connecting to the first request.
    pub first_request_timeout: Duration,
    /// Age at which a connection is asked to end, give or take a tenth.
    pub connection_age: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections_max: 1_024,
            connections_per_peer_max: 64,
            handshake_timeout: Duration::from_secs(5),
            first_request_timeout: Duration::from_secs(10),
            connection_age: Duration::from_mins(15),
        }
    }
}

/// When connections end.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnectionEnds {
    /// No new connection, no new call.
    pub(super) drain: CancellationToken,
    /// At once.
    pub(super) cut: CancellationToken,
}

/// Everything that a connection needs.
pub(super) struct Door {
    places: Arc<Places>,
    tls: Option<Arc<Tls>>,
    limits: ConnectionLimits,
    handler: Handler,
    http: Builder<TokioExecutor>,
    tasks: TaskTracker,
    ends: ConnectionEnds,
}

impl Door {
    pub(super) fn new(
        handler: Handler,
        tls: Option<Arc<Tls>>,
        limits: ConnectionLimits,
        tasks: TaskTracker,
        ends: ConnectionEnds,
    ) -> Self {
        let places = Places::new(limits.connections_max, limits.connections_per_peer_max);
        let http = http(limits.first_request_timeout);
        Self { places: Arc::new(places), tls, limits, handler, http, tasks, ends }
    }

    /// Lets connections in until the server drains; then the listener is closed.
    pub(super) async fn run(self: Arc<Self>, listener: TcpListener) {
        let mut rest = Duration::ZERO;
        loop {
            let accepted = tokio::select! {
                () = self.ends.drain.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    rest = Duration::ZERO;
                    // Without a place the connection is dropped, which closes it.
                    if let Some(place) = self.places.take(peer.ip()) {
                        self.tasks.spawn(self.clone().serve(stream, peer.port(), place));
                    }
                }
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would spin.
                    rest = (rest * 2).clamp(Duration::from_millis(10), REST_MAX);
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(rest).await;
                }
            }
        }
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, port: u16, _place: Place) {
        // A peer that is gone already shows in the next read.
        stream.set_nodelay(true).ok();
        let Some(tls) = &self.tls else { return self.converse(stream, port).await };
        let handshake =
            tokio::time::timeout(self.limits.handshake_timeout, tls.acceptor().accept(stream));
        tokio::select! {
            () = self.ends.drain.cancelled() => {}
            shaken = handshake => match shaken {
                Ok(Ok(stream)) => self.converse(stream, port).await,
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            }
        }
    }

    /// Serves the requests of a connection until its end.
    async fn converse(&self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static, port: u16) {
        let asked = Arc::new(AtomicBool::new(false));
        let service = {
            let (asked, handler) = (asked.clone(), self.handler.clone());
            hyper::service::service_fn(move |request: http::Request<Incoming>| {
                asked.store(true, Ordering::Relaxed);
                let answer = handler.answer(request.map(Body::new));
                async move { Ok::<_, std::convert::Infallible>(answer.await) }
            })
        };
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        let mut patience = pin!(tokio::time::sleep(self.limits.first_request_timeout));
        let mut age = pin!(tokio::time::sleep(aged(self.limits.connection_age, port)));
        let (mut waiting, mut ending) = (true, false);
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = self.ends.cut.cancelled() => return,
                () = patience.as_mut(), if waiting => {
                    if !asked.load(Ordering::Relaxed) {
                        return;
                    }
                    waiting = false;
                    continue;
                }
                () = age.as_mut() => {
                    if ending {
                        return;
                    }
                }
                () = self.ends.drain.cancelled(), if !ending => {}
            }
            // No further call; those that run have as long as any call may take.
            ending = true;
            connection.as_mut().graceful_shutdown();
            age.as_mut().reset(tokio::time::Instant::now() + deadline::CAP);
        }
    }
}

/// Spreads the ages of connections that began together.
fn aged(age: Duration, port: u16) -> Duration {
    age * (90 + u32::from(port) % 21) / 100
}

/// HTTP with every limit set: what is not set here would be unlimited.
fn http(first_request_timeout: Duration) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(first_request_timeout)
        .max_buf_size(HTTP1_BUFFER_BYTES);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(LOCAL_RESETS_MAX)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .keep_alive_interval(KEEPALIVE_PERIOD)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT);
    http
}

/// The part of an address that counts as one peer.
pub(super) fn peer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let network = u128::from(v6) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_spread_by_a_tenth() {
        let age = Duration::from_secs(1000);
        let ages: Vec<_> = (0..=u16::MAX).map(|port| aged(age, port).as_secs()).collect();
        assert_eq!((ages.iter().min(), ages.iter().max()), (Some(&900), Some(&1100)));
    }

    #[test]
    fn a_network_of_six_is_one_peer_and_a_mapped_four_is_a_four() {
        let peer = |text: &str| peer_of(text.parse().unwrap());
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:1"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    }
}
