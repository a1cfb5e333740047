//! Organizations are kept apart by the database, too: whatever a query forgets, rows of others do
//! not exist for it. Each policy is taken away once, to see that the checks would notice.
use std::collections::BTreeSet;
use std::time::Duration;

use orgfit::base::id::{Id, OrganizationId};
use orgfit::base::{Clock, Context, schema};
use prost_reflect::prost::Message;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tonic::Code;
use uuid::Uuid;

use crate::access::Issuer;
use crate::company::{Company, release_for, request_id, sheet, submit};
use crate::harness::{Database, Tenant, World};
use crate::requests;
use crate::respondent::Survey;

const PATIENCE: Duration = Duration::from_mins(1);

/// The functions that run with their owner's rights, as `name(arguments)`.
const DEFINERS: &[&str] = &[
    "access_find_issuers(wanted text)",
    "assessment_list_due(at timestamp with time zone)",
    "base_list_tenants()",
    "insight_list_contributions(wanted text)",
    "insight_list_pools(wanted text)",
    "respondent_await_writers()",
    "respondent_create_partition(parent text, wave uuid)",
    "respondent_drop_partition(parent text, wave uuid)",
    "respondent_take_turn(parent text)",
];
/// Tables that the respondents' role meets, with what it may do there, and nothing else.
const RESPONDENT_RIGHTS: &[(&str, &str)] = &[
    ("respondent_cells", "SELECT"),
    ("respondent_sealed", "INSERT"),
    ("respondent_tokens", "SELECT, UPDATE (submission_digest)"),
    ("respondent_waves", "SELECT"),
];
/// Tables that have a second policy, for those functions.
const SECOND_POLICIES: &[(&str, &str)] = &[
    ("access_issuers", "owner_finds"),
    ("assessment_jobs", "owner_lists"),
    ("assessment_participation", "owner_lists"),
    ("assessment_waves", "owner_lists"),
    ("base_tenants", "owner_lists"),
    ("insight_contributions", "owner_lists"),
    ("insight_pools", "owner_lists"),
];

