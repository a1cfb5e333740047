//! The database of a command: the configured server, or the engine's own for as long as the command
//! takes.
use std::time::Duration;

use super::config::Config;
use super::failure::Outcome;
use crate::base::id::OrganizationId;
use crate::base::schema;
use crate::base::{Clock, Context, Db, SystemClock};
use crate::embedded::{self, Cluster};

/// How long one transaction of a command may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Longest time that connections in use get to come back.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A verified database.
pub(super) struct Session {
    pub(super) db: Db,
    cluster: Option<Cluster>,
}

impl Session {
    /// For a server, which needs the data directory for itself.
    pub(super) async fn to_serve(config: &Config) -> Outcome<Self> {
        match &config.database_url {
            Some(_) => Self::of_url(config).await,
            None => {
                Self::of(config, embedded::start(&embedded_options(config, "orgfit serve")).await?)
                    .await
            }
        }
    }

    /// For a short command, which may be the guest of a running server.
    pub(super) async fn to_visit(config: &Config, command: &str) -> Outcome<Self> {
        match &config.database_url {
            Some(_) => Self::of_url(config).await,
            None => {
                Self::of(config, embedded::open(&embedded_options(config, command)).await?).await
            }
        }
    }

    async fn of_url(config: &Config) -> Outcome<Self> {
        let url = config.database_url.as_ref().map_or("", |url| url.expose());
        let db = Db::connect(url, config.database_connections_max).await?;
        schema::verify_declared(&db, config.durability).await?;
        Ok(Self { db, cluster: None })
    }

    async fn of(config: &Config, cluster: Cluster) -> Outcome<Self> {
        match connect(config, &cluster).await {
            Ok(db) => Ok(Self { db, cluster: Some(cluster) }),
            Err(failure) => {
                cluster.stop().await?;
                Err(failure)
            }
        }
    }

    /// The context of an operator's command in one organization.
    pub(super) fn context(organization_id: OrganizationId) -> Context {
        Context::operator(organization_id, SystemClock.now(), PATIENCE)
    }

    /// Where the database is, for people.
    pub(super) fn place(&self, config: &Config) -> String {
        match &self.cluster {
            Some(_) => format!("its own PostgreSQL in {}", config.data_dir.display()),
            None => "the PostgreSQL of database_url".to_owned(),
        }
    }

    /// Gives everything back. A connection that does not come back is cut off by the end of the
    /// process or of the server.
    pub(super) async fn close(self) -> Outcome {
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.db.close()).await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

async fn connect(config: &Config, cluster: &Cluster) -> Outcome<Db> {
    let db = Db::connect(&cluster.app_url(), config.database_connections_max).await?;
    schema::verify_declared(&db, config.durability).await?;
    Ok(db)
}

/// How the engine's own PostgreSQL is to be launched.
pub(super) fn embedded_options(config: &Config, holder: &str) -> embedded::Options {
    embedded::Options {
        data_dir: config.data_dir.clone(),
        bin_dir: config.pg_bin_dir.clone(),
        search_path: config.machine.search_path.clone(),
        temp_dir: config.machine.temp_dir.clone(),
        holder: holder.to_owned(),
    }
}
