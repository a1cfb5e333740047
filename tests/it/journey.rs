//! A wave's whole life by the API, as one golden text: questions, invitations, answers, the close, the
//! release, and what is refused when.
use std::fmt::Write;

use orgfit::base::{Clock, Context};
use orgfit::pb::assessment as pb;
use orgfit::pb::common::statistic::Outcome as StatisticOutcome;
use orgfit::pb::common::{
    AnswerSheet, Count, LocalizedText, ScoreLevel, SegmentSelector, Statistic, count,
};
use orgfit::pb::directory as directory;
use orgfit::pb::insight;
use orgfit::pb::instrument;
use orgfit::pb::respondent;
use tonic::Status;
use uuid::Uuid;

use crate::harness::{Client, World, golden};

const LANGUAGE: &str = "de-CH";
/// Parts of the instrument: dimension, facet, item, whether a high rating is bad.
const ITEMS: &[(&str, &str, &str, bool)] = &[
    ("lead", "picture", "p1", false),
    ("lead", "picture", "p2", true),
    ("lead", "means", "m1", false),
    ("work", "handover", "h1", false),
    ("work", "handover", "h2", false),
];

fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText { by_language: [(LANGUAGE.to_owned(), text.to_owned())].into() })
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}

fn rating(maximum: i32) -> instrument::item::Format {
    instrument::item::Format::Rating(instrument::RatingFormat {
        minimum: 1,
        maximum,
        labels: Vec::new(),
    })
}

fn questions() -> instrument::Instrument {
    let mut items: Vec<_> = ITEMS
        .iter()
        .map(|(_, facet, key, reversed)| instrument::Item {
            key: (*key).to_owned(),
            role: instrument::ItemRole::Score.into(),
            facet_key: (*facet).to_owned(),
            referent: instrument::Referent::OwnUnit.into(),
            text: text(key),
            format: Some(rating(5)),
            reverse_scored: *reversed,
            allow_cannot_judge: true,
            ..instrument::Item::default()
        })
        .collect();
    items.push(instrument::Item {
        key: "outcome".to_owned(),
        role: instrument::ItemRole::Outcome.into(),
        text: text("outcome"),
        format: Some(rating(10)),
        required: true,
        ..instrument::Item::default()
    });
    items.push(instrument::Item {
        key: "priority".to_owned(),
        role: instrument::ItemRole::PriorityChoice.into(),
        text: text("priority"),
        format: Some(instrument::item::Format::Choice(instrument::ChoiceFormat {
            options: ["price", "speed", "care"]
                .map(|key| instrument::ChoiceOption { key: key.to_owned(), text: text(key) })
                .into(),
            maximum_choices: 2,
            ..instrument::ChoiceFormat::default()
        })),
        ..instrument::Item::default()
    });
    let facet = |key: &str| instrument::Facet { key: key.to_owned(), title: text(key), weight: 0 };
    let dimension = |key: &str, facets: &[&str], weight| instrument::Dimension {
        key: key.to_owned(),
        title: text(key),
        facets: facets.iter().map(|key| facet(key)).collect(),
        weight,
    };
    instrument::Instrument {
        key: "small".to_owned(),
        title: text("Klein"),
        introduction: text("Hallo"),
        dimensions: vec![
            dimension("lead", &["picture", "means"], 0),
            dimension("work", &["handover"], 2),
        ],
        items,
        scoring: Some(instrument::ScoringRule { criterion_item_key: "outcome".to_owned() }),
        ..instrument::Instrument::default()
    }
}

/// What a person answers; the same every time.
fn sheet(number: i32) -> AnswerSheet {
    let rated = (0..5).map(|item| if (number + item) % 11 == 0 { -1 } else { 1 + (number * 7 + item * 3 + number / 3) % 5 });
    let codes = rated.chain([1 + number % 10, [1, 3, 6, 0][usize::try_from(number % 4).unwrap()]]).collect();
    AnswerSheet { codes }
}

fn shown(statistic: Option<&Statistic>) -> String {
    match statistic.and_then(|statistic| statistic.outcome.as_ref()) {
        Some(StatisticOutcome::Estimate(estimate)) => {
            let mut text = format!("{}", estimate.value);
            if let Some(error) = estimate.standard_error {
                write!(text, " se {error}").unwrap();
            }
            if let Some(interval) = &estimate.interval {
                write!(text, " [{}, {}]", interval.lower, interval.upper).unwrap();
            }
            if let Some(size) = estimate.sample_size {
                write!(text, " n {size}").unwrap();
            }
            if let Some(size) = estimate.population_size {
                write!(text, " of {size}").unwrap();
            }
            text
        }
        Some(StatisticOutcome::Suppression(hidden)) => {
            format!("{:?}", hidden.reason()).to_lowercase()
        }
        None => "-".to_owned(),
    }
}

