//! Roles, schema and settings of a database: makes what the engine needs, and refuses to work with
//! a server that would lose answers or show one organization's rows to another.
//!
//! Three roles share the work. `orgfit_owner` owns the schema and only migrates, `orgfit_app` is
//! the engine, `orgfit_respondent` serves respondents. A fourth one, the administrator of the
//! server, makes the three and is not needed afterwards.
use std::str::FromStr;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::db::Db;

/// The role that owns the schema.
pub const OWNER_ROLE: &str = "orgfit_owner";
/// The role of the engine.
pub const APP_ROLE: &str = "orgfit_app";
/// The role that writes answers and cannot read the directory.
pub const RESPONDENT_ROLE: &str = "orgfit_respondent";

/// Longest time that a migration waits for a lock before it gives way to the traffic.
const MIGRATION_LOCK_TIMEOUT: &str = "30s";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// What has to be changed first, one sentence each.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// The server did not answer as it should.
    #[error("the database did not answer while {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl SchemaError {
    fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(vec![sentence.into()])
    }
}

fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> SchemaError {
    move |source| SchemaError::Database { doing, source: source.into() }
}

/// A setting of the server that is weaker than the default and that the operator declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was acknowledged survives a crash of the server.
    #[default]
    Full,
    /// The last moments before a crash may be lost: `synchronous_commit` may be `off` or `local`.
    Relaxed,
}

/// Makes the roles that are missing, as the administrator of the server. Several processes may
/// do so at once. Roles have no password: whoever needs one sets it.
pub async fn provision(admin_url: &str) -> Result<(), SchemaError> {
    let mut connection = connect(admin_url).await?;
    for role in [OWNER_ROLE, APP_ROLE, RESPONDENT_ROLE] {
        // Roles belong to the whole cluster and no lock of ours does: losing the race is fine.
        let sql = format!(
            "DO $$ BEGIN
                 IF to_regrole('{role}') IS NULL THEN
                     CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
                 END IF;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
             END $$"
        );
        run(&mut connection, sql).await.map_err(|error| {
            let sentence = format!(
                "the role {role} is missing and this user may not create it: connect as a user \
                 with CREATEROLE, or let an administrator run CREATE ROLE {role} LOGIN"
            );
            lacking_right(error, "making roles", sentence)
        })?;
    }
    close(connection).await
}

/// Makes the database `name`, owned by the owner's role, when it is missing. Nobody but the
/// engine's roles may connect to it.
pub async fn create_database(admin_url: &str, name: &str) -> Result<(), SchemaError> {
    if name.is_empty()
        || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        return Err(SchemaError::refused("name the database with a-z, 0-9 and _ only"));
    }
    let mut connection = connect(admin_url).await?;
    take_turns(&mut connection).await?;
    let exists: bool = sqlx::query_scalar(
        "-- base::find_database\nSELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)",
    )
    .bind(name)
    .fetch_one(&mut connection)
    .await
    .map_err(while_doing("looking for the database"))?;
    if !exists {
        let create =
            format!("CREATE DATABASE {name} OWNER {OWNER_ROLE} TEMPLATE template0 ENCODING 'UTF8'");
        run(&mut connection, create).await.map_err(|error| {
            let sentence = format!(
                "the database {name} is missing and this user may not create it: connect as a \
                 superuser, or let an administrator run CREATE DATABASE {name} OWNER {OWNER_ROLE}"
            );
            lacking_right(error, "making the database", sentence)
        })?;
    }
    let grant = format!(
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC;
         GRANT CONNECT ON DATABASE {name} TO {APP_ROLE}, {RESPONDENT_ROLE}"
    );
    run(&mut connection, grant).await.map_err(while_doing("granting access to the database"))?;
    close(connection).await
}

