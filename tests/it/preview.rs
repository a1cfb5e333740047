//! `PreviewRelease`: how much of a wave would be shown, from its planning to its results, to whom, and
//! of which merges.
use orgfit::base::Permission;
use orgfit::base::id::{Id, UnitId};
use orgfit::pb::assessment as waves;
use orgfit::pb::common::{CalendarDate, CalendarPeriod};
use orgfit::pb::directory;
use orgfit::pb::insight as pb;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::company::{Company, release, request_id, sheet, submit};
use crate::harness::{Client, World, golden};

/// People who stay away: one of the root, one of Alpha, half of Beta.
const AWAY: [i32; 6] = [0, 9, 18, 19, 20, 21];

impl Client {
    async fn preview(
        &self,
        wave_id: &str,
        merges: &[&[&str]],
    ) -> Result<pb::PreviewReleaseResponse, Status> {
        let merges = merges.iter().map(|merge| pb::UnitMerge {
            unit_ids: merge.iter().map(|unit| (*unit).to_owned()).collect(),
        });
        let request =
            pb::PreviewReleaseRequest { wave_id: wave_id.to_owned(), merges: merges.collect() };
        self.insight().preview_release(request).await.map(tonic::Response::into_inner)
    }
}

/// Eligible and shown units, eligible and shown slices, and the share that `contact` covers.
fn told(preview: &pb::PreviewReleaseResponse) -> ([i32; 4], Option<f64>) {
    let [coverage] = &preview.coverages[..] else { panic!("one dimension is stored") };
    assert_eq!(coverage.segment_dimension_key, "contact");
    let counts = [
        preview.eligible_unit_count,
        preview.shown_unit_count,
        preview.eligible_slice_count,
        preview.shown_slice_count,
    ];
    (counts, coverage.share)
}

/// Adds a unit Delta of four people below the root, and returns it.
async fn add_delta(company: &mut Company, root: &str) -> String {
    let unit = directory::Unit {
        parent_unit_id: root.to_owned(),
        display_name: "Delta".to_owned(),
        ..directory::Unit::default()
    };
    let request = directory::CreateUnitRequest { unit: Some(unit), ..Default::default() };
    let unit = company.client.directory().create_unit(request).await.unwrap().into_inner();
    let unit_id = unit.unit.unwrap().unit_id;
    for number in 0..4 {
        let person = directory::Person {
            unit_id: unit_id.clone(),
            display_name: format!("Delta {number}"),
            ..directory::Person::default()
        };
        let request = directory::CreatePersonRequest { person: Some(person), ..Default::default() };
        let person = company.client.people().create_person(request).await.unwrap().into_inner();
        company.people.push(person.person.unwrap().person_id);
    }
    unit_id
}

/// A company of 33 whose wave is planned; the units Alpha, Gamma and Delta.
async fn planned(world: &World) -> (Company, waves::Wave, [String; 3]) {
    let mut company = Company::found(world).await;
    let delta = add_delta(&mut company, &world.tenant.root_unit_id.to_string()).await;
    let alpha = company.client.unit_by_key("alpha").await.unit_id;
    let gamma = company.client.unit_by_key("gamma").await.unit_id;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    (company, wave, [alpha, gamma, delta])
}

