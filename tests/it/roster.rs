//! Who is on the roster of a wave when the directory changes: people who come, go, move and are erased,
//! and units that come and go.
use std::time::Duration;

use orgfit::directory as engine;
use orgfit::pb::assessment as pb;
use orgfit::pb::directory;
use pb::issue_invitations_request::Audience;
use prost_types::FieldMask;
use tonic::Status;

use crate::assessment::{context, get, reason, rows, update};
use crate::company::{Company, request_id, sheet, submit};
use crate::harness::{Client, World};

async fn planned(world: &World) -> (Company, pb::Wave) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    (company, wave)
}

async fn invite(
    client: &Client,
    wave: &pb::Wave,
    people: &[String],
) -> Result<pb::IssueInvitationsResponse, Status> {
    let people = pb::PersonSelection { person_ids: people.to_vec() };
    let request = pb::IssueInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        audience: Some(Audience::People(people)),
        ..pb::IssueInvitationsRequest::default()
    };
    client.invitations().issue_invitations(request).await.map(tonic::Response::into_inner)
}

async fn list(
    client: &Client,
    wave: &pb::Wave,
    participation: pb::ParticipationState,
) -> Result<Vec<pb::Invitation>, Status> {
    let request = pb::ListInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        participation: participation.into(),
        page_size: 500,
        ..pb::ListInvitationsRequest::default()
    };
    client.invitations().list_invitations(request).await.map(|page| page.into_inner().invitations)
}

async fn revoke(client: &Client, wave: &pb::Wave, invitation_ids: Vec<String>) {
    let wave_id = wave.wave_id.clone();
    let request = pb::RevokeInvitationsRequest { wave_id, invitation_ids };
    client.invitations().revoke_invitations(request).await.unwrap();
}