/// Brings the schema to this binary's version, as the owner's role.
pub async fn migrate(owner_url: &str) -> Result<(), SchemaError> {
    let mut connection = connect(owner_url).await?;
    take_turns(&mut connection).await?;
    run(&mut connection, format!("SET lock_timeout = '{MIGRATION_LOCK_TIMEOUT}'"))
        .await
        .map_err(while_doing("setting the time to wait for locks"))?;
    require_roles(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await.map_err(explain_migration)?;
    // The engine compares versions when it starts; it cannot change them.
    // Two that grant at the same time would fail over the same row of the catalog.
    let sql = format!(
        "BEGIN;
         LOCK TABLE public._sqlx_migrations IN SHARE ROW EXCLUSIVE MODE;
         GRANT SELECT ON public._sqlx_migrations TO {APP_ROLE}, {RESPONDENT_ROLE};
         COMMIT"
    );
    run(&mut connection, sql)
        .await
        .map_err(while_doing("letting the engine read the schema version"))?;
    close(connection).await
}

/// Refuses a server that is not safe to serve from; all findings at once.
pub async fn verify(db: &Db) -> Result<(), SchemaError> {
    verify_declared(db, Durability::Full).await
}

/// As [`verify`], for an operator who declared how durable a write has to be.
pub async fn verify_declared(db: &Db, durability: Durability) -> Result<(), SchemaError> {
    verify_as(db, durability, APP_ROLE).await
}

/// As [`verify_declared`], for the connections that serve respondents: their role is
/// [`RESPONDENT_ROLE`], and can read nothing that this one cannot.
pub async fn verify_respondent(db: &Db, durability: Durability) -> Result<(), SchemaError> {
    verify_as(db, durability, RESPONDENT_ROLE).await
}

async fn verify_as(db: &Db, durability: Durability, role: &'static str) -> Result<(), SchemaError> {
    let mut connection = db.bare().await.map_err(|source| SchemaError::Database {
        doing: "checking its settings",
        source: source.into(),
    })?;
    let server = load_server(&mut connection, role).await?;
    let applied = load_applied(&mut connection, server.schema_readable).await?;
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let mut findings = server.findings(durability, role);
    findings.extend(schema_finding(&server, applied, newest));
    if findings.is_empty() { Ok(()) } else { Err(SchemaError::Refused(findings)) }
}

/// What the server says about itself and about the role that asks.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of one query")]
struct Server {
    version: i32,
    encoding: String,
    fsync: bool,
    full_page_writes: bool,
    synchronous_commit: String,
    role_name: String,
    is_superuser: bool,
    bypasses_policies: bool,
    owns_objects: bool,
    creates_objects: bool,
    is_member: bool,
    reads_more: bool,
    schema_exists: bool,
    schema_readable: bool,
}

async fn load_server(connection: &mut PgConnection, role: &str) -> Result<Server, SchemaError> {
    // The session's user counts, not only the present one: SET ROLE is undone by RESET ROLE. And
    // what a role may become by SET ROLE counts like what it is.
    sqlx::query_as(
        "-- base::load_server
         SELECT current_setting('server_version_num')::int AS version,
                current_setting('server_encoding') AS encoding,
                current_setting('fsync')::bool AS fsync,
                current_setting('full_page_writes')::bool AS full_page_writes,
                current_setting('synchronous_commit') AS synchronous_commit,
                session_user::text AS role_name,
                EXISTS (SELECT FROM pg_roles r WHERE r.rolsuper
                        AND pg_has_role(session_user, r.oid, 'MEMBER')) AS is_superuser,
                EXISTS (SELECT FROM pg_roles r WHERE r.rolbypassrls
                        AND pg_has_role(session_user, r.oid, 'MEMBER')) AS bypasses_policies,
                EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database()
                        AND pg_has_role(session_user, d.datdba, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'public'
                           AND pg_has_role(session_user, n.nspowner, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                           AND pg_has_role(session_user, c.relowner, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                           AND pg_has_role(session_user, p.proowner, 'MEMBER')) AS owns_objects,
                has_schema_privilege(session_user, 'public', 'CREATE') AS creates_objects,
                COALESCE(pg_has_role(current_user, to_regrole($1), 'USAGE'), false) AS is_member,
                EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                        AND c.relkind IN ('r', 'p') AND to_regrole($1) IS NOT NULL
                        AND has_any_column_privilege(session_user, c.oid, 'SELECT')
                        AND NOT has_any_column_privilege(to_regrole($1), c.oid, 'SELECT'))
                OR pg_has_role(session_user, to_regrole('orgfit_app'), 'MEMBER')
                    IS DISTINCT FROM pg_has_role(to_regrole($1), to_regrole('orgfit_app'), 'MEMBER')
                    AS reads_more,
                migrations.oid IS NOT NULL AS schema_exists,
                COALESCE(has_schema_privilege('public', 'USAGE')
                         AND has_table_privilege(migrations.oid, 'SELECT'), false) AS schema_readable
         FROM (SELECT max(c.oid::bigint)::oid AS oid FROM pg_class c
               JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relname = '_sqlx_migrations') AS migrations",
    )
    .bind(role)
    .fetch_one(connection)
    .await
    .map_err(while_doing("checking its settings"))
}

/// The newest applied migration and whether all of them succeeded.
async fn load_applied(
    connection: &mut PgConnection,
    readable: bool,
) -> Result<Option<(i64, bool)>, SchemaError> {
    if !readable {
        return Ok(None);
    }
    let (newest, complete): (Option<i64>, Option<bool>) = sqlx::query_as(
        "-- base::load_applied
         SELECT max(version), bool_and(success) FROM public._sqlx_migrations",
    )
    .fetch_one(connection)
    .await
    .map_err(while_doing("reading the schema version"))?;
    Ok(newest.zip(complete))
}

impl Server {
    fn findings(&self, durability: Durability, wanted: &str) -> Vec<String> {
        let mut findings = Vec::new();
        findings.extend(version_finding(self.version));
        if self.encoding != "UTF8" {
            findings.push(
                "the database is not encoded in UTF8: create it with ENCODING 'UTF8'".to_owned(),
            );
        }
        if !self.fsync {
            findings
                .push("fsync is off, so a crash can destroy the data: set fsync = on".to_owned());
        }
        if !self.full_page_writes {
            findings.push(
                "full_page_writes is off, so a crash can tear pages: set full_page_writes = on"
                    .to_owned(),
            );
        }
        let waits = !matches!(self.synchronous_commit.as_str(), "off" | "local");
        if !waits && durability == Durability::Full {
            findings.push(format!(
                "synchronous_commit is {}, so acknowledged writes can be lost: set it to on or \
                 remote_apply, or declare durability = \"relaxed\"",
                self.synchronous_commit
            ));
        }
        findings.extend(self.role_findings(wanted));
        findings
    }

    fn role_findings(&self, wanted: &str) -> Vec<String> {
        let role = &self.role_name;
        if self.is_superuser {
            return vec![format!(
                "the role {role} is or can become a superuser, for whom row security does not hold: \
                 connect as {wanted}"
            )];
        }
        let mut findings = Vec::new();
        if self.bypasses_policies {
            findings.push(format!(
                "the role {role} has or can get BYPASSRLS, so row security does not hold for it: \
                 connect as {wanted}"
            ));
        }
        if self.owns_objects {
            findings.push(format!(
                "the role {role} owns, or can become the owner of, the database or things in it, so it \
                 can switch row security off: connect as {wanted}, and let {OWNER_ROLE} own them"
            ));
        } else if self.creates_objects {
            findings.push(format!(
                "the role {role} may create things in the schema public: REVOKE CREATE ON SCHEMA public \
                 FROM PUBLIC, {role}"
            ));
        }
        if !self.is_member {
            findings.push(format!(
                "the role {role} is not {wanted} nor a member that inherits from it, so it sees no \
                 row: connect as {wanted}, or GRANT {wanted} TO {role}"
            ));
        } else if self.reads_more {
            findings.push(format!(
                "the role {role} can read, or become a role that reads, what {wanted} cannot: connect as \
                 {wanted}, or a role that is a member of it and of nothing else"
            ));
        }
        findings
    }
}

/// Server versions that are too old, or known to show rows that a policy hides (CVE-2025-8713 and
/// its forerunners).
fn version_finding(version: i32) -> Option<String> {
    let (major, minor) = (version / 10_000, version % 10_000);
    let minor_min = match major {
        ..15 => {
            return Some(format!(
                "the server is PostgreSQL {major}: use 15.14, 16.10, 17.6, 18 or newer"
            ));
        }
        15 => 14,
        16 => 10,
        17 => 6,
        _ => 0,
    };
    (minor < minor_min).then(|| {
        format!(
            "the server is PostgreSQL {major}.{minor}, which can show rows that row security hides: \
             update it to {major}.{minor_min} or newer"
        )
    })
}

fn schema_finding(server: &Server, applied: Option<(i64, bool)>, newest: i64) -> Option<String> {
    if !server.schema_exists {
        return Some("the database has no schema yet: run orgfit migrate".to_owned());
    }
    if !server.schema_readable {
        // Whoever is not the engine's role is told so already.
        return server.is_member.then(|| {
            format!(
                "the schema version is not readable for {}: run orgfit migrate",
                server.role_name
            )
        });
    }
    match applied {
        None => Some("the database has no schema yet: run orgfit migrate".to_owned()),
        Some((_, false)) => Some(
            "a migration of the schema broke off: mend its cause and run orgfit migrate".to_owned(),
        ),
        Some((version, true)) if version < newest => Some(format!(
            "the schema has version {version} and this binary needs {newest}: run orgfit migrate"
        )),
        Some((version, true)) if version > newest => Some(newer(version, newest)),
        Some((_, true)) => None,
    }
}

fn newer(version: i64, newest: i64) -> String {
    format!(
        "the schema has version {version} and this binary knows only {newest}: use the newer orgfit \
         that migrated it"
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's other errors need no sentence of ours"
)]
fn explain_migration(error: MigrateError) -> SchemaError {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    match error {
        MigrateError::VersionMissing(version) if version > newest => {
            SchemaError::refused(newer(version, newest))
        }
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            SchemaError::refused(format!(
                "migration {version} of the database is not the one of this binary: restore a backup, \
                 or use the orgfit that migrated it"
            ))
        }
        MigrateError::Dirty(version) => SchemaError::refused(format!(
            "migration {version} broke off halfway: restore the backup made before it"
        )),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => lacking_right(
            error,
            "migrating the schema",
            format!(
                "the schema cannot be migrated by this user: connect as {OWNER_ROLE}, the owner of the \
                 database"
            ),
        ),
        other => SchemaError::Database { doing: "migrating the schema", source: other.into() },
    }
}

async fn require_roles(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let missing: Vec<String> = sqlx::query_scalar(
        "-- base::list_missing_roles
         SELECT name FROM unnest($1::text[]) AS name WHERE to_regrole(name) IS NULL ORDER BY name",
    )
    .bind([APP_ROLE, RESPONDENT_ROLE])
    .fetch_all(connection)
    .await
    .map_err(while_doing("looking for its roles"))?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(SchemaError::refused(format!(
        "the roles {} are missing: give orgfit migrate an administrator's URL, or let an \
         administrator CREATE ROLE each with LOGIN",
        missing.join(", ")
    )))
}

async fn connect(url: &str) -> Result<PgConnection, SchemaError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(while_doing("reading its URL"))?
        .application_name("orgfit")
        .options([("client_min_messages", "error")]);
    options.connect().await.map_err(while_doing("connecting"))
}

