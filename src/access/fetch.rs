//! Reads key sets from where the operator said they are: a file, or a URL without redirects, over
//! https with the certificates that the machine trusts.
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::keyset::{KEY_SET_BYTES_MAX, KeySet};

/// How long fetching a key set may take.
pub(super) const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a key set could not be read, for the log.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What tells that a file was replaced or written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

/// A client that fetches key sets.
#[derive(Debug)]
pub(super) struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl Fetcher {
    /// A client that trusts the certificates of the machine. Without any, every fetch fails.
    pub(super) fn new() -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::trusting(roots)
    }

    /// A client that trusts `roots`.
    pub(super) fn trusting(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        let client =
            Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { client })
    }

    /// Fetches a key set. Only a plain 200 is one; a redirect is a failure.
    pub(super) async fn fetch(&self, uri: &Uri) -> Result<KeySet, Cause> {
        tokio::time::timeout(FETCH_TIMEOUT, self.exchange(uri))
            .await
            .map_err(|_| "the key set did not come in time")?
    }

    async fn exchange(&self, uri: &Uri) -> Result<KeySet, Cause> {
        let request = Request::get(uri.clone())
            .header(http::header::ACCEPT, "application/jwk-set+json, application/json")
            .body(Empty::new())?;
        let response = self.client.request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(format!("the key set was answered with {}", response.status()).into());
        }
        let body =
            Limited::new(response.into_body(), KEY_SET_BYTES_MAX).collect().await?.to_bytes();
        KeySet::parse(&body).ok_or_else(malformed)
    }
}

/// Reads a key set from a file, unless it is still as `known`.
pub(super) async fn read_file(
    path: &Path,
    known: Option<FileStamp>,
) -> Result<Option<(KeySet, FileStamp)>, Cause> {
    let metadata = tokio::fs::metadata(path).await?;
    let stamp =
        FileStamp { modified: metadata.modified()?, length: metadata.len(), inode: metadata.ino() };
    if known == Some(stamp) {
        return Ok(None);
    }
    if !metadata.is_file() || metadata.len() > u64::try_from(KEY_SET_BYTES_MAX)? {
        return Err("the key set is no file, or too large".into());
    }
    let bytes = tokio::fs::read(path).await?;
    let keys = KeySet::parse(&bytes).ok_or_else(malformed)?;
    Ok(Some((keys, stamp)))
}

fn malformed() -> Cause {
    "the key set is malformed".into()
}