fn counted(count: Option<&Count>) -> String {
    match count.and_then(|count| count.outcome.as_ref()) {
        Some(count::Outcome::Exact(number)) => number.to_string(),
        Some(count::Outcome::AtLeast(number)) => format!("at least {number}"),
        Some(count::Outcome::Suppression(hidden)) => {
            format!("{:?}", hidden.reason()).to_lowercase()
        }
        None => "-".to_owned(),
    }
}

/// A company of this test: 12, 8 and 3 people in three units, 6 in the root.
struct Company {
    client: Client,
    people: Vec<String>,
}

impl Company {
    async fn found(world: &World) -> Self {
        let client = world.client();
        let scheme = client.directory().get_segment_scheme(directory::GetSegmentSchemeRequest {});
        let scheme = scheme.await.unwrap().into_inner().segment_scheme.unwrap();
        let value = |key: &str| directory::SegmentValue {
            key: key.to_owned(),
            title: text(key),
            ..directory::SegmentValue::default()
        };
        let contact = directory::SegmentDimension {
            key: "contact".to_owned(),
            title: text("Kontakt"),
            role: directory::SegmentRole::CustomerContact.into(),
            values: vec![value("daily"), value("never")],
        };
        let segment_scheme =
            Some(directory::SegmentScheme { dimensions: vec![contact], etag: scheme.etag });
        let request =
            directory::UpdateSegmentSchemeRequest { segment_scheme, validate_only: false };
        client.directory().update_segment_scheme(request).await.unwrap();

        let root = world.tenant.root_unit_id.to_string();
        let mut people = Vec::new();
        for (name, size) in [("", 6), ("Alpha", 12), ("Beta", 8), ("Gamma", 3)] {
            let unit_id = if name.is_empty() {
                root.clone()
            } else {
                let unit = directory::Unit {
                    parent_unit_id: root.clone(),
                    display_name: name.to_owned(),
                    external_id: name.to_lowercase(),
                    ..directory::Unit::default()
                };
                let request =
                    directory::CreateUnitRequest { unit: Some(unit), ..Default::default() };
                let unit = client.directory().create_unit(request).await.unwrap().into_inner().unit;
                unit.unwrap().unit_id
            };
            for number in 0..size {
                let value_key = if number % 2 == 0 { "daily" } else { "never" }.to_owned();
                let segment = SegmentSelector { dimension_key: "contact".to_owned(), value_key };
                let person = directory::Person {
                    unit_id: unit_id.clone(),
                    display_name: format!("{name} {number}"),
                    segments: vec![segment],
                    ..directory::Person::default()
                };
                let request =
                    directory::CreatePersonRequest { person: Some(person), ..Default::default() };
                let person = client.people().create_person(request).await.unwrap().into_inner();
                people.push(person.person.unwrap().person_id);
            }
        }
        Self { client, people }
    }

    async fn publish_questions(&self) -> instrument::Instrument {
        let request = instrument::CreateInstrumentRequest {
            instrument: Some(questions()),
            ..instrument::CreateInstrumentRequest::default()
        };
        let made = self.client.instruments().create_instrument(request).await.unwrap().into_inner();
        let made = made.instrument.unwrap();
        let request = instrument::PublishInstrumentRequest {
            instrument_id: made.instrument_id,
            etag: made.etag,
            ..instrument::PublishInstrumentRequest::default()
        };
        let made = self.client.instruments().publish_instrument(request).await.unwrap();
        made.into_inner().instrument.unwrap()
    }

    async fn plan(&self, instrument_id: String) -> pb::Wave {
        let assessment = pb::Assessment {
            display_name: "Fitness".to_owned(),
            instrument_key: "small".to_owned(),
            ..pb::Assessment::default()
        };
        let request =
            pb::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
        let made = self.client.assessments().create_assessment(request).await.unwrap();
        let wave = pb::Wave {
            assessment_id: made.into_inner().assessment.unwrap().assessment_id,
            instrument_id,
            anonymity_policy: Some(pb::AnonymityPolicy {
                stored_segment_dimension_keys: vec!["contact".to_owned()],
                ..pb::AnonymityPolicy::default()
            }),
            ..pb::Wave::default()
        };
        let request = pb::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
        let made = self.client.assessments().create_wave(request).await.unwrap();
        made.into_inner().wave.unwrap()
    }

