//! The database of a command: the configured server, or the engine's own for as long as the command
//! takes.
use std::time::Duration;

use super::config::Config;
use super::failure::Outcome;
use super::secret::Secret;
use crate::base::id::OrganizationId;
use crate::base::schema;
use crate::base::{Clock, Context, Db, SystemClock};
use crate::embedded::{self, Cluster};

/// How long one transaction of a command may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Longest time that connections in use get to come back.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Most connections that serve respondents: two write, the others read questionnaires.
const RESPONDENT_CONNECTIONS_MAX: u32 = 8;

/// A verified database.
pub(super) struct Session {
    pub(super) db: Db,
    /// The same for calls of respondents.
    pub(super) respondent_db: Db,
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
        let url = |url: &Option<Secret>| url.as_ref().map_or("", Secret::expose).to_owned();
        let urls = [url(&config.database_url), url(&config.respondent_database_url)];
        let (db, respondent_db) = connect(config, &urls).await?;
        Ok(Self { db, respondent_db, cluster: None })
    }

    async fn of(config: &Config, cluster: Cluster) -> Outcome<Self> {
        match connect(config, &[cluster.app_url(), cluster.respondent_url()]).await {
            Ok((db, respondent_db)) => Ok(Self { db, respondent_db, cluster: Some(cluster) }),
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
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, async {
            self.respondent_db.close().await;
            self.db.close().await;
        })
        .await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Connects as the engine and as the respondents' role.
async fn connect(config: &Config, urls: &[String; 2]) -> Outcome<(Db, Db)> {
    let [app_url, respondent_url] = urls;
    let db = Db::connect(app_url, config.database_connections_max).await?;
    schema::verify_declared(&db, config.durability).await?;
    let respondent_db = Db::connect_silently(respondent_url, RESPONDENT_CONNECTIONS_MAX).await?;
    schema::verify_respondent(&respondent_db, config.durability).await?;
    Ok((db, respondent_db))
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
