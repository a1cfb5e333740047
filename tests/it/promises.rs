//! What respondents were promised is lowered by nobody: not by the API, and not by any statement of the
//! engine's own role.
use orgfit::base::schema;
use orgfit::pb::assessment as pb;
use orgfit::pb::respondent;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tonic::Status;
use tonic_types::StatusExt;

use crate::company::{Company, release, request_id, sheet, submit};
use crate::harness::World;

/// Statements about a wave that is open and stays so, and how each is refused.
const OF_OPEN: &[(&str, &str)] = &[
    (
        r#"UPDATE assessment_waves SET policy = policy || '{"minimum_group_size": 6}' WHERE wave_id = $1"#,
        PROMISED,
    ),
    (
        r#"UPDATE assessment_waves SET policy = policy || '{"pairs": [["contact", "contact"]]}' WHERE wave_id = $1"#,
        PROMISED,
    ),
    ("UPDATE assessment_waves SET policy_digest = '' WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET policy_digest = NULL WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET roster_digest = '' WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET roster_salt = NULL WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET frozen = '[]' WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET instrument_id = wave_id WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET form_key = 'short' WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET language_codes = '{fr}' WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET open_time = NULL WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET state = 1 WHERE wave_id = $1", LEFT),
    // By way of a draft, in which everything may change.
    (
        r#"UPDATE assessment_waves SET state = 1, policy = policy || '{"minimum_group_size": 6}' WHERE wave_id = $1"#,
        LEFT,
    ),
    ("DELETE FROM assessment_waves WHERE wave_id = $1", "permission denied"),
    ("UPDATE assessment_units SET parent_position = NULL WHERE wave_id = $1", "permission denied"),
    ("DELETE FROM assessment_units WHERE wave_id = $1", "permission denied"),
    (
        "INSERT INTO assessment_units (tenant_id, wave_id, position, unit_id, depth, display_name)
         SELECT tenant_id, wave_id, 99, wave_id, 0, '' FROM assessment_waves WHERE wave_id = $1",
        "the tree of a wave is frozen once",
    ),
    ("UPDATE respondent_cells SET unit_id = wave_id WHERE wave_id = $1", "permission denied"),
    ("UPDATE respondent_cells SET segment_values = '{}' WHERE wave_id = $1", "permission denied"),
    ("UPDATE respondent_cells SET invited_count = invited_count + 1 WHERE wave_id = $1", CELL),
    ("UPDATE respondent_cells SET invited_count = invited_count - 1, late_count = late_count - 1 WHERE wave_id = $1", CELL),
    ("DELETE FROM respondent_cells WHERE wave_id = $1", "permission denied"),
    (
        "INSERT INTO respondent_cells (tenant_id, wave_id, cell_id, unit_id, unit_name, segment_values,
             invited_count, late_count)
         SELECT tenant_id, wave_id, 99, unit_id, '', '{}', 1, 0 FROM respondent_cells
         WHERE wave_id = $1 LIMIT 1",
        "the cells of a wave are formed once",
    ),
    ("UPDATE respondent_waves SET questionnaire = '{}' WHERE wave_id = $1", "permission denied"),
    ("DELETE FROM respondent_waves WHERE wave_id = $1", "permission denied"),
    (
        "UPDATE respondent_tokens SET cell_id = cell_id + 1 WHERE wave_id = $1",
        "a response token that has a cell keeps it",
    ),
    (
        "UPDATE assessment_invitations SET cell_id = cell_id + 1 WHERE wave_id = $1",
        "an invitation that has a cell keeps it",
    ),
];
/// Statements about a wave whose results are released.
const OF_RELEASED: &[(&str, &str)] = &[
    (
        r#"UPDATE assessment_waves SET policy = policy || '{"minimum_group_size": 6}' WHERE wave_id = $1"#,
        PROMISED,
    ),
    ("UPDATE assessment_waves SET close_time = now() WHERE wave_id = $1", PROMISED),
    ("UPDATE assessment_waves SET state = 2 WHERE wave_id = $1", LEFT),
    ("UPDATE assessment_waves SET state = 4 WHERE wave_id = $1", LEFT),
    ("UPDATE respondent_waves SET state = 1 WHERE wave_id = $1", BOX),
    ("UPDATE respondent_waves SET close_time = NULL WHERE wave_id = $1", BOX),
    (
        "UPDATE respondent_cells SET invited_count = invited_count + 1, late_count = late_count + 1
         WHERE wave_id = $1",
        CELL,
    ),
    ("UPDATE insight_releases SET method_version = '0' WHERE wave_id = $1", "permission denied"),
    ("DELETE FROM insight_releases WHERE wave_id = $1", "permission denied"),
    (
        "UPDATE insight_cards SET card = '' WHERE release_id IN
             (SELECT release_id FROM insight_releases WHERE wave_id = $1)",
        "permission denied",
    ),
    (
        "DELETE FROM insight_cards WHERE release_id IN
             (SELECT release_id FROM insight_releases WHERE wave_id = $1)",
        "permission denied",
    ),
    // What pooled norms are made of, and what was published of them.
    ("UPDATE insight_norm_sets SET norm_values = '[]' WHERE norm_set_id = $1", "permission denied"),
    ("UPDATE insight_contributions SET scores = '{}' WHERE wave_id = $1", "permission denied"),
    (
        "UPDATE insight_pools SET norm_values = '[]' WHERE member_ids @> ARRAY[$1]",
        "permission denied",
    ),
    ("DELETE FROM insight_pools WHERE member_ids @> ARRAY[$1]", "permission denied"),
    // A card for a slice that is protected.
    (
        "INSERT INTO insight_cards (tenant_id, release_id, slice_number, card)
         SELECT tenant_id, release_id, 99, '' FROM insight_releases WHERE wave_id = $1",
        "a release appears whole, and nothing is added to it",
    ),
];
const PROMISED: &str = "what a wave promised when it opened never changes";
const LEFT: &str = "a wave does not come back to a state that it has left";
const CELL: &str = "a cell takes late invitations of an open wave and changes in nothing else";
const BOX: &str = "what an opened wave asks and promises never changes, and it does not open twice";