    async fn invite(&self, wave: &pb::Wave) -> Vec<String> {
        let people = pb::PersonSelection { person_ids: self.people.clone() };
        let request = pb::IssueInvitationsRequest {
            wave_id: wave.wave_id.clone(),
            audience: Some(pb::issue_invitations_request::Audience::People(people)),
            expire_time: None,
            request_id: request_id(),
        };
        let issued = self.client.invitations().issue_invitations(request).await.unwrap();
        let issued = issued.into_inner().issued_invitations;
        issued.into_iter().map(|issued| issued.response_token).collect()
    }

    async fn open(&self, wave: &pb::Wave, validate_only: bool) -> Result<pb::OpenWaveResponse, Status> {
        let request = pb::OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag.clone(),
            validate_only,
            request_id: if validate_only { String::new() } else { request_id() },
        };
        self.client.assessments().open_wave(request).await.map(tonic::Response::into_inner)
    }

    async fn close(&self, wave: &pb::Wave) -> Result<pb::Wave, Status> {
        let request =
            pb::CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: request_id() };
        let closed = self.client.assessments().close_wave(request).await?;
        Ok(closed.into_inner().wave.unwrap())
    }

    async fn wave(&self, wave: &pb::Wave) -> String {
        let request = pb::GetWaveRequest { wave_id: wave.wave_id.clone() };
        let wave = self.client.assessments().get_wave(request).await.unwrap().into_inner().wave;
        let wave = wave.unwrap();
        format!("{:?}, results {:?}", wave.state(), wave.results_state()).to_lowercase()
    }

    async fn breakdown(
        &self,
        wave: &pb::Wave,
        rows: insight::BreakdownRows,
        dimension: &str,
    ) -> String {
        let request = insight::ListScoreBreakdownRequest {
            wave_id: wave.wave_id.clone(),
            rows: rows.into(),
            columns: ScoreLevel::Dimension.into(),
            segment_dimension_key: dimension.to_owned(),
            ..insight::ListScoreBreakdownRequest::default()
        };
        let page = self.client.insight().list_score_breakdown(request).await.unwrap().into_inner();
        let mut lines = String::new();
        for row in page.rows {
            let participation = row.participation.unwrap_or_default();
            let direct = row.slice.is_some_and(|slice| slice.direct_members_only);
            writeln!(
                lines,
                "{}{}{}: invited {}, answered {}, rate {}",
                "  ".repeat(usize::try_from(row.depth).unwrap()),
                row.title,
                if direct { " (own staff)" } else { "" },
                counted(participation.invited_count.as_ref()),
                counted(participation.response_count.as_ref()),
                shown(participation.rate.as_ref()),
            )
            .unwrap();
            for (cell, column) in row.cells.iter().zip(&page.columns) {
                let column = if column.key.is_empty() { "overall" } else { &column.key };
                writeln!(lines, "    {column}: {}", shown(cell.score.as_ref())).unwrap();
            }
        }
        if let Some(coverage) = page.coverage {
            writeln!(lines, "coverage {coverage}").unwrap();
        }
        lines
    }

    async fn card(&self, wave: &pb::Wave) -> String {
        let request = insight::GetScorecardRequest {
            wave_id: wave.wave_id.clone(),
            view: insight::ScorecardView::Full.into(),
            ..insight::GetScorecardRequest::default()
        };
        let card = self.client.insight().get_scorecard(request).await.unwrap().into_inner();
        let mut lines = String::new();
        let card = card.scorecard.unwrap();
        for score in card.overall.iter().chain(&card.dimensions).chain(&card.facets) {
            let target = score.target.clone().unwrap_or_default();
            let name = format!("{:?} {}", target.level(), target.key).to_lowercase();
            writeln!(lines, "{name}: {}", shown(score.score.as_ref())).unwrap();
        }
        for item in card.items {
            writeln!(
                lines,
                "item {}: score {}, mean {}, dispersion {}, cannot judge {}",
                item.item_key,
                shown(item.score.as_ref()),
                shown(item.mean.as_ref()),
                shown(item.dispersion.as_ref()),
                shown(item.cannot_judge_share.as_ref()),
            )
            .unwrap();
            for point in item.distribution {
                writeln!(lines, "    {}: {}", point.point, shown(point.share.as_ref())).unwrap();
            }
            for option in item.option_shares {
                let share = shown(option.share.as_ref());
                writeln!(lines, "    {}: {share}", option.option_key).unwrap();
            }
        }
        lines
    }
}

