//! TLS with certificates that can be exchanged while the server runs: on SIGHUP, and when the
//! files have changed. Connections keep the certificate with which they began; their age is
//! bounded.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_util::sync::CancellationToken;

/// Where the certificate chain and its key are, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then its intermediates.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not contain what it should.
    #[error("{} holds no {what} in PEM form", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// SIGHUP cannot be listened for.
    #[error("cannot listen for SIGHUP: {0}")]
    Signal(std::io::Error),
    /// Certificate and key are unfit or do not belong together.
    #[error("certificate and key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// The current configuration.
pub(super) struct Tls {
    files: TlsFiles,
    current: ArcSwap<Loaded>,
}

struct Loaded {
    contents: Contents,
    config: Arc<ServerConfig>,
}

#[derive(PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// Reads the files for the first time.
    pub(super) async fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let loaded = read(&files).await.and_then(|contents| build(&files, contents))?;
        Ok(Self { files, current: ArcSwap::from_pointee(loaded) })
    }

    /// The SIGHUPs of the process from now on, which would end it otherwise.
    pub(super) fn hangups() -> Result<Signal, TlsError> {
        signal(SignalKind::hangup()).map_err(TlsError::Signal)
    }

    /// Accepts connections with what is current now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load().config.clone())
    }

    /// Takes over what the files hold now; true when that is something new. After an error the
    /// old certificate stays in use.
    pub(super) async fn reload(&self) -> Result<bool, TlsError> {
        let contents = read(&self.files).await?;
        if contents == self.current.load().contents {
            return Ok(false);
        }
        self.current.store(Arc::new(build(&self.files, contents)?));
        Ok(true)
    }

    /// Reloads at each SIGHUP, and looks at the files every `period`, until `stop`.
    pub(super) async fn watch(
        self: Arc<Self>,
        mut hangups: Signal,
        period: Duration,
        stop: CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = hangups.recv() => {}
                () = tokio::time::sleep(period) => {}
            }
            match self.reload().await {
                Ok(true) => tracing::info!("a new TLS certificate is in use"),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the TLS certificate in use stays"),
            }
        }
    }
}

async fn read(files: &TlsFiles) -> Result<Contents, TlsError> {
    let read = async |path: &PathBuf| {
        tokio::fs::read(path).await.map_err(|source| TlsError::Read { path: path.clone(), source })
    };
    Ok(Contents { certificate: read(&files.certificate).await?, key: read(&files.key).await? })
}

fn build(files: &TlsFiles, contents: Contents) -> Result<Loaded, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&contents.certificate)
        .collect::<Result<_, _>>()
        .ok()
        .filter(|chain: &Vec<_>| !chain.is_empty())
        .ok_or_else(|| TlsError::Pem { path: files.certificate.clone(), what: "certificate" })?;
    let key = PrivateKeyDer::from_pem_slice(&contents.key)
        .map_err(|_| TlsError::Pem { path: files.key.clone(), what: "private key" })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Loaded { contents, config: Arc::new(config) })
}