/// Changes of a draft's policy, and whether it can be stored then.
const OF_DRAFT: &[(&str, bool)] = &[
    (r#"policy || '{"minimum_group_size": 4}'"#, false),
    (r#"policy || '{"minimum_group_size": 0}'"#, false),
    ("policy - 'minimum_group_size'", false),
    (r#"policy || '{"minimum_group_size": 6}'"#, true),
    (r#"policy || '{"distribution_minimum_group_size": 4}'"#, false),
    (r#"policy || '{"distribution_minimum_group_size": 5}'"#, true),
    (r#"policy || '{"minimum_group_size": 11}'"#, false),
    ("policy - 'distribution_minimum_group_size'", false),
    (r#"policy || '{"comment_minimum_group_size": 4}'"#, false),
    (r#"policy || '{"comment_minimum_group_size": 5}'"#, true),
    (r#"policy || '{"quality_minimum_group_size": 29}'"#, false),
    (r#"policy || '{"quality_minimum_group_size": 30}'"#, true),
    (r#"policy || '{"driver_minimum_group_size": 99}'"#, false),
    (r#"policy || '{"driver_minimum_group_size": 100}'"#, true),
    ("'{}'", false),
];

/// Connections of the engine's role, as an organization.
struct App {
    connection: PgConnection,
    setting: String,
}

impl App {
    async fn connect(world: &World) -> Self {
        let url = world.database.url(schema::APP_ROLE);
        Self {
            connection: PgConnection::connect(&url).await.unwrap(),
            setting: world.tenant.organization_id.to_string(),
        }
    }

    /// What a statement about a wave comes to, undone. Rows that it changed, or the refusal.
    async fn attempt(&mut self, sql: &str, wave_id: &str) -> Result<u64, String> {
        let begin = format!("BEGIN; SELECT set_config('orgfit.tenant', '{}', true)", self.setting);
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut self.connection).await.unwrap();
        let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .bind(uuid::Uuid::parse_str(wave_id).unwrap())
            .execute(&mut self.connection)
            .await;
        sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await.unwrap();
        done.map(|done| done.rows_affected())
            .map_err(|error| error.as_database_error().unwrap().message().to_owned())
    }

    /// The statements that were not refused as they should be.
    async fn unrefused(&mut self, attempts: &[(&str, &str)], wave_id: &str) -> Vec<String> {
        let mut findings = Vec::new();
        for (sql, refusal) in attempts {
            match self.attempt(sql, wave_id).await {
                Err(told) if told.contains(refusal) => {}
                other => findings.push(format!("{sql}: {other:?}")),
            }
        }
        findings
    }
}

/// A company with an open wave.
async fn opened(world: &World) -> (Company, pb::Wave, Vec<String>) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let tokens = company.invite(&wave).await;
    let wave = company.open(&wave, false).await.unwrap().wave.unwrap();
    (company, wave, tokens)
}

#[tokio::test]
async fn no_statement_of_the_engines_role_changes_what_was_promised() {
    let world = World::start().await;
    let (company, wave, tokens) = opened(&world).await;
    let mut app = App::connect(&world).await;
    let unrefused = app.unrefused(OF_OPEN, &wave.wave_id).await;
    assert!(unrefused.is_empty(), "{unrefused:#?}");
    // What an opened wave lets change can be written by the same role.
    let rename = "UPDATE assessment_waves SET display_name = 'Other', revision = revision + 1,
         planned_close_time = now() + interval '1 day' WHERE wave_id = $1";
    assert_eq!(app.attempt(rename, &wave.wave_id).await, Ok(1));

    for (number, token) in (0..).zip(&tokens) {
        submit(&world, token, &request_id(), sheet(number)).await.unwrap();
    }
    company.close(&wave).await.unwrap();
    release(&world).await;
    let unrefused = app.unrefused(OF_RELEASED, &wave.wave_id).await;
    assert!(unrefused.is_empty(), "{unrefused:#?}");
}

#[tokio::test]
async fn a_policy_below_the_floors_cannot_be_stored_and_a_draft_takes_no_shortcut() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let mut app = App::connect(&world).await;
    for (policy, can_be) in OF_DRAFT {
        let sql = format!("UPDATE assessment_waves SET policy = {policy} WHERE wave_id = $1");
        match app.attempt(&sql, &wave.wave_id).await {
            Ok(1) if *can_be => {}
            Err(told) if !can_be && told.contains("assessment_waves_policy_floors") => {}
            other => panic!("{policy}: {other:?}"),
        }
    }
    let refusals: &[(&str, &str)] = &[
        ("UPDATE assessment_waves SET state = 2 WHERE wave_id = $1", "assessment_waves_promised"),
        ("UPDATE assessment_waves SET state = 3 WHERE wave_id = $1", LEFT),
    ];
    let unrefused = app.unrefused(refusals, &wave.wave_id).await;
    assert!(unrefused.is_empty(), "{unrefused:#?}");
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().unwrap().reason.clone()
}

/// A change of a policy.
type Change = fn(&mut pb::AnonymityPolicy);

#[tokio::test]
async fn the_api_takes_no_other_policy_after_the_opening_and_tells_respondents_theirs() {
    let world = World::start().await;
    let (company, wave, tokens) = opened(&world).await;
    let promised = wave.anonymity_policy.clone().unwrap();
    let changes: [(Change, &str); 7] = [
        (|policy| policy.distribution_minimum_group_size = 9, "ANONYMITY_WEAKENED"),
        (|policy| policy.comment_minimum_group_size = 5, "ANONYMITY_WEAKENED"),
        (|policy| policy.disclose_individual_participation = true, "ANONYMITY_WEAKENED"),
        (|policy| policy.minimum_group_size = 4, "FIELD_INVALID"),
        // Not even a stricter one, since another one was digested.
        (|policy| policy.distribution_minimum_group_size = 11, "STATE_CONFLICT"),
        (|policy| policy.quality_minimum_group_size = 31, "STATE_CONFLICT"),
        (|policy| policy.stored_segment_dimension_keys.clear(), "STATE_CONFLICT"),
    ];
    for (change, expected) in changes {
        let mut policy = promised.clone();
        change(&mut policy);
        let other = pb::Wave { anonymity_policy: Some(policy.clone()), ..wave.clone() };
        let request = pb::UpdateWaveRequest {
            wave: Some(other),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["anonymity_policy".to_owned()],
            }),
        };
        let refused = company.client.assessments().update_wave(request).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{policy:?}");
    }
    let request = respondent::GetQuestionnaireRequest::default();
    let asked = world.client_with(&tokens[0]).respondent().get_questionnaire(request).await;
    let notice = asked.unwrap().into_inner().questionnaire.unwrap().privacy_notice.unwrap();
    assert_eq!(notice.minimum_group_size, promised.minimum_group_size);
    assert_eq!(notice.comment_minimum_group_size, promised.comment_minimum_group_size);
    assert!(!notice.discloses_individual_participation);
    assert_eq!((notice.policy_digest.len(), notice.policy_digest), (64, promised.policy_digest));
}