async fn submit(world: &World, token: &str, id: &str, answers: AnswerSheet) -> Result<(), Status> {
    let request = respondent::SubmitResponseRequest {
        submission_id: id.to_owned(),
        answers: Some(answers),
    };
    world.client_with(token).respondent().submit_response(request).await.map(drop)
}

/// Runs what a loop of the server would do for this organization.
async fn release(world: &World) {
    let patience = std::time::Duration::from_mins(1);
    let ctx = Context::operator(world.tenant.organization_id, world.clock.now(), patience);
    orgfit::insight::release_due(&world.db, &ctx).await.unwrap();
}

#[tokio::test]
async fn a_wave_goes_from_questions_to_a_released_scorecard() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let mut story = String::new();
    let mut tell = |line: String| writeln!(story, "{line}").unwrap();

    tell(format!("planned: {}", company.wave(&wave).await));
    tell(format!("opened with nobody invited:\n{}", golden(&company.open(&wave, false).await.unwrap_err())));
    let tokens = company.invite(&wave).await;
    let preflight = company.open(&wave, true).await.unwrap();
    let warnings: Vec<_> = preflight.warnings.iter().map(|warning| format!("{:?}", warning.kind())).collect();
    tell(format!("preflight: {}, still {}", warnings.join(", "), company.wave(&wave).await));
    let early = submit(&world, &tokens[0], &request_id(), sheet(0)).await.unwrap_err();
    tell(format!("an answer before the opening:\n{}", golden(&early)));

    company.open(&wave, false).await.unwrap();
    tell(format!("opened: {}", company.wave(&wave).await));
    let request = respondent::GetQuestionnaireRequest { language_code: "fr".to_owned() };
    let asked = world.client_with(&tokens[6]).respondent().get_questionnaire(request).await.unwrap();
    let asked = asked.into_inner().questionnaire.unwrap();
    let notice = asked.privacy_notice.unwrap();
    let stored: Vec<_> = notice
        .stored_attributes
        .iter()
        .map(|attribute| format!("{} = {}", attribute.title, attribute.value))
        .collect();
    tell(format!("asked in {}: {} items; stored beside the answers: {}; from {} answers on, unlinkable {}", asked.language_code, asked.items.len(), stored.join(", "), notice.minimum_group_size, notice.unlinkable));
    let wrong = AnswerSheet { codes: vec![6, 0, -1, 9, 1, 0, 7] };
    let refused = submit(&world, &tokens[0], &request_id(), wrong).await.unwrap_err();
    tell(format!("a wrong sheet:\n{}", golden(&refused)));

    let mut first = String::new();
    for (number, token) in (0..).zip(&tokens) {
        // Two of Alpha and one of Beta stay away.
        if [9, 15, 20].contains(&number) {
            continue;
        }
        let id = request_id();
        submit(&world, token, &id, sheet(number)).await.unwrap();
        if number == 0 {
            first = id;
        }
    }
    submit(&world, &tokens[0], &first, sheet(5)).await.unwrap();
    let again = submit(&world, &tokens[0], &request_id(), sheet(5)).await.unwrap_err();
    tell(format!("the same token with another submission:\n{}", golden(&again)));
    release(&world).await;
    tell(format!("while it is open:\n{}", company.breakdown(&wave, insight::BreakdownRows::ChildUnits, "").await));

    company.close(&wave).await.unwrap();
    tell(format!("closed: {}", company.wave(&wave).await));
    submit(&world, &tokens[0], &first, sheet(5)).await.unwrap();
    let late = submit(&world, &tokens[9], &request_id(), sheet(9)).await.unwrap_err();
    tell(format!("an answer after the close:\n{}", golden(&late)));
    release(&world).await;
    tell(format!("released: {}", company.wave(&wave).await));
    let late = submit(&world, &tokens[0], &first, sheet(5)).await.unwrap_err();
    tell(format!("a repetition after the mixing:\n{}", golden(&late)));

    tell(format!("units:\n{}", company.breakdown(&wave, insight::BreakdownRows::ChildUnits, "").await));
    tell(format!("contact:\n{}", company.breakdown(&wave, insight::BreakdownRows::SegmentValues, "contact").await));
    tell(format!("everybody:\n{}", company.card(&wave).await));
    tell(format!("opened a second time:\n{}", golden(&company.open(&wave, false).await.unwrap_err())));
    tell(format!("closed a second time:\n{}", company.close(&wave).await.map_or_else(|status| golden(&status), |wave| format!("{:?}", wave.state()))));

    let story = story.replace(&wave.wave_id, "(wave)");
    insta::assert_snapshot!(story);
}
