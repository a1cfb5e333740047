//! Invitations: one per person and wave, however often they are asked; tokens that are shown once; and
//! nothing that would tell who has answered.
use orgfit::base::Permission;
use orgfit::base::id::{Id, UnitId};
use orgfit::pb::assessment as pb;
use orgfit::pb::common::SegmentSelector;
use orgfit::pb::directory;
use pb::issue_invitations_request::Audience;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::company::{Company, request_id, sheet, submit};
use crate::harness::{Client, World, golden};

fn people(ids: &[String]) -> Audience {
    Audience::People(pb::PersonSelection { person_ids: ids.to_vec() })
}

async fn issue(
    client: &Client,
    wave: &pb::Wave,
    audience: Audience,
    request_id: &str,
) -> Result<pb::IssueInvitationsResponse, Status> {
    let request = pb::IssueInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        audience: Some(audience),
        expire_time: None,
        request_id: request_id.to_owned(),
    };
    client.invitations().issue_invitations(request).await.map(tonic::Response::into_inner)
}

async fn list(client: &Client, wave: &pb::Wave) -> Vec<pb::Invitation> {
    let request = pb::ListInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        page_size: 500,
        ..pb::ListInvitationsRequest::default()
    };
    client.invitations().list_invitations(request).await.unwrap().into_inner().invitations
}

fn reason(status: &Status) -> String {
    golden(status).lines().nth(1).unwrap_or_default().replace("orgfit ", "")
}

/// A company with an open wave; the tokens of its people in their order.
async fn open(world: &World) -> (Company, pb::Wave, Vec<String>) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    (company, wave, tokens)
}

#[tokio::test]
async fn inviting_again_replaces_the_token_and_hides_whether_it_was_spent() {
    let world = World::start().await;
    let (company, wave, tokens) = open(&world).await;
    submit(&world, &tokens[0], &request_id(), sheet(0)).await.unwrap();
    let both = people(&company.people[..2]);
    let again = issue(&company.client, &wave, both, &request_id()).await.unwrap();
    assert!(again.skipped_person_ids.is_empty(), "participation is not disclosed");
    let [spent, fresh] = &again.issued_invitations[..] else { panic!("two were invited") };
    let told = |issued: &pb::IssuedInvitation| {
        let invitation = issued.invitation.clone().unwrap();
        (invitation.state, invitation.participation, invitation.late)
    };
    assert_eq!(told(spent), told(fresh));
    assert_eq!(list(&company.client, &wave).await.len(), company.people.len());

    let status = submit(&world, &spent.response_token, &request_id(), sheet(0)).await.unwrap_err();
    assert!(reason(&status).starts_with("RESPONSE_TOKEN_SPENT"), "{status:?}");
    let status = submit(&world, &tokens[1], &request_id(), sheet(1)).await.unwrap_err();
    assert!(reason(&status).starts_with("RESPONSE_TOKEN_INVALID"), "{status:?}");
    submit(&world, &fresh.response_token, &request_id(), sheet(1)).await.unwrap();
}

#[tokio::test]
async fn a_repeated_call_gives_new_tokens_and_no_new_invitations() {
    let world = World::start().await;
    let (company, wave, _) = open(&world).await;
    let before = list(&company.client, &wave).await.len();
    let batch = |count| {
        Audience::AnonymousBatch(pb::AnonymousBatch {
            unit_id: world.tenant.root_unit_id.to_string(),
            segments: Vec::new(),
            count,
        })
    };
    let id = request_id();
    let first = issue(&company.client, &wave, batch(6), &id).await.unwrap();
    let second = issue(&company.client, &wave, batch(6), &id).await.unwrap();
    assert_eq!(list(&company.client, &wave).await.len(), before + 6);
    let tokens = |response: &pb::IssueInvitationsResponse| -> Vec<String> {
        let issued = response.issued_invitations.iter();
        issued.map(|issued| issued.response_token.clone()).collect()
    };
    assert!(tokens(&first).iter().all(|token| !tokens(&second).contains(token)));
    let old = submit(&world, &tokens(&first)[0], &request_id(), sheet(0)).await.unwrap_err();
    assert!(reason(&old).starts_with("RESPONSE_TOKEN_INVALID"));
    submit(&world, &tokens(&second)[0], &request_id(), sheet(0)).await.unwrap();
    let other = issue(&company.client, &wave, batch(7), &id).await.unwrap_err();
    assert!(reason(&other).starts_with("REQUEST_ID_REUSED"), "{other:?}");
    let small = issue(&company.client, &wave, batch(4), &request_id()).await.unwrap_err();
    insta::assert_snapshot!(golden(&small));

    // Nothing that was answered to the call is kept.
    let mut superuser = world.database.superuser().await;
    let kept: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM base_requests WHERE tenant_id = $1 AND method LIKE '%Invitation%'",
    )
    .bind(world.tenant.organization_id.uuid())
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn revoking_a_spent_token_and_an_unspent_one_look_alike() {
    let world = World::start().await;
    let (company, wave, tokens) = open(&world).await;
    let id = request_id();
    submit(&world, &tokens[0], &id, sheet(0)).await.unwrap();
    let listed = list(&company.client, &wave).await;
    let of = |person: &String| {
        listed.iter().find(|one| one.person_id == *person).unwrap().invitation_id.clone()
    };
    let ids: Vec<_> = company.people[..2].iter().map(of).collect();
    let request = |invitation_ids| pb::RevokeInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        invitation_ids,
    };
    let mut service = company.client.invitations();
    service.revoke_invitations(request(ids.clone())).await.unwrap();
    service.revoke_invitations(request(ids.clone())).await.unwrap();
    let listed = list(&company.client, &wave).await;
    let revoked = listed.iter().filter(|one| one.state() == pb::InvitationState::Revoked);
    assert_eq!(revoked.count(), 2);
    // The answer stands: its repetition is still true.
    submit(&world, &tokens[0], &id, sheet(0)).await.unwrap();
    let status = submit(&world, &tokens[1], &request_id(), sheet(1)).await.unwrap_err();
    assert!(reason(&status).starts_with("RESPONSE_TOKEN_INVALID"));
    let unknown = vec![Uuid::new_v4().to_string()];
    let status = service.revoke_invitations(request(unknown)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
}

