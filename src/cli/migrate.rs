//! `orgfit migrate`: makes roles where it is allowed to, and brings the schema up to date.
use super::config::Config;
use super::console;
use super::failure::{Failure, Outcome};
use super::secret::Secret;
use super::session::embedded_options;
use crate::base::schema;
use crate::embedded;

/// Runs the command.
pub(super) async fn run(config: &Config) -> Outcome {
    if let Some(admin) = &config.admin_database_url {
        schema::provision(admin.expose()).await?;
        console::line("The roles are there.")?;
    }
    match &config.owner_database_url {
        Some(owner) => schema::migrate(owner.expose()).await?,
        None if config.database_url.is_some() || config.admin_database_url.is_some() => {
            return Err(Failure::usage(format!(
                "owner_database_url is missing: the URL of the database as {}, its owner",
                schema::OWNER_ROLE
            )));
        }
        None => migrate_embedded(config).await?,
    }
    console::line("The schema is up to date.")?;
    Ok(())
}

async fn migrate_embedded(config: &Config) -> Outcome {
    let cluster = embedded::open(&embedded_options(config, "orgfit migrate")).await?;
    let owner = Secret::new(cluster.owner_url());
    let outcome = schema::migrate(owner.expose()).await;
    cluster.stop().await?;
    Ok(outcome?)
}
