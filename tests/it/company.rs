//! A small company that measures itself, for tests of waves: 6 people in the root, 12, 8 and 3 in three
//! units, an instrument of seven items, and the steps of a wave as its administrator takes them.
use orgfit::base::{Clock, Context};
use orgfit::pb::assessment as pb;
use orgfit::pb::common::{AnswerSheet, LocalizedText, SegmentSelector};
use orgfit::pb::directory;
use orgfit::pb::instrument;
use orgfit::pb::respondent;
use tonic::Status;
use uuid::Uuid;

use crate::harness::{Client, Tenant, World};

/// The organization's default language.
pub(crate) const LANGUAGE: &str = "de-CH";
/// Parts of the instrument: dimension, facet, item, whether a high rating is bad.
const ITEMS: &[(&str, &str, &str, bool)] = &[
    ("lead", "picture", "p1", false),
    ("lead", "picture", "p2", true),
    ("lead", "means", "m1", false),
    ("work", "handover", "h1", false),
    ("work", "handover", "h2", false),
];

#[expect(clippy::unnecessary_wraps, reason = "as the fields of requests take it")]
pub(crate) fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText { by_language: [(LANGUAGE.to_owned(), text.to_owned())].into() })
}

pub(crate) fn request_id() -> String {
    Uuid::new_v4().to_string()
}

fn rating(maximum: i32) -> instrument::item::Format {
    instrument::item::Format::Rating(instrument::RatingFormat {
        minimum: 1,
        maximum,
        labels: Vec::new(),
    })
}

pub(crate) fn questions() -> instrument::Instrument {
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
pub(crate) fn sheet(number: i32) -> AnswerSheet {
    let rated = (0..5).map(|item| {
        if (number + item) % 11 == 0 { -1 } else { 1 + (number * 7 + item * 3 + number / 3) % 5 }
    });
    let codes = rated
        .chain([1 + number % 10, [1, 3, 6, 0][usize::try_from(number % 4).unwrap()]])
        .collect();
    AnswerSheet { codes }
}

/// The company.
pub(crate) struct Company {
    /// Its administrator.
    pub(crate) client: Client,
    /// Its people: of the root, Alpha, Beta and Gamma.
    pub(crate) people: Vec<String>,
}

impl Company {
    pub(crate) async fn found(world: &World) -> Self {
        Self::found_for(world, &world.tenant).await
    }

    /// As another organization.
    pub(crate) async fn found_for(world: &World, tenant: &Tenant) -> Self {
        let client = world.client_with(&tenant.key);
        let request = directory::GetSegmentSchemeRequest {};
        let scheme = client.directory().get_segment_scheme(request).await.unwrap();
        let scheme = scheme.into_inner().segment_scheme.unwrap();
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

        let root = tenant.root_unit_id.to_string();
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

    pub(crate) async fn publish_questions(&self) -> instrument::Instrument {
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

    pub(crate) async fn plan(&self, instrument_id: String) -> pb::Wave {
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

    pub(crate) async fn invite(&self, wave: &pb::Wave) -> Vec<String> {
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

    pub(crate) async fn open(
        &self,
        wave: &pb::Wave,
        validate_only: bool,
    ) -> Result<pb::OpenWaveResponse, Status> {
        let request = pb::OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag.clone(),
            validate_only,
            request_id: if validate_only { String::new() } else { request_id() },
        };
        self.client.assessments().open_wave(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn close(&self, wave: &pb::Wave) -> Result<pb::Wave, Status> {
        let request =
            pb::CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: request_id() };
        let closed = self.client.assessments().close_wave(request).await?;
        Ok(closed.into_inner().wave.unwrap())
    }
}

pub(crate) async fn submit(
    world: &World,
    token: &str,
    id: &str,
    answers: AnswerSheet,
) -> Result<(), Status> {
    let request =
        respondent::SubmitResponseRequest { submission_id: id.to_owned(), answers: Some(answers) };
    world.client_with(token).respondent().submit_response(request).await.map(drop)
}

/// Runs what a loop of the server would do for this organization.
pub(crate) async fn release(world: &World) {
    release_for(world, &world.tenant).await;
}

/// As [`release`], for another organization.
pub(crate) async fn release_for(world: &World, tenant: &Tenant) {
    let patience = std::time::Duration::from_mins(1);
    let ctx = Context::operator(tenant.organization_id, world.clock.now(), patience);
    orgfit::insight::release_due(&world.db, &ctx).await.unwrap();
}