/// How many are invited to each cell, and how many of them late.
async fn cells(world: &World) -> Vec<(i64, i64)> {
    rows(world, &world.tenant).await["respondent_cells"]
        .iter()
        .map(|row| {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            (row["invited_count"].as_i64().unwrap(), row["late_count"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn who_was_off_the_roster_at_the_opening_is_late_and_can_answer() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let client = &company.client;
    company.invite(&wave).await;
    // While it is planned, an invitation names the person's unit of today.
    let listed = list(client, &wave, pb::ParticipationState::Unspecified).await.unwrap();
    let of = |person: &String| listed.iter().find(|one| one.person_id == *person).unwrap();
    assert_eq!(of(&company.people[0]).unit_id, world.tenant.root_unit_id.to_string());
    // One is revoked, another one leaves and comes back.
    let revoked = of(&company.people[6]).invitation_id.clone();
    revoke(client, &wave, vec![revoked.clone()]).await;
    let leaver = company.people[8].clone();
    let request =
        directory::DeletePersonRequest { person_id: leaver.clone(), ..Default::default() };
    client.people().delete_person(request).await.unwrap();
    company.open(&wave, false).await.unwrap();
    let before = cells(&world).await;
    assert_eq!(before.iter().map(|(invited, _)| invited).sum::<i64>(), 27);
    let request = directory::UndeletePersonRequest { person_id: leaver.clone() };
    client.people().undelete_person(request).await.unwrap();

    let both = [company.people[6].clone(), leaver];
    let issued = invite(client, &wave, &both).await.unwrap().issued_invitations;
    let again = invite(client, &wave, &both).await.unwrap().issued_invitations;
    for (first, second) in issued.iter().zip(&again) {
        let (first, second) =
            (first.invitation.clone().unwrap(), second.invitation.clone().unwrap());
        assert!(first.late && !first.unit_id.is_empty());
        assert_eq!(first, second, "asked again, nothing changes but the token");
    }
    assert_eq!(issued[0].invitation.as_ref().unwrap().invitation_id, revoked);
    for issued in &again {
        submit(&world, &issued.response_token, &request_id(), sheet(1)).await.unwrap();
    }
    let after = cells(&world).await;
    assert_eq!(after.iter().map(|(invited, _)| invited).sum::<i64>(), 29);
    assert_eq!(after.iter().map(|(_, late)| late).sum::<i64>(), 2);
}

#[tokio::test]
async fn a_unit_that_is_newer_than_the_wave_counts_as_the_older_one_above() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let client = &company.client;
    company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    let units =
        client.directory().list_units(directory::ListUnitsRequest::default()).await.unwrap();
    let units = units.into_inner().units;
    let beta = units.iter().find(|unit| unit.display_name == "Beta").unwrap().unit_id.clone();
    let unit = directory::Unit {
        parent_unit_id: beta.clone(),
        display_name: "Beta 2".to_owned(),
        ..directory::Unit::default()
    };
    let request = directory::CreateUnitRequest { unit: Some(unit), ..Default::default() };
    let newer = client.directory().create_unit(request).await.unwrap().into_inner().unit.unwrap();
    let person = directory::Person {
        unit_id: newer.unit_id,
        display_name: "Neu".to_owned(),
        ..directory::Person::default()
    };
    let request = directory::CreatePersonRequest { person: Some(person), ..Default::default() };
    let person = client.people().create_person(request).await.unwrap().into_inner().person.unwrap();
    let issued = invite(client, &wave, &[person.person_id]).await.unwrap().issued_invitations;
    let invitation = issued[0].invitation.clone().unwrap();
    assert_eq!((invitation.unit_id, invitation.late), (beta, true));
}

#[tokio::test]
async fn who_took_part_is_told_where_it_is_promised_and_until_the_close() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let client = &company.client;
    let undisclosed = list(client, &wave, pb::ParticipationState::Pending).await.unwrap_err();
    assert_eq!(reason(&undisclosed), "STATE_CONFLICT");

    let request = directory::GetOrganizationRequest {};
    let organization = client.directory().get_organization(request).await.unwrap().into_inner();
    let mut organization = organization.organization.unwrap();
    organization.privacy_policy = Some(directory::PrivacyPolicy {
        disclose_individual_participation: true,
        ..Default::default()
    });
    let request = directory::UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(FieldMask { paths: vec!["privacy_policy".to_owned()] }),
    };
    client.directory().update_organization(request).await.unwrap();
    let policy = pb::AnonymityPolicy {
        disclose_individual_participation: true,
        ..pb::AnonymityPolicy::default()
    };
    let wave = pb::Wave { anonymity_policy: Some(policy), ..wave };
    let wave = update(client, wave, &["anonymity_policy"]).await.unwrap();
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    submit(&world, &tokens[4], &request_id(), sheet(4)).await.unwrap();
    let completed = list(client, &wave, pb::ParticipationState::Completed).await.unwrap();
    let people: Vec<_> = completed.iter().map(|one| one.person_id.clone()).collect();
    assert_eq!(people, company.people[4..5]);
    let pending = list(client, &wave, pb::ParticipationState::Pending).await.unwrap();
    assert_eq!(pending.len(), 28);
    let again = invite(client, &wave, &company.people[4..6]).await.unwrap();
    assert_eq!(again.skipped_person_ids, company.people[4..5]);
    assert_eq!(again.issued_invitations.len(), 1);

    company.close(&wave).await.unwrap();
    let all = list(client, &wave, pb::ParticipationState::Unspecified).await.unwrap();
    assert!(all.iter().all(|one| one.participation() == pb::ParticipationState::Undisclosed));
    assert!(all.iter().all(|one| one.state() == pb::InvitationState::Expired));
    let over = list(client, &wave, pb::ParticipationState::Completed).await.unwrap_err();
    assert_eq!(reason(&over), "STATE_CONFLICT");
}

#[tokio::test]
async fn people_can_be_erased_and_units_go_whatever_wave_knew_them() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let client = &company.client;
    company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    let gone = company.people[7].clone();
    let request = directory::DeletePersonRequest { person_id: gone.clone(), ..Default::default() };
    client.people().delete_person(request).await.unwrap();
    let request = directory::ErasePersonRequest { person_id: gone.clone() };
    client.people().erase_person(request).await.unwrap();
    let listed = list(client, &wave, pb::ParticipationState::Unspecified).await.unwrap();
    assert_eq!(listed.iter().filter(|one| one.person_id == gone).count(), 1);

    // A unit that is the scope of a series is deleted and, after its 30 days, removed for good.
    let unit = directory::Unit {
        parent_unit_id: world.tenant.root_unit_id.to_string(),
        display_name: "Fading".to_owned(),
        ..directory::Unit::default()
    };
    let request = directory::CreateUnitRequest { unit: Some(unit), ..Default::default() };
    let unit = client.directory().create_unit(request).await.unwrap().into_inner().unit.unwrap();
    let assessment = pb::Assessment {
        display_name: "Fading".to_owned(),
        instrument_key: "small".to_owned(),
        scope_unit_id: unit.unit_id.clone(),
        ..pb::Assessment::default()
    };
    let request =
        pb::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
    let series = client.assessments().create_assessment(request).await.unwrap().into_inner();
    let fading = pb::Wave {
        assessment_id: series.assessment.unwrap().assessment_id,
        instrument_id: wave.instrument_id.clone(),
        ..pb::Wave::default()
    };
    let request = pb::CreateWaveRequest { wave: Some(fading), request_id: request_id() };
    let fading =
        client.assessments().create_wave(request).await.unwrap().into_inner().wave.unwrap();
    let request = directory::DeleteUnitRequest { unit_id: unit.unit_id, ..Default::default() };
    client.directory().delete_unit(request).await.unwrap();
    world.clock.advance(Duration::from_hours(24 * 31));
    let ctx = context(&world);
    let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
    assert_eq!(engine::purge(&mut tx, &ctx).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(get(client, &fading.wave_id).await, fading);
    assert_eq!(reason(&company.open(&fading, false).await.unwrap_err()), "NOT_READY");
}
