//! The respondents' side: what is asked, what is taken, what is kept of it, and what is left after the
//! close.
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use orgfit::base::id::{Id, InvitationId, UnitId, WaveId};
use orgfit::base::{Clock, Context, Db, Localized, Reason, Tx, schema};
use orgfit::instrument::Content;
use orgfit::instrument::content::{Format, Item, Role};
use orgfit::pb::common::AnswerSheet;
use orgfit::pb::respondent as pb;
use orgfit::respondent::{
    self, Attribute, Cell, ImportedSheet, NewBox, NewToken, Promise, Questionnaire, token_digest,
    write_token,
};
use orgfit::server::Drained;
use prost_reflect::prost::Message;
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::{Client, Database, Tenant, World, golden};
use crate::proxy::Proxy;
use crate::raw;

const PATIENCE: Duration = Duration::from_mins(1);

fn text(german: &str, english: &str) -> Localized {
    Localized(
        [("de-CH", german), ("en", english)].map(|(l, t)| (l.to_owned(), t.to_owned())).into(),
    )
}

fn item(key: &str, required: bool) -> Item {
    Item {
        key: key.to_owned(),
        role: Role::Information,
        text: text(&format!("Frage {key}"), &format!("Question {key}")),
        format: Format::Rating { minimum: 1, maximum: 5, labels: Vec::new() },
        required,
        allow_cannot_judge: !required,
        first_wave_number: 1,
    }
}

/// Asks three items: one that is required, two where "cannot judge" may be chosen.
pub(crate) fn questionnaire() -> Questionnaire {
    Questionnaire {
        content: Content {
            title: text("Kundensicht", "Customer view"),
            introduction: text("Guten Tag", "Hello"),
            items: vec![item("first", true), item("second", false), item("third", false)],
            ..Content::default()
        },
        form_key: String::new(),
        wave_number: 1,
        language_codes: vec!["de-CH".to_owned(), "en".to_owned()],
        default_language_code: "de-CH".to_owned(),
        time_zone: "Europe/Zurich".to_owned(),
        promise: Promise {
            minimum_group_size: 5,
            comment_minimum_group_size: 10,
            discloses_individual_participation: false,
            policy_digest: "0".repeat(64),
        },
        attributes: vec![Attribute {
            title: text("Kontakt", "Contact"),
            values: vec![text("Täglich", "Daily"), text("Nie", "Never")],
        }],
    }
}

/// An open wave with tokens.
pub(crate) struct Survey {
    pub(crate) wave_id: WaveId,
    /// Tokens, those of even positions for cell 0, the others for cell 1.
    pub(crate) tokens: Vec<String>,
    pub(crate) invitations: Vec<InvitationId>,
}

impl Survey {
    /// Opens a wave as the rooms that know people do.
    pub(crate) async fn open(world: &World, invited: usize) -> Self {
        Self::open_for(world, &world.tenant, invited).await
    }

    /// As [`Self::open`], for another organization.
    pub(crate) async fn open_for(world: &World, tenant: &Tenant, invited: usize) -> Self {
        let wave_id = WaveId::from_uuid(Uuid::new_v4());
        let invitations: Vec<_> =
            (0..invited).map(|_| InvitationId::from_uuid(Uuid::new_v4())).collect();
        let tokens: Vec<_> = invitations
            .iter()
            .map(|id| write_token(tenant.organization_id, wave_id, secret(*id)))
            .collect();
        let new: Vec<_> =
            invitations.iter().zip(&tokens).map(|(id, token)| new_token(*id, token)).collect();
        let mut tx = begin(world, tenant).await;
        respondent::issue(&mut tx, wave_id, &new).await.unwrap();
        let cells = vec![cell(0, tenant, Some(0)), cell(1, tenant, None)];
        let questionnaire = questionnaire();
        let new = NewBox { wave_id, questionnaire, close_time: None, imported: false, cells };
        respondent::open(&mut tx, &new).await.unwrap();
        let cells: Vec<_> =
            invitations.iter().zip((0..2).cycle()).map(|(id, c)| (*id, c)).collect();
        respondent::assign_cells(&mut tx, wave_id, &cells).await.unwrap();
        tx.commit().await.unwrap();
        Self { wave_id, tokens, invitations }
    }

