//! A measurement of the invented organization: asked, answered and closed through the API, as an HR
//! system and its people would. One that is there already is shown again and not repeated.
use std::net::SocketAddr;

use futures::StreamExt;
use tonic::Code;
use tonic::transport::Channel;

use super::answers::Author;
use super::{LANGUAGE, PAGE_SIZE};
use crate::cli::console::{self, Console};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::import::api::Connection;
use crate::cli::import::new_import_id;
use crate::pb::assessment::assessment_service_client::AssessmentServiceClient;
use crate::pb::assessment::invitation_service_client::InvitationServiceClient;
use crate::pb::assessment::issue_invitations_request::Audience;
use crate::pb::assessment::{
    AnonymityPolicy, Assessment, CloseWaveRequest, CreateAssessmentRequest, CreateWaveRequest,
    IssueInvitationsRequest, IssuedInvitation, ListAssessmentsRequest, ListWavesRequest,
    OpenWaveRequest, PersonSelection, ResultsState, SegmentPair, Wave, WaveState,
};
use crate::pb::common::EmploymentStatus;
use crate::pb::directory::people_service_client::PeopleServiceClient;
use crate::pb::directory::{ListPeopleRequest, Person};
use crate::pb::insight::WatchResultsRequest;
use crate::pb::insight::insight_service_client::InsightServiceClient;
use crate::pb::insight::watch_results_response::Payload;
use crate::pb::instrument::instrument_service_client::InstrumentServiceClient;
use crate::pb::instrument::{InstrumentState, ListInstrumentsRequest};
use crate::pb::respondent::respondent_service_client::RespondentServiceClient;
use crate::pb::respondent::{GetQuestionnaireRequest, SubmitResponseRequest};

const ASSESSMENT: &str = "Customer fitness (synthetic answers)";
const INSTRUMENT_KEY: &str = "customer_fitness";
/// People who answer at the same time.
const ANSWERING_AT_ONCE: usize = 16;
/// Most people of one call.
const INVITED_AT_ONCE: usize = 500;

/// Finds the released wave of an earlier run, or measures.
pub(super) async fn find_or_measure(
    connection: &Connection,
    address: SocketAddr,
    console: Console,
    seed: u64,
) -> Outcome<Wave> {
    let mut assessments = AssessmentServiceClient::new(connection.clone());
    let assessment_id = find_or_create_assessment(&mut assessments).await?;
    let request = ListWavesRequest { assessment_id: assessment_id.clone(), ..Default::default() };
    let waves = assessments.list_waves(request).await?.into_inner().waves;
    let wave = match waves.into_iter().find(|wave| wave.state() != WaveState::Cancelled) {
        Some(wave) => wave,
        None => create_wave(connection, &mut assessments, assessment_id).await?,
    };
    if wave.results_state() == ResultsState::Released {
        console::line(format!("Wave {}  released before, nothing to do", wave.number))?;
        return Ok(wave);
    }
    if wave.state() != WaveState::Closed {
        ask(connection, &mut assessments, address, console, &wave, seed).await?;
    }
    wait_for_release(connection, &wave).await?;
    Ok(wave)
}

async fn find_or_create_assessment(
    assessments: &mut AssessmentServiceClient<Connection>,
) -> Outcome<String> {
    let request = ListAssessmentsRequest { page_size: PAGE_SIZE, ..Default::default() };
    let known = assessments.list_assessments(request).await?.into_inner().assessments;
    if let Some(known) = known.into_iter().find(|known| known.display_name == ASSESSMENT) {
        return Ok(known.assessment_id);
    }
    let assessment = Assessment {
        display_name: ASSESSMENT.to_owned(),
        instrument_key: INSTRUMENT_KEY.to_owned(),
        ..Assessment::default()
    };
    let request =
        CreateAssessmentRequest { assessment: Some(assessment), request_id: new_import_id() };
    let made = assessments.create_assessment(request).await?.into_inner().assessment;
    Ok(made.unwrap_or_default().assessment_id)
}

async fn create_wave(
    connection: &Connection,
    assessments: &mut AssessmentServiceClient<Connection>,
    assessment_id: String,
) -> Outcome<Wave> {
    let mut instruments = InstrumentServiceClient::new(connection.clone());
    let request = ListInstrumentsRequest {
        key: INSTRUMENT_KEY.to_owned(),
        state: InstrumentState::Published.into(),
        ..ListInstrumentsRequest::default()
    };
    let versions = instruments.list_instruments(request).await?.into_inner().instruments;
    let newest = versions.into_iter().next();
    let newest = newest.ok_or_else(|| Failure::new("the built-in instrument is not listed"))?;
    let wave = Wave {
        assessment_id,
        instrument_id: newest.instrument_id,
        language_codes: vec![LANGUAGE.to_owned()],
        anonymity_policy: Some(AnonymityPolicy {
            stored_segment_dimension_keys: vec![
                "customer_contact".to_owned(),
                "hierarchy_level".to_owned(),
            ],
            two_way_tables: vec![SegmentPair {
                first_dimension_key: "customer_contact".to_owned(),
                second_dimension_key: "hierarchy_level".to_owned(),
            }],
            ..AnonymityPolicy::default()
        }),
        ..Wave::default()
    };
    let request = CreateWaveRequest { wave: Some(wave), request_id: new_import_id() };
    let made = assessments.create_wave(request).await?.into_inner().wave;
    Ok(made.unwrap_or_default())
}