/// Lets an organization do something of everything, so that each table has a row of it.
async fn live(world: &World, tenant: &Tenant) {
    let ctx = Context::operator(tenant.organization_id, world.clock.now(), PATIENCE);
    let issuer = Issuer::new();
    let input = orgfit::access::IssuerInput {
        issuer: issuer.name.clone(),
        audience: "orgfit".to_owned(),
        algorithms: vec!["ES256".to_owned()],
        key_source: issuer.path.to_str().unwrap().to_owned(),
        ..orgfit::access::IssuerInput::default()
    };
    let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
    let new = orgfit::access::NewIssuer::parse(&input).unwrap();
    orgfit::access::add_issuer(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();

    let root = tenant.root_unit_id.to_string();
    let unit = json!({"unit": {"parentUnitId": root, "displayName": "Unit"},
        "requestId": Uuid::new_v4().to_string()});
    call(world, tenant, "orgfit.directory.v1.DirectoryService/CreateUnit", &unit).await.unwrap();
    let person = json!({"person": {"unitId": root, "displayName": "Ann", "externalId": "ann"}});
    let person = call(world, tenant, "orgfit.directory.v1.PeopleService/CreatePerson", &person);
    let person_id = person.await.unwrap()["person"]["personId"].clone();
    let grant = json!({"addedGrants": [{"personId": person_id, "role": "ROLE_ADMINISTRATOR"}]});
    call(world, tenant, "orgfit.access.v1.AccessService/ChangeGrants", &grant).await.unwrap();
    let draft = json!({"instrument": {"key": "own", "title": {"byLanguage": {"de": "Own"}}}});
    let method = "orgfit.instrument.v1.InstrumentService/CreateInstrument";
    call(world, tenant, method, &draft).await.unwrap();
    // One import that ended with a rejected row, and one that is open with a staged chunk.
    let [ended, open] = [(); 2].map(|()| Uuid::new_v4().to_string());
    for id in [&ended, &open] {
        let rows = json!({"header": {"importId": id}, "units": {"rows": [{"externalId": "a"}]}});
        call(world, tenant, requests::SUBMIT, &rows).await.unwrap();
    }
    let footer = json!({"header": {"importId": ended}, "footer": {"rowCount": 1}});
    call(world, tenant, requests::SUBMIT, &footer).await.unwrap();
    survey(world, tenant).await;
    measure(world, tenant).await;
    compare(world, tenant).await;
}

/// A norm set, and a pool with a contribution, which ten organizations would make together.
async fn compare(world: &World, tenant: &Tenant) {
    let set = json!({"normSet": {"displayName": "Norm", "instrumentKey": "customer_fitness",
        "source": "NORM_SOURCE_UPLOADED", "provenance": "Verband", "population": "Banken",
        "period": {"startDate": {"year": 2024, "month": 1, "day": 1},
            "endDate": {"year": 2024, "month": 2, "day": 1}},
        "caseKind": "NORM_CASE_UNITS", "organizationCount": 1, "respondentCount": 1,
        "values": [{"target": {"level": "SCORE_LEVEL_OVERALL"}, "mean": 60, "caseCount": 2}]}});
    call(world, tenant, "orgfit.insight.v1.InsightService/CreateNormSet", &set).await.unwrap();
    let mut superuser = world.database.superuser().await;
    for sql in [
        "INSERT INTO insight_contributions (tenant_id, instrument_key, contribution_id, wave_id,
             release_id, respondent_count, targets, scores, contribute_time)
         SELECT tenant_id, 'customer_fitness', gen_random_uuid(), wave_id, release_id, 12, '[]', '{}',
             now() FROM insight_releases WHERE tenant_id = $1 LIMIT 1",
        "INSERT INTO insight_pools (tenant_id, instrument_key, version, member_ids, member_counts,
             norm_values, create_time)
         SELECT $1, 'customer_fitness', 1, ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 10)),
             array_fill(12, ARRAY[10]), '[]', now()",
    ] {
        let inserted = sqlx::query(sql).bind(tenant.organization_id.uuid());
        assert_eq!(inserted.execute(&mut superuser).await.unwrap().rows_affected(), 1);
    }
}

/// A wave of a whole company, from its questions to its results, and one without results yet.
async fn measure(world: &World, tenant: &Tenant) {
    let company = Company::found_for(world, tenant).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    for (number, token) in (0..).zip(&tokens) {
        submit(world, token, &request_id(), sheet(number)).await.unwrap();
    }
    company.close(&wave).await.unwrap();
    release_for(world, tenant).await;
    // Another one waits for its results.
    let instrument_id = wave.instrument_id;
    let wave = company.plan(instrument_id).await;
    company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    // Counts how many have answered.
    release_for(world, tenant).await;
    company.close(&wave).await.unwrap();
}

/// An open wave with an answer, an imported one, and one that is mixed.
async fn survey(world: &World, tenant: &Tenant) {
    let open = Survey::open_for(world, tenant, 2).await;
    open.answer(world, 0).await;
    Survey::import_for(world, tenant).await;
    let mixed = Survey::open_for(world, tenant, 1).await;
    mixed.answer(world, 0).await;
    mixed.close_and_mix(world, tenant).await;
}

/// Calls a method with a request and an answer as JSON.
async fn call(
    world: &World,
    tenant: &Tenant,
    method: &str,
    request: &serde_json::Value,
) -> Result<serde_json::Value, tonic::Status> {
    let descriptor = requests::method(method);
    let messages = requests::build(&descriptor.input(), &[&request.to_string()], &[].into());
    let encoded = messages.iter().map(Message::encode_to_vec).collect();
    let answer = requests::send(&world.channel, Some(&tenant.key), method, encoded).await?;
    let message = prost_reflect::DynamicMessage::decode(descriptor.output(), &answer[..]).unwrap();
    Ok(serde_json::to_value(&message).unwrap())
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
}

