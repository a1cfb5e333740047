//! Roles, migrations and the refusal of unsafe databases, against a real server.
use orgfit::base::Db;
use orgfit::base::schema::{self, Durability, SchemaError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const URL: &str = "ORGFIT_TEST_DATABASE_URL";

/// A database of one test, dropped by hand at its end.
struct Scratch {
    admin_url: String,
    name: String,
}

impl Scratch {
    async fn make(subject: &str) -> Self {
        let admin_url =
            std::env::var(URL).expect("make test starts a server and sets the variable");
        let name = format!("orgfit_schema_{subject}_{}", std::process::id());
        schema::provision(&admin_url).await.unwrap();
        schema::create_database(&admin_url, &name).await.unwrap();
        Self { admin_url, name }
    }

    /// The same server under another role, in this database.
    fn url(&self, role: &str) -> String {
        let (head, query) = self.admin_url.split_once('?').unwrap_or((&self.admin_url, ""));
        let (_, server) = head.split_once("://").unwrap();
        let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
        let server = server.split_once('/').map_or(server, |(server, _)| server);
        format!("postgres://{role}@{server}/{}?{query}", self.name)
    }

    async fn execute(&self, role: &str, sql: &str) {
        let mut connection = PgConnection::connect(&self.url(role)).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn refusals(&self, url: &str, durability: Durability) -> Vec<String> {
        let db = Db::connect(url, 1).await.unwrap();
        let outcome = schema::verify_declared(&db, durability).await;
        db.close().await;
        sentences(outcome)
    }

    /// As [`Self::refusals`], for the connections that serve respondents.
    async fn respondent_refusals(&self, role: &str) -> Vec<String> {
        let db = Db::connect(&self.url(role), 1).await.unwrap();
        let outcome = schema::verify_respondent(&db, Durability::Full).await;
        db.close().await;
        sentences(outcome)
    }

    async fn drop(self, roles: &[String]) {
        let mut connection = PgConnection::connect(&self.admin_url).await.unwrap();
        let mut sql = vec![format!("DROP DATABASE {} WITH (FORCE)", self.name)];
        sql.extend(roles.iter().map(|role| format!("DROP ROLE {role}")));
        for statement in sql {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
    }
}

fn sentences(outcome: Result<(), SchemaError>) -> Vec<String> {
    match outcome {
        Ok(()) => Vec::new(),
        Err(SchemaError::Refused(sentences)) => sentences,
        Err(other) => panic!("{other}"),
    }
}

/// That exactly these refusals came, each known by a word.
fn check(refusals: &[String], words: &[&str]) {
    assert_eq!(refusals.len(), words.len(), "{refusals:?}");
    for (refusal, word) in refusals.iter().zip(words) {
        assert!(refusal.contains(word), "{refusal}");
    }
}

#[tokio::test]
async fn only_the_engines_own_role_may_serve() {
    let scratch = Scratch::make("roles").await;
    schema::migrate(&scratch.url(schema::OWNER_ROLE)).await.unwrap();
    let roles: Vec<String> =
        ["member", "stranger", "climber"].map(|kind| format!("{}_{kind}", scratch.name)).into();
    scratch
        .execute(
            "postgres",
            &format!(
                "CREATE ROLE {0} LOGIN IN ROLE orgfit_app; CREATE ROLE {1} LOGIN;
                 CREATE ROLE {2} LOGIN IN ROLE orgfit_app, orgfit_owner;
                 GRANT CONNECT ON DATABASE {3} TO {1}",
                roles[0], roles[1], roles[2], scratch.name
            ),
        )
        .await;
    let cases: [(&str, &[&str]); 6] = [
        (schema::APP_ROLE, &[]),
        (&roles[0], &[]),
        ("postgres", &["superuser"]),
        (schema::OWNER_ROLE, &["row security off", "sees no row"]),
        (&roles[1], &["sees no row"]),
        (&roles[2], &["row security off"]),
    ];
    for (role, words) in cases {
        check(&scratch.refusals(&scratch.url(role), Durability::Full).await, words);
    }
    scratch.execute("postgres", "GRANT CREATE ON SCHEMA public TO orgfit_app").await;
    let url = scratch.url(schema::APP_ROLE);
    check(&scratch.refusals(&url, Durability::Full).await, &["REVOKE CREATE"]);
    scratch.drop(&roles).await;
}

#[tokio::test]
async fn respondents_are_served_by_a_role_that_reads_nothing_else() {
    let scratch = Scratch::make("respondents").await;
    schema::migrate(&scratch.url(schema::OWNER_ROLE)).await.unwrap();
    let roles: Vec<String> =
        ["frontend", "both", "reader"].map(|kind| format!("{}_{kind}", scratch.name)).into();
    scratch
        .execute(
            "postgres",
            &format!(
                "CREATE ROLE {0} LOGIN IN ROLE orgfit_respondent;
                 CREATE ROLE {1} LOGIN IN ROLE orgfit_respondent, orgfit_app;
                 CREATE ROLE {2} LOGIN IN ROLE orgfit_respondent;
                 GRANT SELECT ON directory_people TO {2}",
                roles[0], roles[1], roles[2]
            ),
        )
        .await;
    let cases: [(&str, &[&str]); 6] = [
        (schema::RESPONDENT_ROLE, &[]),
        (&roles[0], &[]),
        (&roles[1], &["of nothing else"]),
        (&roles[2], &["of nothing else"]),
        (schema::APP_ROLE, &["sees no row"]),
        ("postgres", &["superuser"]),
    ];
    for (role, words) in cases {
        check(&scratch.respondent_refusals(role).await, words);
    }
    // What one role has too much is no reason to take it for the other.
    check(&scratch.refusals(&scratch.url(&roles[0]), Durability::Full).await, &["sees no row"]);
    scratch.execute("postgres", &format!("DROP OWNED BY {}", roles[2])).await;
    scratch.drop(&roles).await;
}

#[tokio::test]
async fn a_server_that_forgets_writes_is_refused_unless_that_is_declared() {
    let scratch = Scratch::make("durability").await;
    schema::migrate(&scratch.url(schema::OWNER_ROLE)).await.unwrap();
    for (value, words) in
        [("off", &["synchronous_commit"][..]), ("local", &["synchronous_commit"]), ("on", &[])]
    {
        let url = scratch.url(schema::APP_ROLE);
        let url = format!("{url}&options[synchronous_commit]={value}");
        check(&scratch.refusals(&url, Durability::Full).await, words);
        check(&scratch.refusals(&url, Durability::Relaxed).await, &[]);
    }
    scratch.drop(&[]).await;
}

#[tokio::test]
async fn a_schema_of_another_version_is_refused_and_never_migrated_back() {
    let scratch = Scratch::make("versions").await;
    let (app, owner) = (scratch.url(schema::APP_ROLE), scratch.url(schema::OWNER_ROLE));
    check(&scratch.refusals(&app, Durability::Full).await, &["orgfit migrate"]);
    // Several at once, and again when all is done: each finds the schema as it should be.
    for _ in 0..3 {
        let outcomes = futures::future::join_all((0..4).map(|_| schema::migrate(&owner))).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    }
    check(&scratch.refusals(&app, Durability::Full).await, &[]);

    scratch
        .execute(
            schema::OWNER_ROLE,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (999999, 'later', true, '', 0)",
        )
        .await;
    check(&scratch.refusals(&app, Durability::Full).await, &["newer orgfit"]);
    let refusal = schema::migrate(&owner).await.unwrap_err().to_string();
    assert!(refusal.contains("newer orgfit"), "{refusal}");

    scratch.execute(schema::OWNER_ROLE, "DELETE FROM _sqlx_migrations WHERE version > 1").await;
    check(&scratch.refusals(&app, Durability::Full).await, &["run orgfit migrate"]);
    scratch.drop(&[]).await;
}

#[tokio::test]
async fn lacking_rights_are_named_with_the_way_out() {
    let scratch = Scratch::make("rights").await;
    let refusal = schema::create_database(&scratch.url(schema::APP_ROLE), "orgfit_never").await;
    assert!(refusal.unwrap_err().to_string().contains("connect as a superuser"));
    let refusal = schema::migrate(&scratch.url(schema::APP_ROLE)).await.unwrap_err().to_string();
    assert!(refusal.contains("connect as orgfit_owner"), "{refusal}");
    let refusal = schema::create_database(&scratch.admin_url, "a; DROP").await.unwrap_err();
    assert!(refusal.to_string().contains("a-z"));
    scratch.drop(&[]).await;
}

#[tokio::test]
async fn many_processes_may_make_the_same_database_at_once() {
    let scratch = Scratch::make("race").await;
    let name = format!("{}_b", scratch.name);
    let make = || async {
        schema::provision(&scratch.admin_url).await?;
        schema::create_database(&scratch.admin_url, &name).await
    };
    let outcomes = futures::future::join_all((0..6).map(|_| make())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    Scratch { admin_url: scratch.admin_url.clone(), name: name.clone() }.drop(&[]).await;
    scratch.drop(&[]).await;
}