/// Invites everybody, opens the wave, lets people answer, and closes it. Of an earlier run that was
/// interrupted, those who have answered keep their answers.
async fn ask(
    connection: &Connection,
    assessments: &mut AssessmentServiceClient<Connection>,
    address: SocketAddr,
    console: Console,
    wave: &Wave,
    seed: u64,
) -> Outcome {
    let people = list_people(connection).await?;
    let invitations = invite(connection, wave, &people).await?;
    if wave.state() == WaveState::Draft {
        let request = OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag.clone(),
            validate_only: false,
            request_id: new_import_id(),
        };
        assessments.open_wave(request).await?;
    }
    let answered = let_answer(address, console, people, invitations, seed).await?;
    console::line(format!(
        "Wave {}  {answered} synthetic answers through the respondents' API",
        wave.number
    ))?;
    let request = CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: new_import_id() };
    assessments.close_wave(request).await?;
    Ok(())
}

async fn list_people(connection: &Connection) -> Outcome<Vec<Person>> {
    let mut people = PeopleServiceClient::new(connection.clone());
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            ListPeopleRequest { page_size: PAGE_SIZE, page_token, ..ListPeopleRequest::default() };
        let page = people.list_people(request).await?.into_inner();
        let at_work = |person: &Person| person.employment_status() == EmploymentStatus::Active;
        all.extend(page.people.into_iter().filter(at_work));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

async fn invite(
    connection: &Connection,
    wave: &Wave,
    people: &[Person],
) -> Outcome<Vec<IssuedInvitation>> {
    let mut service = InvitationServiceClient::new(connection.clone());
    let mut issued = Vec::new();
    for some in people.chunks(INVITED_AT_ONCE) {
        let person_ids = some.iter().map(|person| person.person_id.clone()).collect();
        let request = IssueInvitationsRequest {
            wave_id: wave.wave_id.clone(),
            audience: Some(Audience::People(PersonSelection { person_ids })),
            request_id: new_import_id(),
            expire_time: None,
        };
        issued.extend(service.issue_invitations(request).await?.into_inner().issued_invitations);
    }
    Ok(issued)
}

async fn let_answer(
    address: SocketAddr,
    console: Console,
    people: Vec<Person>,
    invitations: Vec<IssuedInvitation>,
    seed: u64,
) -> Outcome<usize> {
    let channel = Channel::from_shared(format!("http://{address}"))
        .map_err(|error| Failure::caused("the server cannot be called", &error))?
        .connect_lazy();
    let total = invitations.len();
    let respondents = RespondentServiceClient::new(channel);
    let mut answering = futures::stream::iter(people.into_iter().zip(invitations).enumerate())
        .map(|(number, (person, invitation))| {
            let author = Author::new(&person, number, seed);
            respond(respondents.clone(), author, invitation.response_token)
        })
        .buffer_unordered(ANSWERING_AT_ONCE);
    let (mut done, mut answered) = (0, 0);
    while let Some(outcome) = answering.next().await {
        answered += usize::from(outcome?);
        done += 1;
        console.progress("answers", done, total);
    }
    console.end_progress();
    Ok(answered)
}

/// Whether the person answered, now or in an earlier run.
async fn respond(
    mut respondents: RespondentServiceClient<Channel>,
    mut author: Author,
    token: String,
) -> Outcome<bool> {
    if !author.takes_part() {
        return Ok(false);
    }
    let asked = GetQuestionnaireRequest { language_code: author.language_code().to_owned() };
    let questionnaire = match respondents.get_questionnaire(bearing(asked, &token)?).await {
        Ok(response) => response.into_inner().questionnaire.unwrap_or_default(),
        Err(status) if status.code() == Code::FailedPrecondition => return Ok(true),
        Err(status) => return Err(status.into()),
    };
    let answers = author.answer(&questionnaire.items);
    let submission =
        SubmitResponseRequest { submission_id: new_import_id(), answers: Some(answers) };
    respondents.submit_response(bearing(submission, &token)?).await?;
    Ok(true)
}

/// A request that shows a response token and nothing else.
fn bearing<T>(message: T, token: &str) -> Outcome<tonic::Request<T>> {
    let mut request = tonic::Request::new(message);
    let value = format!("Bearer {token}")
        .parse()
        .map_err(|_| Failure::new("a response token has characters that none has"))?;
    request.metadata_mut().insert("authorization", value);
    Ok(request)
}

async fn wait_for_release(connection: &Connection, wave: &Wave) -> Outcome {
    let mut insight = InsightServiceClient::new(connection.clone());
    let request = WatchResultsRequest { wave_id: wave.wave_id.clone(), slices: Vec::new() };
    let mut stream = insight.watch_results(request).await?.into_inner();
    while let Some(message) = stream.message().await? {
        if let Some(Payload::Release(_)) = message.payload {
            return Ok(());
        }
    }
    Err(Failure::new("the results were not released"))
}