/// The first column of a query.
async fn texts(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(connection)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

/// All tables but the one in which migrations are noted, and but partitions: nobody but their owner may
/// touch those except by way of their table.
async fn tables(connection: &mut PgConnection) -> Vec<String> {
    texts(
        connection,
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
             AND relname <> '_sqlx_migrations' AND NOT relispartition ORDER BY 1",
    )
    .await
}

/// How many rows of `whose` the engine's role sees in a table, with the setting of a tenant.
async fn seen(
    app: &mut PgConnection,
    table: &str,
    setting: Option<&str>,
    whose: OrganizationId,
) -> i64 {
    run(app, "BEGIN").await.unwrap();
    if let Some(setting) = setting {
        run(app, &format!("SELECT set_config('orgfit.tenant', '{setting}', true)")).await.unwrap();
    }
    let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = $1");
    let count =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(whose.uuid()).fetch_one(&mut *app).await;
    run(app, "ROLLBACK").await.unwrap();
    count.unwrap()
}

/// Whether a statement of the engine's role fails by a policy or a missing right.
async fn refused(app: &mut PgConnection, setting: OrganizationId, sql: &str) -> bool {
    run(app, "BEGIN").await.unwrap();
    run(app, &format!("SELECT set_config('orgfit.tenant', '{setting}', true)")).await.unwrap();
    let outcome = run(app, sql).await;
    run(app, "ROLLBACK").await.unwrap();
    outcome.is_err_and(|error| {
        error.as_database_error().is_some_and(|e| e.code().as_deref() == Some("42501"))
    })
}

/// What is wrong with the isolation of a table.
async fn leaks(
    app: &mut PgConnection,
    superuser: &mut PgConnection,
    table: &str,
    ours: OrganizationId,
    theirs: OrganizationId,
) -> Vec<String> {
    let mut leaks = Vec::new();
    let mut require = |holds: bool, what: &str| {
        if !holds {
            leaks.push(format!("{table}: {what}"));
        }
    };
    let setting = ours.to_string();
    let is_there: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT count(*) FROM {table} WHERE tenant_id = $1"
    )))
    .bind(theirs.uuid())
    .fetch_one(&mut *superuser)
    .await
    .unwrap();
    require(is_there > 0, "the other organization has no row to be seen");
    require(seen(app, table, Some(&setting), ours).await > 0, "own rows are not seen");
    require(seen(app, table, Some(&setting), theirs).await == 0, "others' rows are seen");
    require(seen(app, table, None, theirs).await == 0, "rows are seen without the setting");
    require(seen(app, table, Some(""), theirs).await == 0, "rows are seen with an empty setting");
    // A row of ours, told to be theirs.
    let columns = texts(
        superuser,
        &format!(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass
             AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'tenant_id'"
        ),
    )
    .await
    .join(", ");
    let insert = format!(
        "INSERT INTO {table} (tenant_id, {columns}) SELECT '{theirs}', {columns} FROM {table}
         WHERE tenant_id = '{ours}' LIMIT 1"
    );
    require(refused(app, ours, &insert).await, "a row can be written for others");
    let update = format!("UPDATE {table} SET tenant_id = '{theirs}' WHERE tenant_id = '{ours}'");
    require(refused(app, ours, &update).await, "a row can be given to others");
    leaks
}

/// Two organizations with everything in a database of their own.
async fn two(subject: &str) -> (Database, World, Tenant) {
    let database = Database::own(subject).await;
    let db = database.connect().await;
    let world = World::start_on(database.clone(), db, |_| {}).await;
    let other = world.another_tenant().await;
    for tenant in [&world.tenant, &other] {
        live(&world, tenant).await;
    }
    (database, world, other)
}