#[tokio::test]
async fn a_small_company_learns_what_is_shown_before_during_and_after_its_wave() {
    let world = World::start().await;
    let (company, wave, [_, gamma, delta]) = planned(&world).await;
    let client = &company.client;
    let merge: &[&[&str]] = &[&[&gamma, &delta]];
    let nobody = client.preview(&wave.wave_id, &[]).await.unwrap();
    assert_eq!(told(&nobody), ([0; 4], None));

    let tokens = company.invite(&wave).await;
    let draft = client.preview(&wave.wave_id, &[]).await.unwrap();
    // The root, its own staff with those of Gamma and Delta, Alpha and Beta; of values those of
    // Alpha, whose cells alone are split, and the two sums of them.
    assert_eq!(told(&draft), ([3, 3, 8, 8], Some(0.364)));
    let merged = client.preview(&wave.wave_id, merge).await.unwrap();
    // Seven people more are a unit of their own.
    assert_eq!(told(&merged), ([4, 4, 9, 9], Some(0.364)));

    company.open(&wave, false).await.unwrap();
    let open = client.preview(&wave.wave_id, &[]).await.unwrap();
    assert_eq!(open, draft, "cells are formed as it was told");
    let merged = client.preview(&wave.wave_id, merge).await.unwrap();
    assert_eq!(merged, draft, "and stay as they are");
    for number in (0..33).filter(|number| !AWAY.contains(number)) {
        let token = &tokens[usize::try_from(number).unwrap()];
        submit(&world, token, &request_id(), sheet(number)).await.unwrap();
    }
    assert_eq!(client.preview(&wave.wave_id, &[]).await.unwrap(), open, "no answer shows");

    company.close(&wave).await.unwrap();
    let early = client.preview(&wave.wave_id, &[]).await.unwrap_err();
    let expected = format!(
        "FailedPrecondition: the wave has just been closed and its responses are not counted yet; ask again in a moment\n\
         orgfit STATE_CONFLICT [(\"resourceId\", \"{0}\"), (\"resourceType\", \"wave\"), (\"state\", \"CLOSED\")]\n\
         precondition STATE_CONFLICT wave/{0}",
        wave.wave_id
    );
    assert_eq!(golden(&early), expected);
    release(&world).await;
    let closed = client.preview(&wave.wave_id, &[]).await.unwrap();
    // Beta has four answers, and would be what is left of the company without its own staff and
    // Alpha: own staff are hidden, since with Alpha its values would have to go as well.
    assert_eq!(told(&closed), ([2, 2, 7, 6], Some(0.364)));
    let request = pb::ListReleasesRequest { wave_id: wave.wave_id.clone(), ..Default::default() };
    let releases = client.insight().list_releases(request).await.unwrap().into_inner().releases;
    let audit = releases[0].audit.unwrap();
    let counts = told(&closed).0;
    assert_eq!([audit.eligible_unit_count, audit.eligible_slice_count], [counts[0], counts[2]]);
    assert!(audit.shown_unit_count <= counts[1] && audit.shown_slice_count <= counts[3]);
}

#[tokio::test]
async fn everything_that_is_wrong_with_merges_is_told_at_once() {
    let world = World::start().await;
    let (company, wave, [alpha, gamma, delta]) = planned(&world).await;
    let client = &company.client;
    let root = world.tenant.root_unit_id.to_string();
    let unknown = Uuid::new_v4().to_string();
    let many = vec![alpha.as_str(); 21];
    let lists = [&[alpha.as_str()][..], &many, &[&alpha, &alpha], &["x", ""]];
    let refused = client.preview(&wave.wave_id, &lists).await.unwrap_err();
    let expected = "InvalidArgument: 5 fields of the request are wrong\n\
        orgfit FIELD_INVALID []\n\
        merges[0].unit_ids: must have 2 to 20 entries\n\
        merges[1].unit_ids: must have 2 to 20 entries\n\
        merges[2].unit_ids[1]: is named twice; each unit is in one merge at most\n\
        merges[3].unit_ids[0]: must be a UUID in lower-case canonical form, 36 characters\n\
        merges[3].unit_ids[1]: is required";
    assert_eq!(golden(&refused), expected);
    let lists: &[&[&str]] = &[&[&gamma, &root], &[&alpha, &unknown]];
    let refused = client.preview(&wave.wave_id, lists).await.unwrap_err();
    let expected = "InvalidArgument: 2 fields of the request are wrong\n\
        orgfit FIELD_INVALID []\n\
        merges[0].unit_ids[1]: is the wave's scope, which is merged with nothing\n\
        merges[1].unit_ids[1]: must be a unit of the wave's tree";
    assert_eq!(golden(&refused), expected);
    let pair = [gamma.as_str(), delta.as_str()];
    let lists = vec![&pair[..]; 21];
    let refused = client.preview(&wave.wave_id, &lists).await.unwrap_err();
    assert!(golden(&refused).ends_with("\nmerges: must have 0 to 20 entries"));
}