#[tokio::test]
async fn who_comes_late_gets_the_cell_that_fits_and_is_counted_apart() {
    let world = World::start().await;
    let (company, wave, _) = open(&world).await;
    let units = company.client.directory().list_units(directory::ListUnitsRequest::default()).await;
    let units = units.unwrap().into_inner().units;
    let unit =
        |name: &str| units.iter().find(|unit| unit.display_name == name).unwrap().unit_id.clone();
    let join = async |unit_id: String, contact: Option<&str>| {
        let segments = contact.map(|contact| SegmentSelector {
            dimension_key: "contact".to_owned(),
            value_key: contact.to_owned(),
        });
        let person = directory::Person {
            unit_id,
            display_name: "Neu".to_owned(),
            segments: segments.into_iter().collect(),
            ..directory::Person::default()
        };
        let request = directory::CreatePersonRequest { person: Some(person), ..Default::default() };
        let made = company.client.people().create_person(request).await.unwrap();
        let person_id = made.into_inner().person.unwrap().person_id;
        issue(&company.client, &wave, people(&[person_id]), &request_id()).await
    };
    // Alpha is split by contact, Beta is not, and Gamma is reported with the root.
    for (name, contact, counts_for, carries) in [
        ("Alpha", Some("daily"), "Alpha", 1),
        ("Beta", Some("daily"), "Beta", 0),
        ("Gamma", Some("never"), "Muster AG", 0),
    ] {
        let issued = join(unit(name), contact).await.unwrap();
        let invitation = issued.issued_invitations[0].invitation.clone().unwrap();
        assert!(invitation.late, "{name}");
        assert_eq!(invitation.unit_id, unit(counts_for), "{name}");
        assert_eq!(invitation.segments.len(), carries, "{name}");
    }
    let refused = join(unit("Alpha"), None).await.unwrap_err();
    insta::assert_snapshot!(golden(&refused));
}

#[tokio::test]
async fn only_people_at_work_in_scope_and_reach_are_invited() {
    let world = World::start().await;
    let (company, wave, _) = open(&world).await;
    let leaver = company.people[3].clone();
    let request =
        directory::DeletePersonRequest { person_id: leaver.clone(), ..Default::default() };
    company.client.people().delete_person(request).await.unwrap();
    let ids = [company.people[0].clone(), leaver, Uuid::new_v4().to_string(), "x".to_owned()];
    let status = issue(&company.client, &wave, people(&ids), &request_id()).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let status = issue(&company.client, &wave, people(&ids[..3]), &request_id()).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));

    let units = company.client.directory().list_units(directory::ListUnitsRequest::default()).await;
    let units = units.unwrap().into_inner().units;
    let alpha = units.iter().find(|unit| unit.display_name == "Alpha").unwrap();
    let alpha = UnitId::parse(&alpha.unit_id).unwrap();
    let key = world.key(&world.tenant, &[Permission::InvitationsWrite], Some(alpha)).await;
    let client = world.client_with(&key);
    // The root has 6 people, then comes Alpha.
    issue(&client, &wave, people(&company.people[6..8]), &request_id()).await.unwrap();
    let status =
        issue(&client, &wave, people(&company.people[5..8]), &request_id()).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(list(&company.client, &wave).await.len(), company.people.len());
}
