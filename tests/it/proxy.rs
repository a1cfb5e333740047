//! A way to the database that can be cut and mended, in front of the real one.
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

use orgfit::base::schema;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::harness::Database;

/// The way.
pub(crate) struct Proxy {
    url: String,
    port: AtomicU16,
    target: Target,
    open: std::sync::Mutex<CancellationToken>,
    tasks: TaskTracker,
}

/// Where the real server is.
#[derive(Clone)]
enum Target {
    Unix(PathBuf),
    Tcp(String),
}

impl Proxy {
    /// An open way to `database`.
    pub(crate) async fn to(database: &Database) -> Self {
        let real = database.url(schema::APP_ROLE);
        let (head, query) = real.split_once('?').unwrap_or((&real, ""));
        let (server, name) = head.rsplit_once('/').unwrap();
        let server = server.rsplit_once('@').unwrap().1;
        let (host, port) = server.split_once(':').unwrap_or((server, "5432"));
        let option =
            |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        let port = option("port").unwrap_or(port);
        let target = match option("host") {
            Some(folder) => Target::Unix(
                PathBuf::from(folder.replace("%2F", "/")).join(format!(".s.PGSQL.{port}")),
            ),
            None => Target::Tcp(format!("{host}:{port}")),
        };
        let proxy = Self {
            url: format!(
                "postgres://{}@127.0.0.1:{{port}}/{name}?sslmode=disable",
                schema::APP_ROLE
            ),
            port: AtomicU16::new(0),
            target,
            open: std::sync::Mutex::default(),
            tasks: TaskTracker::new(),
        };
        proxy.mend().await;
        proxy
    }

    /// How to connect by this way.
    pub(crate) fn url(&self) -> String {
        self.url.replace("{port}", &self.port.load(Ordering::Relaxed).to_string())
    }

    /// Cuts all connections and lets none in.
    pub(crate) fn cut(&self) {
        self.open.lock().unwrap().cancel();
    }

    /// Lets connections in, at the same address as before.
    pub(crate) async fn mend(&self) {
        let port = self.port.load(Ordering::Relaxed);
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", port)).await {
                Ok(listener) => break listener,
                // What was cut has not gone yet.
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.port.store(listener.local_addr().unwrap().port(), Ordering::Relaxed);
        let open = CancellationToken::new();
        *self.open.lock().unwrap() = open.clone();
        let (target, tasks) = (self.target.clone(), self.tasks.clone());
        self.tasks.spawn(open.clone().run_until_cancelled_owned(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                tasks.spawn(open.clone().run_until_cancelled_owned(join(near, target.clone())));
            }
        }));
    }
}

async fn join(mut near: TcpStream, target: Target) {
    // Whichever side ends first ends the other.
    match target {
        Target::Unix(path) => {
            let mut far = UnixStream::connect(path).await.unwrap();
            tokio::io::copy_bidirectional(&mut near, &mut far).await.ok();
        }
        Target::Tcp(address) => {
            let mut far = TcpStream::connect(address).await.unwrap();
            tokio::io::copy_bidirectional(&mut near, &mut far).await.ok();
        }
    }
}
