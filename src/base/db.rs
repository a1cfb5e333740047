//! The only way to SQL. A transaction belongs to one tenant, names itself, ends by its caller's
//! deadline, and is rolled back when it is dropped.
//!
//! Transactions are driven by hand rather than by `Pool::begin`, because a dropped `begin` can
//! return a connection to the pool with an open transaction, in which the next write seems to
//! succeed and is lost. Here the guard exists before BEGIN is sent.
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Postgres};

use super::context::TenantScope;
use super::error::{Error, Reason, Result};
use super::id::OrganizationId;
use super::metric;
use super::page::PageKey;
use super::store;

/// Longest time that a call waits for a connection.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time that a statement waits for a lock.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time that a statement of a session takes.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);

/// A pool of connections under one role.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
}

impl Db {
    /// Connects to `url`, with at most `connections_max` connections. The first one is made at
    /// once, so that a wrong address or password shows now.
    pub async fn connect(url: &str, connections_max: u32) -> Result<Self, sqlx::Error> {
        Self::connect_with(options(url)?, connections_max).await
    }

    /// As [`Self::connect`], without a log line of any statement, slow ones included: for calls that
    /// leave no trace.
    pub async fn connect_silently(url: &str, connections_max: u32) -> Result<Self, sqlx::Error> {
        Self::connect_with(options(url)?.disable_statement_logging(), connections_max).await
    }

    async fn connect_with(
        options: PgConnectOptions,
        connections_max: u32,
    ) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// A transaction that may write.
    pub async fn write(&self, name: &'static str, scope: TenantScope) -> Result<Tx> {
        self.begin(name, scope, "READ WRITE").await
    }