async fn close(connection: PgConnection) -> Result<(), SchemaError> {
    connection.close().await.map_err(while_doing("closing the connection"))
}

/// Waits until no other process makes or migrates the database: two that grant at once would fail.
/// The turn ends with the connection.
async fn take_turns(connection: &mut PgConnection) -> Result<(), SchemaError> {
    run(connection, "SELECT pg_advisory_lock(hashtext('orgfit'))".to_owned())
        .await
        .map_err(while_doing("waiting for another process that makes or migrates a database"))
}

/// Runs statements made of names of ours.
async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| codes.contains(&code.as_ref()))
}

fn lacking_right(error: sqlx::Error, doing: &'static str, sentence: String) -> SchemaError {
    if has_code(&error, &["42501"]) {
        SchemaError::refused(sentence)
    } else {
        SchemaError::Database { doing, source: error.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe() -> Server {
        Server {
            version: 180_001,
            encoding: "UTF8".to_owned(),
            fsync: true,
            full_page_writes: true,
            synchronous_commit: "on".to_owned(),
            role_name: APP_ROLE.to_owned(),
            is_superuser: false,
            bypasses_policies: false,
            owns_objects: false,
            creates_objects: false,
            is_member: true,
            reads_more: false,
            schema_exists: true,
            schema_readable: true,
        }
    }

    #[test]
    fn a_safe_server_passes() {
        assert!(safe().findings(Durability::Full, APP_ROLE).is_empty());
        assert_eq!(schema_finding(&safe(), Some((3, true)), 3), None);
    }

    #[test]
    fn every_unsafe_setting_is_named_and_all_come_at_once() {
        let server = Server {
            version: 150_013,
            encoding: "LATIN1".to_owned(),
            fsync: false,
            full_page_writes: false,
            synchronous_commit: "local".to_owned(),
            bypasses_policies: true,
            owns_objects: true,
            is_member: false,
            ..safe()
        };
        let findings = server.findings(Durability::Full, APP_ROLE);
        let expected = [
            "15.14",
            "UTF8",
            "fsync = on",
            "full_page_writes = on",
            "synchronous_commit",
            "BYPASSRLS",
            "owner",
            "GRANT",
        ];
        assert_eq!(findings.len(), expected.len());
        for (finding, word) in findings.iter().zip(expected) {
            assert!(finding.contains(word), "{finding}");
        }
        assert_eq!(server.findings(Durability::Relaxed, APP_ROLE).len(), expected.len() - 1);
    }

    #[test]
    fn a_role_that_may_create_things_is_refused() {
        let server = Server { creates_objects: true, ..safe() };
        assert!(server.findings(Durability::Full, APP_ROLE)[0].contains("REVOKE CREATE"));
    }

    #[test]
    fn a_role_that_reads_more_than_it_should_is_refused() {
        let server = Server { reads_more: true, ..safe() };
        let finding = &server.findings(Durability::Full, RESPONDENT_ROLE)[0];
        assert!(finding.contains("connect as orgfit_respondent"), "{finding}");
    }

    #[test]
    fn versions_with_known_leaks_are_refused() {
        for (version, refused) in [
            (140_020, true),
            (150_013, true),
            (150_014, false),
            (160_009, true),
            (160_010, false),
            (170_005, true),
            (170_006, false),
            (180_000, false),
        ] {
            assert_eq!(version_finding(version).is_some(), refused, "{version}");
        }
    }

    #[test]
    fn a_schema_of_another_version_is_refused() {
        let none = Server { schema_exists: false, schema_readable: false, ..safe() };
        assert!(schema_finding(&none, None, 3).unwrap().contains("no schema"));
        assert!(
            schema_finding(&safe(), Some((2, true)), 3).unwrap().contains("run orgfit migrate")
        );
        assert!(schema_finding(&safe(), Some((4, true)), 3).unwrap().contains("newer orgfit"));
        assert!(schema_finding(&safe(), Some((3, false)), 3).unwrap().contains("broke off"));
    }
}