#[tokio::test]
async fn only_whoever_opens_waves_of_the_whole_scope_is_told() {
    let world = World::start().await;
    let (company, wave, [alpha, ..]) = planned(&world).await;
    company.invite(&wave).await;
    let key = async |permissions: &[Permission], unit: &str| {
        let reach = UnitId::parse(unit);
        world.client_with(&world.key(&world.tenant, permissions, reach).await)
    };
    let writes = [Permission::AssessmentsWrite];
    let lead = key(&writes, &alpha).await;
    let head = key(&writes, &world.tenant.root_unit_id.to_string()).await;
    let reader = key(&[Permission::ResultsRead, Permission::AssessmentsRead], "").await;
    for is_open in [false, true] {
        if is_open {
            company.open(&wave, false).await.unwrap();
        }
        let all = company.client.preview(&wave.wave_id, &[]).await.unwrap();
        assert_eq!(head.preview(&wave.wave_id, &[]).await.unwrap(), all);
        let refused = lead.preview(&wave.wave_id, &[]).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        // What there is and what there is not are refused in the same words.
        let nothing = lead.preview(&Uuid::new_v4().to_string(), &[]).await.unwrap_err();
        assert_eq!(golden(&nothing), golden(&refused));
        let refused = reader.preview(&wave.wave_id, &[]).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn what_has_no_roster_or_is_given_up_is_refused_by_its_state() {
    let world = World::start().await;
    let (company, wave, _) = planned(&world).await;
    let request = waves::CancelWaveRequest {
        wave_id: wave.wave_id.clone(),
        etag: wave.etag.clone(),
        request_id: request_id(),
    };
    company.client.assessments().cancel_wave(request).await.unwrap();
    let refused = company.client.preview(&wave.wave_id, &[]).await.unwrap_err();
    let expected = format!(
        "FailedPrecondition: nothing of a cancelled wave is ever shown\n\
         orgfit STATE_CONFLICT [(\"allowedStates\", \"DRAFT,OPEN,CLOSED\"), (\"resourceId\", \"{0}\"), (\"resourceType\", \"wave\"), (\"state\", \"CANCELLED\")]\n\
         precondition STATE_CONFLICT wave/{0}",
        wave.wave_id
    );
    assert_eq!(golden(&refused), expected);

    let imported = waves::Wave {
        assessment_id: wave.assessment_id,
        instrument_id: wave.instrument_id,
        source: waves::WaveSource::Imported.into(),
        measured_period: Some(CalendarPeriod {
            start_date: Some(CalendarDate { year: 2024, month: 1, day: 1 }),
            end_date: Some(CalendarDate { year: 2024, month: 2, day: 1 }),
            ..CalendarPeriod::default()
        }),
        ..waves::Wave::default()
    };
    let request = waves::CreateWaveRequest { wave: Some(imported), request_id: request_id() };
    let imported = company.client.assessments().create_wave(request).await.unwrap();
    let imported = imported.into_inner().wave.unwrap();
    for state in ["DRAFT", "OPEN"] {
        let refused = company.client.preview(&imported.wave_id, &[]).await.unwrap_err();
        let expected = format!(
            "FailedPrecondition: the answers of the wave are imported, so there is no roster to plan from; ask once it is closed\n\
             orgfit STATE_CONFLICT [(\"allowedStates\", \"CLOSED\"), (\"resourceId\", \"{0}\"), (\"resourceType\", \"wave\"), (\"state\", \"{state}\")]\n\
             precondition STATE_CONFLICT wave/{0}",
            imported.wave_id
        );
        assert_eq!(golden(&refused), expected);
        if state == "DRAFT" {
            company.open(&imported, false).await.unwrap();
        }
    }
    company.close(&imported).await.unwrap();
    release(&world).await;
    let closed = company.client.preview(&imported.wave_id, &[]).await.unwrap();
    assert_eq!((closed.eligible_slice_count, closed.coverages.len()), (0, 0));
}