    /// A transaction that only reads, on one snapshot.
    pub async fn read(&self, name: &'static str, scope: TenantScope) -> Result<Tx> {
        self.begin(name, scope, "ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn begin(&self, name: &'static str, scope: TenantScope, mode: &str) -> Result<Tx> {
        let patience = scope.deadline.saturating_duration_since(Instant::now());
        if patience.is_zero() {
            return Err(deadline_exceeded());
        }
        let connection = self.pool.acquire().await?;
        let mut tx = Tx { connection: Some(connection), name, begun: Instant::now(), scope };
        // One round trip. The values are an identifier, a number and a literal of ours.
        let sql = format!(
            "BEGIN {mode}; SELECT set_config('orgfit.tenant', '{}', true), \
             set_config('statement_timeout', '{}', true), \
             set_config('application_name', 'orgfit {name}', true)",
            scope.organization_id,
            patience.as_millis().max(1),
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(tx.connection()?).await?;
        Ok(tx)
    }

    /// The tenants of this database, for work that goes from one to the next.
    pub async fn tenants(&self) -> Result<Vec<OrganizationId>> {
        let mut connection = self.pool.acquire().await?;
        store::list_tenants(&mut connection).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        sqlx::raw_sql("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// A bare connection for checks of the server's own settings. It belongs to no tenant and
    /// sees no row.
    pub async fn bare(&self) -> Result<PoolConnection<Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    /// A connection for statements that commit by themselves, of one tenant after the other.
    pub async fn session(&self) -> Result<Session> {
        let mut connection = self.pool.acquire().await?;
        // What is set for the session must not come back to the pool.
        connection.close_on_drop();
        let sql = format!(
            "SET statement_timeout = '{}ms'; SET plan_cache_mode = force_generic_plan; \
             SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
            STATEMENT_TIMEOUT.as_millis()
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
        Ok(Session { connection, tenant: None })
    }

    /// Closes all connections, after those in use came back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// How connections are made.
fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(PgConnectOptions::from_str(url)?.application_name("orgfit").options([
        ("idle_in_transaction_session_timeout", "10s"),
        ("lock_timeout", &format!("{}ms", LOCK_TIMEOUT.as_millis())),
        ("client_min_messages", "error"),
        ("timezone", "UTC"),
    ]))
}

/// A connection whose statements commit by themselves: one round trip where a transaction takes three.
/// It is planned for look-ups of batches by index, once for all values and whatever the size of tables was
/// then.
#[derive(Debug)]
pub struct Session {
    connection: PoolConnection<Postgres>,
    tenant: Option<OrganizationId>,
}

impl Session {
    /// The connection, to run one statement of a tenant. There is no other way to it, so that none
    /// runs as the tenant of an earlier one.
    pub async fn of(&mut self, tenant: OrganizationId) -> Result<&mut PgConnection> {
        if self.tenant != Some(tenant) {
            self.tenant = None;
            let sql = format!("SELECT set_config('orgfit.tenant', '{tenant}', false)");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *self.connection).await?;
            self.tenant = Some(tenant);
        }
        Ok(&mut self.connection)
    }
}

/// An open transaction of one tenant.
#[derive(Debug)]
pub struct Tx {
    connection: Option<PoolConnection<Postgres>>,
    name: &'static str,
    begun: Instant,
    scope: TenantScope,
}

impl Tx {
    /// The connection to run statements on.
    pub fn connection(&mut self) -> Result<&mut PgConnection> {
        match self.connection.as_mut() {
            Some(connection) => Ok(&mut **connection),
            None => Err(Error::internal("a transaction was used after its end")),
        }
    }

    /// Whose transaction it is.
    pub fn scope(&self) -> TenantScope {
        self.scope
    }

    /// The tenant's key for sealing page tokens.
    pub async fn page_key(&mut self) -> Result<PageKey> {
        let secret = store::load_page_key(self).await?;
        PageKey::new(&secret)
    }

    /// Makes COMMIT wait for the synchronous standby, as a repeated call must not vouch for a write
    /// that only this server has.
    pub async fn wait_for_standby(&mut self) -> Result<()> {
        store::wait_for_standby(self).await
    }

    /// Commits. Whatever goes wrong from here on leaves the outcome open, so it is UNAVAILABLE
    /// and never a success: the caller asks again with the same `request_id`.
    ///
    /// The `SELECT` makes an aborted transaction an error; a bare COMMIT of one is answered
    /// with a ROLLBACK that looks like success.
    pub async fn commit(mut self) -> Result<()> {
        let connection = self.connection()?;
        sqlx::raw_sql("SELECT 1; COMMIT")
            .execute(connection)
            .await
            .map_err(|error| Error::unavailable(private_half(&error)))?;
        // The transaction is over: the connection returns to the pool as it is.
        drop(self.connection.take());
        metric::transaction_ended(self.name, "commit", self.begun.elapsed());
        Ok(())
    }
}

impl Drop for Tx {
    /// Rolls back. The connection is given back only after the server confirmed it; without a
    /// runtime, or when it fails, it is closed.
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        metric::transaction_ended(self.name, "rollback", self.begun.elapsed());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            connection.close_on_drop();
            return;
        };
        runtime.spawn(async move {
            if sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err() {
                connection.close_on_drop();
            }
        });
    }
}

/// The caller's time is over.
pub fn deadline_exceeded() -> Error {
    Error::new(
        Reason::DeadlineExceeded,
        "the deadline of the call is over; a write may have happened: repeat it with the same request_id",
    )
}

impl From<sqlx::Error> for Error {
    /// Sorts driver errors by what a caller can do. Nothing of theirs reaches the caller.
    fn from(error: sqlx::Error) -> Self {
        let source = private_half(&error);
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        match code.as_deref() {
            // The statement ran into the caller's deadline.
            Some("57014") => deadline_exceeded().caused_by(source),
            // Serialization failure, deadlock; and a key that another call took between our look
            // and our write: the next run will see it.
            Some("40001" | "40P01" | "23505") => Self::unavailable(source).lost_to_another(),
            // Lock timeout, idle timeout.
            Some("55P03" | "25P03") => Self::unavailable(source),
            // Resources, operator intervention, system errors, connections.
            Some(code) if ["53", "57", "58", "08"].iter().any(|class| code.starts_with(class)) => {
                Self::unavailable(source)
            }
            None if matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
                    | sqlx::Error::Tls(_)
            ) =>
            {
                Self::unavailable(source)
            }
            Some(_) | None => Self::internal(source),
        }
    }
}

/// What the log may know. The sentences of the server may quote values of a row; only those about
/// the shape of a statement (class 42) never do.
fn private_half(error: &sqlx::Error) -> String {
    let Some(told) = error.as_database_error() else { return error.to_string() };
    let code = told.code().unwrap_or_default();
    if code.starts_with("42") {
        return format!("SQLSTATE {code}: {}", told.message());
    }
    let table = told.table().unwrap_or("-");
    format!("SQLSTATE {code}, table {table}, constraint {}", told.constraint().unwrap_or("-"))
}
