//! Waves that requests about results and imported responses need: one whose results are released, and
//! one that takes imported responses.
use std::time::Duration;

use orgfit::base::id::Id;
use orgfit::base::{Clock, Context};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Tenant, World};
use crate::matrix::{Names, ask, make_instrument, make_norm_set, publish_instrument};

const ASSESSMENTS: &str = "orgfit.assessment.v1.AssessmentService";
const INVITATIONS: &str = "orgfit.assessment.v1.InvitationService";
const RELEASES: &str = "orgfit.insight.v1.InsightService/ListReleases";

fn text(json: &Value) -> String {
    json.as_str().unwrap().to_owned()
}

/// A wave in the state DRAFT, by what its source asks for.
async fn make_wave(world: &World, tenant: &Tenant, source: &str) -> Names {
    let instrument = make_instrument(world, tenant).await;
    publish_instrument(world, tenant, &instrument).await;
    let mut names = Names::from([("instrument", instrument)]);
    let call = async |method: &str, request: &str, names: &Names| {
        ask(world, tenant, method, request, names).await
    };
    let method = "orgfit.instrument.v1.InstrumentService/GetInstrument";
    let found = call(method, r#"{"instrumentId": "$instrument"}"#, &names).await;
    names.insert("instrument_key", text(&found["instrument"]["key"]));
    names.insert("uuid", Uuid::new_v4().to_string());
    let method = format!("{ASSESSMENTS}/CreateAssessment");
    let request = r#"{"assessment": {"displayName": "Fitness", "instrumentKey": "$instrument_key"},
        "requestId": "$uuid"}"#;
    let made = call(&method, request, &names).await;
    names.insert("assessment", text(&made["assessment"]["assessmentId"]));
    let request = format!(
        r#"{{"wave": {{"assessmentId": "$assessment", "instrumentId": "$instrument", {source}}},
            "requestId": "$uuid"}}"#
    );
    let made = call(&format!("{ASSESSMENTS}/CreateWave"), &request, &names).await;
    names.insert("wave", text(&made["wave"]["waveId"]));
    names.insert("etag", text(&made["wave"]["etag"]));
    names
}

async fn open(world: &World, tenant: &Tenant, names: &Names) {
    let request = r#"{"waveId": "$wave", "etag": "$etag", "requestId": "$uuid"}"#;
    ask(world, tenant, &format!("{ASSESSMENTS}/OpenWave"), request, names).await;
}

/// An open wave that takes imported responses.
async fn make_imported(world: &World, tenant: &Tenant) -> String {
    let source = r#""source": "WAVE_SOURCE_IMPORTED",
        "anonymityPolicy": {"storedSegmentDimensionKeys": ["contact"]},
        "measuredPeriod": {"startDate": {"year": 2024, "month": 1, "day": 1},
            "endDate": {"year": 2024, "month": 2, "day": 1}}"#;
    let names = make_wave(world, tenant, source).await;
    open(world, tenant, &names).await;
    names["wave"].clone()
}

/// A wave whose results are released, to `people` who all kept away, the release, and a norm set to
/// compare them with.
async fn make_released(world: &World, tenant: &Tenant, people: &[String]) -> Names {
    let mut names = make_wave(world, tenant, r#""source": "WAVE_SOURCE_INVITED""#).await;
    let request = format!(
        r#"{{"waveId": "$wave", "people": {{"personIds": {}}}, "requestId": "$uuid"}}"#,
        serde_json::to_string(people).unwrap()
    );
    ask(world, tenant, &format!("{INVITATIONS}/IssueInvitations"), &request, &names).await;
    open(world, tenant, &names).await;
    names.insert("uuid", Uuid::new_v4().to_string());
    let request = r#"{"waveId": "$wave", "requestId": "$uuid"}"#;
    ask(world, tenant, &format!("{ASSESSMENTS}/CloseWave"), request, &names).await;
    let patience = Duration::from_mins(1);
    let ctx = Context::operator(tenant.organization_id, world.clock.now(), patience);
    orgfit::insight::release_due(&world.db, &ctx).await.unwrap();
    repeat_release(world, tenant).await;
    let found = ask(world, tenant, RELEASES, r#"{"waveId": "$wave"}"#, &names).await;
    let mut made = Names::from([
        ("released", names["wave"].clone()),
        ("released_key", names["instrument_key"].clone()),
        ("release", text(&found["releases"][0]["releaseId"])),
    ]);
    // Lists have two pages.
    make_norm_set(world, tenant, &made).await;
    let norm_set = make_norm_set(world, tenant, &made).await;
    made.insert("norm_set", norm_set);
    made
}

/// Waves have one release only until there are comments to approve; lists of them have pages all the
/// same.
async fn repeat_release(world: &World, tenant: &Tenant) {
    let mut superuser = world.database.superuser().await;
    let done = sqlx::query(
        "INSERT INTO insight_releases (tenant_id, release_id, wave_id, number, kind, release_time,
             method_version, salt, input_digest, plan_digest, exact_digest, result_digest,
             response_count, eligible_unit_count, shown_unit_count, eligible_slice_count,
             shown_slice_count)
         SELECT tenant_id, gen_random_uuid(), wave_id, 2, kind, release_time, method_version, salt,
             input_digest, plan_digest, exact_digest, result_digest, response_count,
             eligible_unit_count, shown_unit_count, eligible_slice_count, shown_slice_count
         FROM insight_releases WHERE tenant_id = $1",
    )
    .bind(tenant.organization_id.uuid())
    .execute(&mut superuser)
    .await
    .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

/// A wave that was given up.
pub(crate) async fn make_cancelled(world: &World, tenant: &Tenant) -> String {
    let names = make_wave(world, tenant, r#""source": "WAVE_SOURCE_INVITED""#).await;
    let request = r#"{"waveId": "$wave", "etag": "$etag", "requestId": "$uuid"}"#;
    ask(world, tenant, &format!("{ASSESSMENTS}/CancelWave"), request, &names).await;
    names["wave"].clone()
}

/// Waves of the whole organization, for requests about any part of it.
pub(crate) async fn make_waves(world: &World, tenant: &Tenant, people: &[String]) -> Names {
    let mut names = make_released(world, tenant, people).await;
    names.insert("imported", make_imported(world, tenant).await);
    names.insert("cancelled", make_cancelled(world, tenant).await);
    names
}