#[tokio::test]
async fn rows_of_others_do_not_exist_and_each_policy_is_what_hides_them() {
    let (database, world, other) = two("isolation").await;
    let (ours, theirs) = (world.tenant.organization_id, other.organization_id);
    let mut superuser = database.superuser().await;
    let mut app = PgConnection::connect(&database.url(schema::APP_ROLE)).await.unwrap();
    let tables = tables(&mut superuser).await;
    assert!(tables.len() >= 14, "{tables:?}");
    for table in &tables {
        let leaks = leaks(&mut app, &mut superuser, table, ours, theirs).await;
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
    let policy = |table: &str, condition: &str| {
        format!(
            "CREATE POLICY tenant ON {table} FOR ALL TO orgfit_app USING ({condition}) WITH CHECK ({condition})"
        )
    };
    let condition = "tenant_id = (SELECT nullif(current_setting('orgfit.tenant', true), '')::uuid)";
    for table in &tables {
        let disable = format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY");
        let enable = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY");
        let drop = format!("DROP POLICY tenant ON {table}");
        let open = format!("{drop}; {}", policy(table, "true"));
        let close = policy(table, condition);
        for (change, back) in
            [(&disable, &enable), (&drop, &close), (&open, &format!("{drop}; {close}"))]
        {
            run(&mut superuser, change).await.unwrap();
            let found = leaks(&mut app, &mut superuser, table, ours, theirs).await;
            assert!(!found.is_empty(), "nobody notices: {change}");
            run(&mut superuser, back).await.unwrap();
        }
        let leaks = leaks(&mut app, &mut superuser, table, ours, theirs).await;
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
    world.server.shutdown().await;
    world.db.close().await;
    database.remove().await;
}

/// What the catalog must not have, and the queries that find it.
const CATALOG: &[(&str, &str)] = &[
        ("row security is not forced", "SELECT relname::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND relname <> '_sqlx_migrations' AND NOT (relrowsecurity AND relforcerowsecurity)"),
        ("a key or index does not begin with the tenant", "SELECT indexrelid::regclass::text
            FROM pg_index JOIN pg_class AS held ON held.oid = indrelid
            WHERE held.relnamespace = 'public'::regnamespace AND held.relname <> '_sqlx_migrations'
                AND coalesce((SELECT attname FROM pg_attribute
                    WHERE attrelid = indrelid AND attnum = indkey[0]), '') <> 'tenant_id'"),
        ("a foreign key does not begin with the tenant on both sides", "SELECT conname::text
            FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
                AND ((SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) <> 'tenant_id'
                    OR (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) <> 'tenant_id')"),
        ("a table hangs on no tenant", "SELECT relname::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND relname NOT IN ('_sqlx_migrations', 'base_tenants') AND NOT relispartition
                -- Written by the thousand a second, and only for waves that a statement has just read.
                AND relname NOT IN ('respondent_sealed', 'respondent_imported', 'respondent_answers')
                AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = pg_class.oid)"),
        ("the tenant may be null", "SELECT attrelid::regclass::text FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname = 'tenant_id' AND NOT attnotnull"),
        ("a view runs with its owner's rights", "SELECT relname::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm' OR relkind = 'v'
                AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false))"),
        ("the engine's roles own something", "SELECT relname::text FROM pg_class
            WHERE relowner::regrole::text IN ('orgfit_app', 'orgfit_respondent')
            UNION ALL SELECT proname::text FROM pg_proc WHERE proowner::regrole::text IN ('orgfit_app', 'orgfit_respondent')
            UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspowner::regrole::text IN ('orgfit_app', 'orgfit_respondent')
            UNION ALL SELECT datname::text FROM pg_database WHERE datdba::regrole::text IN ('orgfit_app', 'orgfit_respondent')"),
        ("a role of the engine can do more than log in", "SELECT rolname::text FROM pg_roles
            WHERE rolname IN ('orgfit_app', 'orgfit_respondent')
                AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
                    OR has_schema_privilege(rolname, 'public', 'CREATE')
                    OR has_database_privilege(rolname, current_database(), 'CREATE')
                    OR has_database_privilege(rolname, current_database(), 'TEMP')
                    OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid))"),
        ("somebody but the owner can touch a partition or a sequence", "SELECT relname::text
            FROM pg_class, unnest(ARRAY['orgfit_app', 'orgfit_respondent']) AS somebody
            WHERE relnamespace = 'public'::regnamespace AND (relispartition OR relkind = 'S')
                AND (CASE WHEN relkind = 'S' THEN has_sequence_privilege(somebody, oid, 'USAGE, SELECT, UPDATE')
                    WHEN relkind = 'r' THEN has_table_privilege(somebody, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                        OR has_any_column_privilege(somebody, oid, 'SELECT, INSERT, UPDATE, REFERENCES') END)"),
        ("the engine's role can do more than rows", "SELECT relname::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND has_table_privilege('orgfit_app', oid, 'TRUNCATE, REFERENCES, TRIGGER')"),
        ("the public can do something", "SELECT relname::text FROM pg_class, aclexplode(relacl) AS given
            WHERE relnamespace = 'public'::regnamespace AND given.grantee = 0
            UNION ALL SELECT nspname::text FROM pg_namespace, aclexplode(nspacl) AS given
            WHERE nspname = 'public' AND given.grantee = 0"),
        ("a comment is missing", "SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> '_sqlx_migrations'
                AND attnum > 0 AND NOT attisdropped
                AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid, 'pg_class') IS NULL)"),
];

#[tokio::test]
async fn the_catalog_has_nothing_that_isolation_forgets() {
    let database = Database::shared().await;
    let mut superuser = database.superuser().await;
    for (wrong, sql) in CATALOG {
        let found = texts(&mut superuser, sql).await;
        assert!(found.is_empty(), "{wrong}: {found:?}");
    }
    let definers = texts(
        &mut superuser,
        "SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')'
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1",
    )
    .await;
    assert_eq!(definers, DEFINERS);
    let unpinned = texts(
        &mut superuser,
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
             AND (prosecdef OR prorettype = 'trigger'::regtype)
             AND NOT coalesce(proconfig && ARRAY['search_path=pg_catalog, public'], false)",
    )
    .await;
    assert!(unpinned.is_empty(), "{unpinned:?}");
    let open = texts(
        &mut superuser,
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
             AND (has_function_privilege('orgfit_respondent', oid, 'EXECUTE')
                 OR EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS given
                     WHERE given.grantee = 0))",
    )
    .await;
    assert!(open.is_empty(), "{open:?}");

    let mut expected: BTreeSet<String> = tables(&mut superuser)
        .await
        .iter()
        .map(|table| format!("{table} tenant PERMISSIVE {{orgfit_app}} ALL own own"))
        .collect();
    for (table, policy) in SECOND_POLICIES {
        expected.insert(format!("{table} {policy} PERMISSIVE {{orgfit_owner}} SELECT true -"));
    }
    for (table, _) in RESPONDENT_RIGHTS {
        let policy = format!("{table} respondent PERMISSIVE {{orgfit_respondent}} ALL own own");
        expected.insert(policy);
    }
    let own = "(tenant_id = ( SELECT (NULLIF(current_setting(''orgfit.tenant''::text, true), ''''::text))::uuid AS \"nullif\"))";
    let policies = texts(
        &mut superuser,
        &format!(
            "SELECT tablename || ' ' || policyname || ' ' || permissive || ' ' || roles::text || ' ' || cmd
                 || ' ' || coalesce(replace(qual, '{own}', 'own'), '-')
                 || ' ' || coalesce(replace(with_check, '{own}', 'own'), '-')
             FROM pg_policies WHERE schemaname = 'public'"
        ),
    )
    .await;
    assert_eq!(policies.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// What a role may do to each table, as `table: rights`.
async fn rights(superuser: &mut PgConnection, role: &str) -> Vec<String> {
    let sql = format!(
        "SELECT relname || ': ' || string_agg(given, ', ' ORDER BY given) FROM (
             SELECT relname, privilege_type AS given
             FROM pg_class, aclexplode(relacl) AS acl
             WHERE relnamespace = 'public'::regnamespace AND grantee = '{role}'::regrole
             UNION ALL
             SELECT relname, privilege_type || ' (' || attname || ')'
             FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) AS acl
             WHERE relnamespace = 'public'::regnamespace AND grantee = '{role}'::regrole
         ) AS rights WHERE relname <> '_sqlx_migrations' GROUP BY relname ORDER BY 1"
    );
    texts(superuser, &sql).await
}

#[tokio::test]
async fn the_respondents_role_reads_no_answer_and_nothing_of_people() {
    let database = Database::shared().await;
    let world = World::start().await;
    let other = world.another_tenant().await;
    for tenant in [&world.tenant, &other] {
        survey(&world, tenant).await;
    }
    let mut superuser = database.superuser().await;
    let expected: Vec<_> =
        RESPONDENT_RIGHTS.iter().map(|(table, rights)| format!("{table}: {rights}")).collect();
    assert_eq!(rights(&mut superuser, schema::RESPONDENT_ROLE).await, expected);

    let mut role = PgConnection::connect(&database.url(schema::RESPONDENT_ROLE)).await.unwrap();
    let ours = world.tenant.organization_id;
    for table in tables(&mut superuser).await {
        let readable = RESPONDENT_RIGHTS
            .iter()
            .any(|(known, rights)| *known == table && rights.starts_with("SELECT"));
        let read = format!("SELECT tenant_id FROM {table}");
        assert_eq!(refused(&mut role, ours, &read).await, !readable, "{table}");
        let delete = format!("DELETE FROM {table}");
        assert!(refused(&mut role, ours, &delete).await, "{table}");
        if readable {
            let setting = ours.to_string();
            let theirs = other.organization_id;
            assert!(seen(&mut role, &table, Some(&setting), ours).await > 0, "{table}");
            assert_eq!(seen(&mut role, &table, Some(&setting), theirs).await, 0, "{table}");
            assert_eq!(seen(&mut role, &table, None, ours).await, 0, "{table}");
        }
    }
    // Waves with tokens are those that have a place for answers: elsewhere an answer fails for the lack
    // of one, whoever's it is.
    let foreign = format!(
        "INSERT INTO respondent_sealed SELECT '{}', wave_id, wave_id, 0, '' FROM respondent_tokens",
        other.organization_id
    );
    assert!(refused(&mut role, ours, &foreign).await, "an answer is written for others");
    for sql in [
        "UPDATE respondent_tokens SET cell_id = 0",
        "UPDATE respondent_waves SET state = 1",
        "SELECT respondent_create_partition('respondent_sealed', gen_random_uuid())",
        "SELECT respondent_drop_partition('respondent_sealed', gen_random_uuid())",
        "SELECT respondent_await_writers()",
        "SELECT respondent_take_turn('respondent_sealed')",
        "SELECT base_list_tenants()",
    ] {
        assert!(refused(&mut role, ours, sql).await, "{sql}");
    }
}

/// The state of each of the pool's connections, as the server tells it.
async fn assert_clean(world: &World, connections: usize) {
    let mut held = Vec::new();
    for _ in 0..connections {
        held.push(world.db.bare().await.unwrap());
    }
    for connection in &mut held {
        // In a transaction left open, the time of its begin would stand still.
        let row = sqlx::raw_sql(
            "SELECT current_setting('orgfit.tenant', true), now() <> statement_timestamp()",
        )
        .fetch_one(&mut **connection)
        .await
        .unwrap();
        let (setting, open): (Option<String>, bool) = (row.get(0), row.get(1));
        assert!(setting.unwrap_or_default().is_empty());
        assert!(!open);
    }
}

#[tokio::test]
async fn whatever_is_broken_off_leaves_nothing_on_a_connection() {
    let database = Database::shared().await;
    let db = orgfit::base::Db::connect(&database.url(schema::APP_ROLE), 1).await.unwrap();
    let world = World::start_on(database, db, |_| {}).await;
    let ctx = Context::operator(world.tenant.organization_id, world.clock.now(), PATIENCE);
    for step in 0..40_u32 {
        // Broken off after so many looks at it: before, within and after BEGIN.
        let mut begin = Box::pin(world.db.write("broken_off", ctx.scope()));
        for _ in 0..step % 8 {
            if futures::poll!(&mut begin).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begin);
        assert_clean(&world, 1).await;
        // The next write on the only connection is there for others at once.
        let name = format!("after {step}");
        let id = world.another_tenant().await.organization_id;
        let mut superuser = world.database.superuser().await;
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM base_tenants WHERE tenant_id = $1")
                .bind(id.uuid())
                .fetch_one(&mut superuser)
                .await
                .unwrap();
        assert_eq!(count, 1, "{name}");
        superuser.close().await.unwrap();
        let mut half = world.db.write("half", ctx.scope()).await.unwrap();
        run(half.connection().unwrap(), "UPDATE directory_organizations SET revision = -1")
            .await
            .unwrap();
        drop(half);
        assert_clean(&world, 1).await;
    }
    let mut superuser = world.database.superuser().await;
    let kept: i64 =
        sqlx::query_scalar("SELECT revision FROM directory_organizations WHERE tenant_id = $1")
            .bind(world.tenant.organization_id.uuid())
            .fetch_one(&mut superuser)
            .await
            .unwrap();
    assert!(kept > 0);
}

#[tokio::test]
async fn a_caller_who_goes_away_within_a_write_leaves_all_of_it_or_nothing() {
    let world = World::start().await;
    let mut wanted = Vec::new();
    for step in 0..40_u64 {
        let request_id = Uuid::new_v4().to_string();
        let unit = json!({"unit": {"parentUnitId": world.tenant.root_unit_id.to_string(),
            "displayName": "Unit", "externalId": request_id}, "requestId": request_id});
        let method = "orgfit.directory.v1.DirectoryService/CreateUnit";
        let sent = call(&world, &world.tenant, method, &unit);
        // Dropping the call resets its stream.
        let patience = Duration::from_micros(step * 150);
        tokio::time::timeout(patience, sent).await.ok();
        wanted.push((request_id, unit));
    }
    for (request_id, unit) in wanted {
        // Repeating it finds what there is, or does it now: one unit, one change, one event.
        let method = "orgfit.directory.v1.DirectoryService/CreateUnit";
        let created = loop {
            match call(&world, &world.tenant, method, &unit).await {
                Ok(created) => break created,
                Err(status) => assert!(
                    [Code::Aborted, Code::Unavailable].contains(&status.code()),
                    "{status:?}"
                ),
            }
        };
        let id: Uuid = created["unit"]["unitId"].as_str().unwrap().parse().unwrap();
        let mut superuser = world.database.superuser().await;
        let counts: (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM directory_units WHERE tenant_id = $1 AND external_id = $3),
                 (SELECT count(*) FROM directory_unit_changes WHERE tenant_id = $1 AND unit_id = $2),
                 (SELECT count(*) FROM outbox_events WHERE tenant_id = $1 AND resource_id = $2),
                 (SELECT count(*) FROM base_requests WHERE tenant_id = $1 AND request_id = $3::uuid)",
        )
        .bind(world.tenant.organization_id.uuid())
        .bind(id)
        .bind(&request_id)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        assert_eq!(counts, (1, 1, 1, 1));
        superuser.close().await.unwrap();
    }
    assert_clean(&world, 8).await;
}
