//! The respondents' side: what is asked, what is taken, what is kept of it, and what is left after the
//! close.
use std::collections::BTreeSet;
use std::time::Duration;

use orgfit::base::id::{Id, InvitationId, UnitId, WaveId};
use orgfit::base::{Clock, Context, Localized, Reason, Tx};
use orgfit::instrument::Content;
use orgfit::instrument::content::{Format, Item, Role};
use orgfit::pb::common::AnswerSheet;
use orgfit::pb::respondent as pb;
use orgfit::respondent::{
    self, Attribute, Cell, ImportedSheet, NewBox, NewToken, Promise, Questionnaire, token_digest,
    write_token,
};
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::{Client, Tenant, World};

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
    respondent::for_each_answer(tx, wave_id, |cell, sheet| {
        answers.push((cell, sheet.to_vec()));
        Ok(())
    })
    .await
    .unwrap();
    answers.sort();
    answers
}

fn sheet(codes: &[i32]) -> Option<AnswerSheet> {
    Some(AnswerSheet { codes: codes.to_vec() })
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
        answers: sheet(codes),
    };
    let client = Client::over(channel.clone(), token);
    client.respondent().submit_response(request).await.map(drop)
}

async fn submit(world: &World, token: &str, id: &str, codes: &[i32]) -> Result<(), Status> {
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
