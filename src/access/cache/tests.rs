//! Key sets from a publisher on this machine, by a clock that is told to go on.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::DateTime;
use futures::future::join_all;
use serde_json::json;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, crypto};

use super::*;
use crate::base::clock::{Clock, FakeClock};

/// A web server with one page, which counts how often it is read.
struct Publisher {
    address: String,
    response: Arc<Mutex<String>>,
    reads: Arc<AtomicUsize>,
}

impl Publisher {
    fn new(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let publisher = Self {
            address: format!("{scheme}://localhost:{}/keys", listener.local_addr().unwrap().port()),
            response: Arc::default(),
            reads: Arc::default(),
        };
        let (response, reads) = (Arc::clone(&publisher.response), Arc::clone(&publisher.reads));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                reads.fetch_add(1, Ordering::SeqCst);
                let response = response.lock().unwrap().clone();
                match &tls {
                    None => answer(connection, &response),
                    Some(config) => {
                        let session = ServerConnection::new(Arc::clone(config)).unwrap();
                        answer(StreamOwned::new(session, connection), &response);
                    }
                }
            }
        });
        publisher
    }

    fn answers(&self, status: &str, body: &str) {
        let length = body.len();
        *self.response.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nlocation: /elsewhere\r\nconnection: close\r\n\r\n{body}"
        );
    }

    fn publishes(&self, key_ids: &[&str]) {
        self.answers("200 OK", &key_set(key_ids));
    }

    fn source(&self) -> KeySource {
        KeySource::parse(&self.address).unwrap()
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

/// A handshake that fails ends the exchange; the client's side of it is what is tested.
fn answer(mut connection: impl Read + Write, response: &str) {
    let mut request = [0; 4096];
    if connection.read(&mut request).is_ok() {
        let _ = connection.write_all(response.as_bytes());
        let _ = connection.flush();
    }
}

fn key_set(key_ids: &[&str]) -> String {
    let coordinate = "A".repeat(43);
    let keys: Vec<_> = key_ids
        .iter()
        .map(|id| json!({"kty": "EC", "crv": "P-256", "kid": id, "x": coordinate, "y": coordinate}))
        .collect();
    json!({"keys": keys}).to_string()
}

fn clock() -> FakeClock {
    FakeClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

async fn has(cache: &KeyCache, source: &KeySource, key_id: &str, clock: &FakeClock) -> bool {
    cache.keys(source, key_id, clock.now()).await.is_ok()
}

#[tokio::test]
async fn a_set_is_fetched_once_and_for_unknown_keys_at_most_once_a_minute() {
    let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
    let source = publisher.source();
    publisher.publishes(&["old"]);
    assert!(has(&cache, &source, "old", &clock).await);
    for _ in 0..20 {
        assert!(has(&cache, &source, "old", &clock).await);
        assert!(!has(&cache, &source, "invented", &clock).await);
    }
    assert_eq!(publisher.reads(), 1);

    publisher.publishes(&["old", "new"]);
    clock.advance(Duration::from_mins(1));
    assert!(has(&cache, &source, "new", &clock).await);
    assert!(has(&cache, &source, "old", &clock).await);
    assert_eq!(publisher.reads(), 2);
}

#[tokio::test]
async fn a_rotation_under_load_refuses_nobody_and_costs_one_fetch() {
    let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
    let source = publisher.source();
    publisher.publishes(&["old"]);
    assert!(has(&cache, &source, "old", &clock).await);
    publisher.publishes(&["old", "new"]);
    clock.advance(Duration::from_mins(1));
    let calls = (0..200).map(|call| {
        let key_id = if call % 2 == 0 { "new" } else { "old" };
        has(&cache, &source, key_id, &clock)
    });
    assert!(join_all(calls).await.into_iter().all(|accepted| accepted));
    assert_eq!(publisher.reads(), 2);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_ends_with_the_next_renewal() {
    let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
    let source = publisher.source();
    publisher.publishes(&["old"]);
    assert!(has(&cache, &source, "old", &clock).await);
    publisher.publishes(&["new"]);
    clock.advance(Duration::from_mins(10));
    // This one is served from the set at hand and sets the renewal off.
    assert!(has(&cache, &source, "old", &clock).await);
    assert!(has(&cache, &source, "new", &clock).await);
    assert!(!has(&cache, &source, "old", &clock).await);
    assert_eq!(publisher.reads(), 2);
}

#[tokio::test]
async fn a_set_that_cannot_be_confirmed_serves_for_an_hour_and_no_longer() {
    let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
    let source = publisher.source();
    publisher.publishes(&["old"]);
    assert!(has(&cache, &source, "old", &clock).await);
    publisher.answers("503 Service Unavailable", "");
    for _ in 0..59 {
        clock.advance(Duration::from_mins(1));
        assert!(has(&cache, &source, "old", &clock).await);
    }
    clock.advance(Duration::from_mins(1));
    assert!(!has(&cache, &source, "old", &clock).await);
    publisher.publishes(&["old"]);
    clock.advance(Duration::from_mins(1));
    assert!(has(&cache, &source, "old", &clock).await);
}

#[tokio::test]
async fn callers_who_hang_up_do_not_use_up_the_fetch() {
    let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
    let source = publisher.source();
    publisher.publishes(&["old"]);
    {
        let mut call = std::pin::pin!(has(&cache, &source, "old", &clock));
        assert!(futures::poll!(&mut call).is_pending());
    }
    assert!(has(&cache, &source, "old", &clock).await);
    assert_eq!(publisher.reads(), 1);
}

#[tokio::test]
async fn redirects_floods_and_noise_are_no_key_sets() {
    let huge =
        format!("{}{}", key_set(&["old"]), " ".repeat(crate::access::keyset::KEY_SET_BYTES_MAX));
    for (status, body) in [
        ("302 Found", key_set(&["old"])),
        ("404 Not Found", key_set(&["old"])),
        ("200 OK", huge),
        ("200 OK", "<html>".to_owned()),
    ] {
        let (cache, clock, publisher) = (KeyCache::default(), clock(), Publisher::new(None));
        publisher.answers(status, &body);
        assert!(!has(&cache, &publisher.source(), "old", &clock).await, "{status}");
        assert_eq!(publisher.reads(), 1);
    }
}

#[tokio::test]
async fn over_https_only_a_trusted_publisher_is_believed() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let publisher = Publisher::new(Some(Arc::new(config)));
    publisher.publishes(&["old"]);
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let trusting = KeyCache::trusting(Fetcher::trusting(roots).unwrap());
    assert!(has(&trusting, &publisher.source(), "old", &clock()).await);
    assert!(!has(&KeyCache::default(), &publisher.source(), "old", &clock()).await);
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changed_and_serves_for_an_hour_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let source = KeySource::File(path.clone());
    let (cache, clock) = (KeyCache::default(), clock());
    assert!(!has(&cache, &source, "old", &clock).await);
    std::fs::write(&path, key_set(&["old"])).unwrap();
    assert!(has(&cache, &source, "old", &clock).await);
    assert!(!has(&cache, &source, "invented", &clock).await);

    std::fs::write(folder.path().join("next"), key_set(&["new"])).unwrap();
    std::fs::rename(folder.path().join("next"), &path).unwrap();
    assert!(has(&cache, &source, "new", &clock).await);
    assert!(!has(&cache, &source, "old", &clock).await);

    std::fs::write(&path, "half a fi").unwrap();
    assert!(has(&cache, &source, "new", &clock).await);
    std::fs::remove_file(&path).unwrap();
    clock.advance(Duration::from_secs(3599));
    assert!(has(&cache, &source, "new", &clock).await);
    clock.advance(Duration::from_secs(1));
    assert!(!has(&cache, &source, "new", &clock).await);
}
