//! A way to the database that can be cut and mended, in front of the real one.
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use orgfit::base::schema;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::harness::Database;

/// The way.
pub(crate) struct Proxy {
    url: String,
    port: AtomicU16,
    target: Target,
    open: Mutex<CancellationToken>,
    lost: Lost,
    tasks: TaskTracker,
}

/// What will not be answered.
type Lost = Arc<Mutex<Option<Loss>>>;

/// A word by which a connection is known, and one in what it sends later that will not be answered;
/// without one, whatever it sends next.
#[derive(Clone)]
struct Loss {
    name: String,
    last_word: Option<&'static str>,
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
        Self::as_role(database, schema::APP_ROLE).await
    }

    /// As [`Self::to`], under a role.
    pub(crate) async fn as_role(database: &Database, role: &str) -> Self {
        let real = database.url(role);
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
            url: format!("postgres://{role}@127.0.0.1:{{port}}/{name}?sslmode=disable"),
            port: AtomicU16::new(0),
            target,
            open: Mutex::default(),
            lost: Lost::default(),
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

    /// Cuts the connection of the next transaction of this name between its COMMIT and the answer.
    pub(crate) fn lose_commit_of(&self, name: &str) {
        let name = format!("orgfit {name}");
        *self.lost.lock().unwrap() = Some(Loss { name, last_word: Some("COMMIT") });
    }

    /// Cuts the connection of the next statement of this name, `room::function`, that is sent for the
    /// first time, between its end and the answer. It has to commit by itself.
    pub(crate) fn lose_answer_of(&self, name: &str) {
        *self.lost.lock().unwrap() = Some(Loss { name: format!("-- {name}"), last_word: None });
    }

    /// Whether what was to be lost was lost.
    pub(crate) fn has_lost(&self) -> bool {
        self.lost.lock().unwrap().is_none()
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
        let (target, tasks, lost) = (self.target.clone(), self.tasks.clone(), self.lost.clone());
        self.tasks.spawn(open.clone().run_until_cancelled_owned(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                tasks.spawn(open.clone().run_until_cancelled_owned(join(
                    near,
                    target.clone(),
                    lost.clone(),
                )));
            }
        }));
    }
}

/// Carries bytes to and fro until one side ends.
async fn join(near: TcpStream, target: Target, lost: Lost) {
    match target {
        Target::Unix(path) => carry(near, UnixStream::connect(path).await.unwrap(), lost).await,
        Target::Tcp(address) => carry(near, TcpStream::connect(address).await.unwrap(), lost).await,
    }
    .ok();
}

async fn carry(
    mut near: TcpStream,
    far: impl AsyncRead + AsyncWrite,
    lost: Lost,
) -> std::io::Result<()> {
    let (mut near_in, mut near_out) = near.split();
    let (mut far_in, mut far_out) = tokio::io::split(far);
    let (mut up, mut down) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let mut is_named = false;
    loop {
        tokio::select! {
            count = near_in.read(&mut up) => {
                let sent = &up[..count?];
                if sent.is_empty() {
                    return Ok(());
                }
                far_out.write_all(sent).await?;
                let wanted = lost.lock().unwrap().clone();
                let Some(Loss { name, last_word }) = wanted else { continue };
                let was_named = is_named;
                is_named |= contains(sent, &name);
                let is_last = match last_word {
                    Some(word) => is_named && contains(sent, word),
                    None => was_named,
                };
                if is_last {
                    // The server did it, and nobody will hear of it.
                    lost.lock().unwrap().take();
                    return far_in.read_u8().await.map(drop);
                }
            }
            count = far_in.read(&mut down) => {
                let sent = &down[..count?];
                if sent.is_empty() {
                    return Ok(());
                }
                near_out.write_all(sent).await?;
            }
        }
    }
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}