    /// A wave that is open for what was collected elsewhere, with a sheet.
    pub(crate) async fn import_for(world: &World, tenant: &Tenant) {
        let wave_id = WaveId::from_uuid(Uuid::new_v4());
        let mut tx = begin(world, tenant).await;
        let questionnaire = questionnaire();
        let cells = Vec::new();
        let new = NewBox { wave_id, questionnaire, close_time: None, imported: true, cells };
        respondent::open(&mut tx, &new).await.unwrap();
        let unit_id = tenant.root_unit_id;
        let sheets = [ImportedSheet { unit_id, values: vec![None], sheet: vec![1; 3] }];
        respondent::take_imported(&mut tx, wave_id, &sheets).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Answers with one of the tokens.
    pub(crate) async fn answer(&self, world: &World, token: usize) {
        submit(world, &self.tokens[token], &fresh(), &[1, 0, -1]).await.unwrap();
    }

    pub(crate) async fn close_and_mix(&self, world: &World, tenant: &Tenant) {
        let mut tx = begin(world, tenant).await;
        respondent::close(&mut tx, self.wave_id, world.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(world, tenant).await;
        respondent::mix(&mut tx, self.wave_id).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn change(
        &self,
        world: &World,
        change: impl AsyncFnOnce(&mut Tx, WaveId) -> orgfit::base::Result<()>,
    ) {
        let mut tx = begin(world, &world.tenant).await;
        change(&mut tx, self.wave_id).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn secret(id: InvitationId) -> [u8; 32] {
    let mut secret = [7; 32];
    secret[..16].copy_from_slice(id.uuid().as_bytes());
    secret
}

fn new_token(invitation_id: InvitationId, text: &str) -> NewToken {
    NewToken { invitation_id, digest: token_digest(text), cell_id: None, expire_time: None }
}

fn cell(cell_id: i32, tenant: &Tenant, value: Option<u16>) -> Cell {
    Cell {
        cell_id,
        unit_id: tenant.root_unit_id,
        unit_name: "Muster AG".to_owned(),
        values: vec![value],
        invited: 10,
        late: 0,
    }
}

async fn begin(world: &World, tenant: &Tenant) -> Tx {
    let ctx = Context::operator(tenant.organization_id, world.clock.now(), PATIENCE);
    world.db.write("test", ctx.scope()).await.unwrap()
}

/// The mixed answers, sorted.
async fn mixed(tx: &mut Tx, wave_id: WaveId) -> Vec<(i32, Vec<u8>)> {
    let mut answers = Vec::new();
    respondent::for_each_answer(tx, wave_id, |cell, sheet, _| {
        answers.push((cell, sheet.to_vec()));
        Ok(())
    })
    .await
    .unwrap();
    answers.sort();
    answers
}

fn sheet(codes: &[i32]) -> AnswerSheet {
    AnswerSheet { codes: codes.to_vec() }
}

/// Submits with a submission id, by a channel.
async fn submit_by(
    channel: &Channel,
    token: &str,
    submission_id: &str,
    codes: &[i32],
) -> Result<(), Status> {
    let request = pb::SubmitResponseRequest {
        submission_id: submission_id.to_owned(),
        answers: Some(sheet(codes)),
    };
    let client = Client::over(channel.clone(), token);
    client.respondent().submit_response(request).await.map(drop)
}

pub(crate) async fn submit(
    world: &World,
    token: &str,
    id: &str,
    codes: &[i32],
) -> Result<(), Status> {
    submit_by(&world.channel, token, id, codes).await
}

async fn ask(world: &World, token: &str, language: &str) -> Result<pb::Questionnaire, Status> {
    let request = pb::GetQuestionnaireRequest { language_code: language.to_owned() };
    let answer = world.client_with(token).respondent().get_questionnaire(request).await?;
    Ok(answer.into_inner().questionnaire.unwrap())
}

fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// The reason of a refusal.
fn reason<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    let status = outcome.unwrap_err();
    status.get_error_details().error_info().unwrap().reason.clone()
}

async fn close(world: &World, survey: &Survey) {
    let mut tx = begin(world, &world.tenant).await;
    respondent::close(&mut tx, survey.wave_id, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn mix(world: &World, survey: &Survey) -> Vec<(i32, Vec<u8>)> {
    let mut tx = begin(world, &world.tenant).await;
    respondent::mix(&mut tx, survey.wave_id).await.unwrap();
    tx.commit().await.unwrap();
    mixed(&mut begin(world, &world.tenant).await, survey.wave_id).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_submissions_with_one_token_one_counts_and_each_is_told_the_truth() {
    let world = World::start().await;
    let survey = Survey::open(&world, 2).await;
    let ids: Vec<_> = (0..64).map(|_| fresh()).collect();
    let calls = ids.iter().enumerate().map(|(n, id)| {
        let answer = i32::try_from(n % 5).unwrap() + 1;
        let (world, token) = (&world, &survey.tokens[0]);
        async move { (id, answer, submit(world, token, id, &[answer, 0, -1]).await) }
    });
    let outcomes = futures::future::join_all(calls).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(.., end)| end.is_ok());
    assert_eq!(won.len(), 1);
    for (.., outcome) in lost {
        assert_eq!(reason(outcome), "RESPONSE_TOKEN_SPENT");
    }
    let (id, answer, _) = &won[0];
    // The same submission 64 times at once, with other answers.
    let again = (0..64).map(|_| submit(&world, &survey.tokens[0], id, &[5, 5, 5]));
    assert!(futures::future::join_all(again).await.iter().all(Result::is_ok));
    let mut tx = begin(&world, &world.tenant).await;
    assert_eq!(respondent::count_spent(&mut tx, survey.wave_id).await.unwrap(), [(0, 1)]);
    let spent = respondent::list_spent(&mut tx, survey.wave_id).await.unwrap();
    assert_eq!(spent, [survey.invitations[0]].into());
    drop(tx);
    close(&world, &survey).await;
    let code = u8::try_from(*answer).unwrap();
    assert_eq!(mix(&world, &survey).await, [(0, vec![code, 0, 0xFF])]);
}

#[tokio::test]
async fn imported_sheets_get_the_cells_of_their_groups() {
    let world = World::start().await;
    let wave_id = WaveId::from_uuid(Uuid::new_v4());
    let units = [(); 2].map(|()| UnitId::from_uuid(Uuid::new_v4()));
    let mut tx = begin(&world, &world.tenant).await;
    let new = NewBox {
        wave_id,
        questionnaire: questionnaire(),
        close_time: None,
        imported: true,
        cells: Vec::new(),
    };
    respondent::open(&mut tx, &new).await.unwrap();
    let sheet = |unit: usize, value: Option<u16>, answer: u8| ImportedSheet {
        unit_id: units[unit],
        values: vec![value],
        sheet: vec![answer; 3],
    };
    let sheets = [sheet(0, Some(1), 1), sheet(0, None, 2), sheet(1, Some(1), 3), sheet(0, None, 4)];
    respondent::take_imported(&mut tx, wave_id, &sheets).await.unwrap();
    let mut groups = respondent::list_imported_groups(&mut tx, wave_id).await.unwrap();
    groups.sort_by_key(|(unit, values, _)| (*unit != units[0], values.clone()));
    let expected =
        [(units[0], vec![None], 2), (units[0], vec![Some(1)], 1), (units[1], vec![Some(1)], 1)];
    assert_eq!(groups, expected);
    tx.commit().await.unwrap();

    let mut tx = begin(&world, &world.tenant).await;
    assert!(respondent::mix_imported(&mut tx, wave_id, &[], &[]).await.is_err());
    respondent::close(&mut tx, wave_id, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(&world, &world.tenant).await;
    let late = respondent::take_imported(&mut tx, wave_id, &sheets).await.unwrap_err();
    assert_eq!(late.reason(), Reason::StateConflict);
    let cells = [cell(0, &world.tenant, None), cell(1, &world.tenant, Some(1))];
    let assignment: Vec<_> =
        groups.into_iter().zip([0, 1, 1]).map(|((unit, values, _), c)| (unit, values, c)).collect();
    let error = respondent::mix_imported(&mut tx, wave_id, &cells, &assignment[1..]).await;
    assert_eq!(error.unwrap_err().reason(), Reason::Internal, "a group without a cell");
    drop(tx);
    for _ in 0..2 {
        let mut tx = begin(&world, &world.tenant).await;
        respondent::mix_imported(&mut tx, wave_id, &cells, &assignment).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = begin(&world, &world.tenant).await;
    let expected = [(0, vec![2; 3]), (0, vec![4; 3]), (1, vec![1; 3]), (1, vec![3; 3])];
    assert_eq!(mixed(&mut tx, wave_id).await, expected);
    assert_eq!(respondent::list_cells(&mut tx, wave_id).await.unwrap(), cells);
    respondent::cancel(&mut tx, wave_id).await.unwrap();
    assert_eq!(mixed(&mut tx, wave_id).await, []);
}

#[tokio::test]
async fn an_opened_wave_is_read_counted_closed_mixed_and_cancelled() {
    let world = World::start().await;
    let survey = Survey::open(&world, 4).await;
    let mut tx = begin(&world, &world.tenant).await;
    let wave_id = survey.wave_id;
    assert_eq!(
        respondent::find_questionnaire(&mut tx, wave_id).await.unwrap(),
        Some(questionnaire())
    );
    respondent::add_late(&mut tx, wave_id, &[1, 1]).await.unwrap();
    let late = respondent::list_cells(&mut tx, wave_id).await.unwrap();
    let late: Vec<_> = late.iter().map(|cell| (cell.invited, cell.late)).collect();
    assert_eq!(late, [(10, 0), (12, 2)]);
    assert!(respondent::add_late(&mut tx, wave_id, &[7]).await.is_err());
    assert_eq!(respondent::count_spent(&mut tx, wave_id).await.unwrap(), []);
    assert_eq!(respondent::list_spent(&mut tx, wave_id).await.unwrap(), BTreeSet::new());
    assert_eq!(
        respondent::mix(&mut tx, wave_id).await.unwrap_err().reason(),
        Reason::StateConflict
    );
    respondent::close(&mut tx, wave_id, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        let mut tx = begin(&world, &world.tenant).await;
        respondent::mix(&mut tx, wave_id).await.unwrap();
        tx.commit().await.unwrap();
    }
    for _ in 0..2 {
        let mut tx = begin(&world, &world.tenant).await;
        respondent::cancel(&mut tx, wave_id).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_questionnaire_is_shown_in_the_best_language_and_says_what_is_stored() {
    let world = World::start().await;
    let survey = Survey::open(&world, 2).await;
    let token = &survey.tokens[0];
    for (wanted, given) in [("", "de-CH"), ("de", "de-CH"), ("en-GB", "en"), ("ja", "de-CH")] {
        let shown = ask(&world, token, wanted).await.unwrap();
        assert_eq!(shown.language_code, given, "{wanted}");
    }
    let shown = ask(&world, token, "en").await.unwrap();
    insta::assert_debug_snapshot!(shown);
    // The cell of the other token carries no segment value.
    let shown = ask(&world, &survey.tokens[1], "en").await.unwrap();
    assert_eq!(shown.privacy_notice.unwrap().stored_attributes.len(), 1);
    let wrong = ask(&world, token, "no language").await;
    assert_eq!(reason(wrong), "FIELD_INVALID");

    let time = world.clock.now() + Duration::from_hours(1);
    survey
        .change(&world, async |tx, id| respondent::set_close_time(tx, id, Some(time)).await)
        .await;
    let shown = ask(&world, token, "en").await.unwrap();
    assert_eq!(shown.close_time.unwrap().seconds, time.timestamp());
    assert!(shown.close_date.is_some());

    submit(&world, token, &fresh(), &[1, 1, 1]).await.unwrap();
    assert_eq!(reason(ask(&world, token, "").await), "RESPONSE_TOKEN_SPENT");
    close(&world, &survey).await;
    assert_eq!(reason(ask(&world, token, "").await), "RESPONSE_TOKEN_SPENT");
    assert_eq!(reason(ask(&world, &survey.tokens[1], "").await), "STATE_CONFLICT");
    mix(&world, &survey).await;
    assert_eq!(reason(ask(&world, token, "").await), "STATE_CONFLICT");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_submission_is_told_at_once_and_spends_nothing() {
    let world = World::start().await;
    let survey = Survey::open(&world, 1).await;
    let token = &survey.tokens[0];
    let status = submit(&world, token, "no id", &[0, 6, -2]).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    let request = pb::SubmitResponseRequest { submission_id: fresh(), answers: None };
    let missing = world.client_with(token).respondent().submit_response(request).await;
    assert_eq!(reason(missing), "FIELD_INVALID");
    for codes in [&[][..], &[1, 1], &[1, 1, 1, 1], &[-1, 1, 1]] {
        assert_eq!(reason(submit(&world, token, &fresh(), codes).await), "FIELD_INVALID");
    }
    let request = pb::SubmitResponseRequest {
        submission_id: fresh(),
        answers: Some(sheet(&vec![1; 40_000])),
    };
    let large = world.client_with(token).respondent().submit_response(request).await;
    assert_eq!(reason(large), "REQUEST_TOO_LARGE");
    submit(&world, token, &fresh(), &[1, 1, -1]).await.unwrap();
}

#[tokio::test]
async fn every_identity_beside_or_instead_of_the_token_is_refused() {
    let world = World::start().await;
    let survey = Survey::open(&world, 1).await;
    let bearer = format!("Bearer {}", survey.tokens[0]);
    let key = format!("Bearer {}", world.tenant.key);
    let message = pb::GetQuestionnaireRequest::default().encode_to_vec();
    let method = "orgfit.respondent.v1.RespondentService/GetQuestionnaire";
    let call = async |headers: &[(&'static str, &str)]| {
        raw::call_without_key(&world, method, headers, &message).await
    };
    call(&[("authorization", &bearer)]).await.unwrap();
    for (headers, expected) in [
        (&[("authorization", key.as_str())][..], "IDENTITY_NOT_ALLOWED"),
        (&[("authorization", "Bearer e30.e30.e30")], "IDENTITY_NOT_ALLOWED"),
        (&[("authorization", &bearer), ("cookie", "session=1")], "IDENTITY_NOT_ALLOWED"),
        (&[("authorization", &bearer), ("x-api-key", &world.tenant.key)], "IDENTITY_NOT_ALLOWED"),
        (&[("authorization", &bearer), ("authorization", &key)], "IDENTITY_NOT_ALLOWED"),
        (&[("authorization", &bearer[..50])], "RESPONSE_TOKEN_INVALID"),
        (&[], "RESPONSE_TOKEN_INVALID"),
    ] {
        assert_eq!(reason(call(headers).await), expected, "{headers:?}");
    }
    // A response token opens nothing else.
    let client = world.client_with(&survey.tokens[0]);
    let elsewhere = client.access().who_am_i(orgfit::pb::access::WhoAmIRequest {}).await;
    assert_eq!(reason(elsewhere), "CREDENTIAL_INVALID");
}

#[tokio::test]
async fn tokens_that_are_no_good_are_refused_alike() {
    let world = World::start().await;
    let other = world.another_tenant().await;
    let survey = Survey::open(&world, 4).await;
    let [revoked, replaced, spent, expired] = [0, 1, 2, 3].map(|n| survey.tokens[n].clone());
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|n| survey.invitations[n]);
    let again = |n: u8| write_token(world.tenant.organization_id, survey.wave_id, [n; 32]);
    let spending = fresh();
    submit(&world, &spent, &spending, &[1, 1, 1]).await.unwrap();
    let expire_time = Some(world.clock.now() + Duration::from_hours(1));
    let new = [(second, again(1), 1), (third, again(2), 0), (fourth, again(3), 1)].map(
        |(id, text, cell)| NewToken { cell_id: Some(cell), expire_time, ..new_token(id, &text) },
    );
    survey.change(&world, async |tx, id| respondent::issue(tx, id, &new).await).await;
    survey.change(&world, async |tx, id| respondent::revoke(tx, id, &[first, third]).await).await;

    let elsewhere = write_token(other.organization_id, survey.wave_id, secret(first));
    for token in [&revoked, &replaced, &expired, &elsewhere, &again(9)] {
        let refused = submit(&world, token, &fresh(), &[1, 1, 1]).await;
        assert_eq!(reason(refused), "RESPONSE_TOKEN_INVALID");
        let refused = submit(&world, token, &fresh(), &[9]).await;
        assert_eq!(reason(refused), "RESPONSE_TOKEN_INVALID", "before the mistakes of its sheet");
        assert_eq!(reason(ask(&world, token, "").await), "RESPONSE_TOKEN_INVALID");
    }
    submit(&world, &again(1), &spending, &[2, 2, 2]).await.unwrap();
    // An invitation is worth one answer, however many tokens it got.
    submit(&world, &spent, &spending, &[9]).await.unwrap();
    let second_answer = submit(&world, &again(2), &fresh(), &[1, 1, 1]).await;
    assert_eq!(reason(second_answer), "RESPONSE_TOKEN_SPENT");
    world.clock.advance(Duration::from_hours(2));
    let late = submit(&world, &again(3), &fresh(), &[1, 1, 1]).await;
    assert_eq!(reason(late), "RESPONSE_TOKEN_INVALID");
    submit(&world, &again(1), &spending, &[1, 1, 1]).await.unwrap();

    let mut tx = begin(&world, &world.tenant).await;
    let counted = respondent::count_spent(&mut tx, survey.wave_id).await.unwrap();
    assert_eq!(counted, [(0, 1), (1, 1)]);
    drop(tx);
    close(&world, &survey).await;
    let expected = [(0, vec![1; 3]), (1, vec![2; 3])];
    assert_eq!(mix(&world, &survey).await, expected);
}

#[tokio::test]
async fn a_repetition_is_told_the_truth_until_the_mixing_and_a_stranger_always() {
    let world = World::start().await;
    let survey = Survey::open(&world, 3).await;
    let [mine, other, unused] = [0, 1, 2].map(|n| survey.tokens[n].as_str());
    let id = fresh();
    // Before.
    assert_eq!(reason(submit(&world, mine, &id, &[9, 9, 9]).await), "FIELD_INVALID");
    for _ in 0..2 {
        submit(&world, mine, &id, &[1, 2, 3]).await.unwrap();
    }
    submit(&world, mine, &id, &[9, 9, 9]).await.unwrap();
    assert_eq!(reason(submit(&world, mine, &fresh(), &[1, 2, 3]).await), "RESPONSE_TOKEN_SPENT");
    assert_eq!(reason(submit(&world, mine, &fresh(), &[9]).await), "RESPONSE_TOKEN_SPENT");
    submit(&world, other, &id, &[3, 2, 1]).await.unwrap();
    // After the time that was set, before anybody closed it; and closed.
    let time = world.clock.now() + Duration::from_hours(1);
    survey
        .change(&world, async |tx, id| respondent::set_close_time(tx, id, Some(time)).await)
        .await;
    world.clock.advance(Duration::from_hours(1));
    for step in ["in time", "closed"] {
        submit(&world, mine, &id, &[1, 2, 3]).await.unwrap();
        submit(&world, mine, &id, &[]).await.unwrap();
        let stranger = submit(&world, mine, &fresh(), &[1, 2, 3]).await;
        assert_eq!(reason(stranger), "RESPONSE_TOKEN_SPENT", "{step}");
        for codes in [&[1, 2, 3][..], &[9]] {
            let late = submit(&world, unused, &fresh(), codes).await;
            assert_eq!(reason(late), "STATE_CONFLICT", "{step}");
        }
        close(&world, &survey).await;
    }
    assert_eq!(mix(&world, &survey).await, [(0, vec![1, 2, 3]), (1, vec![3, 2, 1])]);
    for token in [mine, other, unused] {
        for codes in [&[1, 2, 3][..], &[9]] {
            assert_eq!(reason(submit(&world, token, &id, codes).await), "STATE_CONFLICT");
        }
    }
    // Not opened yet, and cancelled.
    let wave_id = WaveId::from_uuid(Uuid::new_v4());
    let early = write_token(world.tenant.organization_id, wave_id, [1; 32]);
    let new = [new_token(survey.invitations[0], &early)];
    let draft = Survey { wave_id, tokens: Vec::new(), invitations: Vec::new() };
    draft.change(&world, async |tx, id| respondent::issue(tx, id, &new).await).await;
    assert_eq!(reason(submit(&world, &early, &id, &[1, 2, 3]).await), "STATE_CONFLICT");
    draft.change(&world, async |tx, id| respondent::cancel(tx, id).await).await;
    assert_eq!(reason(submit(&world, &early, &id, &[1, 2, 3]).await), "RESPONSE_TOKEN_INVALID");
    let survey = Survey::open(&world, 2).await;
    survey.answer(&world, 0).await;
    survey.change(&world, async |tx, id| respondent::cancel(tx, id).await).await;
    for token in &survey.tokens {
        assert_eq!(reason(submit(&world, token, &id, &[1, 2, 3]).await), "STATE_CONFLICT");
    }
}

#[tokio::test]
async fn an_answer_whose_commit_is_not_heard_of_is_stored_once() {
    let database = Database::shared().await;
    let proxy = Proxy::as_role(&database, schema::RESPONDENT_ROLE).await;
    let respondent_db = Db::connect_silently(&proxy.url(), 4).await.unwrap();
    let db = database.connect().await;
    let world =
        World::start_on(database, db, |options| options.respondent_db = respondent_db).await;
    let survey = Survey::open(&world, 2).await;
    proxy.lose_answer_of("respondent::spend");
    let id = fresh();
    submit(&world, &survey.tokens[0], &id, &[1, 2, 3]).await.unwrap();
    assert!(proxy.has_lost(), "the test lost nothing");
    submit(&world, &survey.tokens[0], &id, &[3, 2, 1]).await.unwrap();
    // Without a way to the database nothing is acknowledged, and nothing is lost.
    proxy.cut();
    let status = submit(&world, &survey.tokens[1], &id, &[4, 4, 4]).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
    proxy.mend().await;
    submit(&world, &survey.tokens[1], &id, &[5, 5, 5]).await.unwrap();
    close(&world, &survey).await;
    assert_eq!(mix(&world, &survey).await, [(0, vec![1, 2, 3]), (1, vec![5, 5, 5])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_acknowledged_is_counted_however_the_wave_closes_meanwhile() {
    let world = World::start().await;
    for invited in [40, 200] {
        let survey = Survey::open(&world, invited).await;
        let ids: Vec<_> = (0..invited).map(|_| fresh()).collect();
        let calls = survey.tokens.iter().zip(&ids).map(|(token, id)| {
            let world = &world;
            async move { submit(world, token, id, &[1, 1, 1]).await }
        });
        let calls = futures::future::join_all(calls);
        let closing = async {
            // Some are stored already.
            loop {
                let mut tx = begin(&world, &world.tenant).await;
                let spent = respondent::count_spent(&mut tx, survey.wave_id).await.unwrap();
                if !spent.is_empty() {
                    break;
                }
            }
            close(&world, &survey).await;
            mix(&world, &survey).await.len()
        };
        let (outcomes, counted) = futures::future::join(calls, closing).await;
        let (stored, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(stored.len(), counted, "of {invited}");
        for outcome in refused {
            assert_eq!(reason(outcome), "STATE_CONFLICT");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_stores_what_it_took() {
    let mut world = World::start().await;
    let survey = Survey::open(&world, 100).await;
    let begun = Arc::new(tokio::sync::Semaphore::new(0));
    let calls: Vec<_> = survey
        .tokens
        .iter()
        .map(|token| {
            let (channel, token, begun) = (world.channel.clone(), token.clone(), begun.clone());
            tokio::spawn(async move {
                begun.add_permits(1);
                submit_by(&channel, &token, &fresh(), &[1, 1, 1]).await
            })
        })
        .collect();
    let _all = begun.acquire_many(100).await.unwrap();
    let server = std::mem::replace(&mut world.server, World::start().await.server);
    assert_eq!(server.shutdown().await, Drained::Wholly);
    let outcomes = futures::future::join_all(calls).await;
    let stored = outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
    let world = World { db: world.database.connect().await, ..world };
    close(&world, &survey).await;
    assert_eq!(mix(&world, &survey).await.len(), stored);
}

/// Rows of tokens and answers that one transaction wrote.
const SAME_TRANSACTION: &str = "SELECT count(*) FROM respondent_tokens AS token
    JOIN respondent_sealed AS answer ON answer.wave_id = token.wave_id
        AND answer.xmin::text = token.xmin::text
    WHERE token.tenant_id = $1 AND token.wave_id = $2 AND token.submission_digest IS NOT NULL";

#[tokio::test]
async fn what_links_an_answer_to_its_token_is_gone_after_the_mixing() {
    let world = World::start().await;
    let survey = Survey::open(&world, 40).await;
    for token in 0..40 {
        let code = i32::try_from(token % 5).unwrap() + 1;
        submit(&world, &survey.tokens[token], &fresh(), &[code, 0, 0]).await.unwrap();
    }
    let mut superuser = world.database.superuser().await;
    let (tenant, wave) = (world.tenant.organization_id.uuid(), survey.wave_id.uuid());
    let links: i64 = sqlx::query_scalar(SAME_TRANSACTION)
        .bind(tenant)
        .bind(wave)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    // One by one: each answer is linked to its token, as long as the wave is open.
    assert_eq!(links, 40);
    let sealed: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
        "SELECT answer_id, answers FROM respondent_sealed WHERE wave_id = $1 ORDER BY ctid",
    )
    .bind(wave)
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let arrived: Vec<u8> = sealed.iter().map(|(_, answers)| answers[0]).collect();
    assert!(arrived.iter().enumerate().all(|(n, code)| usize::from(*code) == n % 5 + 1));

    survey.close_and_mix(&world, &world.tenant).await;
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM respondent_tokens WHERE wave_id = $1)
              + (SELECT count(*) FROM respondent_sealed WHERE wave_id = $1)",
    )
    .bind(wave)
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(left, 0);
    let mixed: Vec<(Uuid, Vec<u8>, String)> = sqlx::query_as(
        "SELECT answer_id, answers, xmin::text FROM respondent_answers WHERE wave_id = $1 ORDER BY ctid",
    )
    .bind(wave)
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let transactions: BTreeSet<_> = mixed.iter().map(|(.., xmin)| xmin).collect();
    assert_eq!((mixed.len(), transactions.len()), (40, 1));
    let before: BTreeSet<_> = sealed.iter().map(|(id, _)| id).collect();
    assert!(mixed.iter().all(|(id, ..)| !before.contains(id) && id.get_version_num() == 4));
    // The order is that of the new identifiers, and no longer that of arrival.
    assert!(mixed.is_sorted_by_key(|(id, ..)| *id));
    let order: Vec<u8> = mixed.iter().map(|(_, answers, _)| answers[0]).collect();
    assert_ne!(order, arrived);
}

#[tokio::test]
async fn an_answer_is_stored_with_its_cell_and_nothing_else() {
    let database = Database::shared().await;
    let mut superuser = database.superuser().await;
    for table in ["respondent_sealed", "respondent_answers"] {
        let columns: Vec<String> = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum",
        )
        .bind(table)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
        assert_eq!(columns, ["tenant_id", "wave_id", "answer_id", "cell_id", "answers"]);
    }
    let world = World::start().await;
    let survey = Survey::open(&world, 2).await;
    let mut told = async || -> i64 {
        sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM outbox_events WHERE tenant_id = $1)
                  + (SELECT count(*) FROM base_requests WHERE tenant_id = $1)",
        )
        .bind(world.tenant.organization_id.uuid())
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    };
    let before = told().await;
    // All sheets of a wave are equally long, whatever is answered, so that the length tells nothing.
    submit(&world, &survey.tokens[0], &fresh(), &[1, 0, 0]).await.unwrap();
    submit(&world, &survey.tokens[1], &fresh(), &[5, 5, -1]).await.unwrap();
    close(&world, &survey).await;
    let lengths: BTreeSet<_> =
        mix(&world, &survey).await.into_iter().map(|(_, sheet)| sheet.len()).collect();
    assert_eq!(lengths.len(), 1);
    // Nothing is told to anybody by an event or a remembered request.
    assert_eq!(told().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waves_are_opened_mixed_and_cancelled_side_by_side() {
    let world = World::start().await;
    let rounds = (0..12).map(|round| {
        let world = &world;
        async move {
            let survey = Survey::open(world, 20).await;
            let ids: Vec<_> = (0..20).map(|_| fresh()).collect();
            let calls = survey
                .tokens
                .iter()
                .zip(&ids)
                .map(|(token, id)| async move { submit(world, token, id, &[1, 1, 1]).await });
            let ending = async {
                if round % 3 == 0 {
                    survey.change(world, async |tx, id| respondent::cancel(tx, id).await).await;
                    return 0;
                }
                close(world, &survey).await;
                mix(world, &survey).await.len()
            };
            let (outcomes, counted) =
                futures::future::join(futures::future::join_all(calls), ending).await;
            let stored = outcomes.into_iter().flatten().count();
            (round % 3 == 0, stored, counted)
        }
    });
    for (is_cancelled, stored, counted) in futures::future::join_all(rounds).await {
        assert!(is_cancelled || stored == counted, "{stored} {counted}");
    }
}
