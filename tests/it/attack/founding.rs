//! Founds an invented company through the API, as an organization of its own, and takes its wave
//! from the first invitation to the release.
use std::collections::BTreeMap;

use futures::StreamExt;
use orgfit::pb::assessment as pb;
use orgfit::pb::common::{AnswerSheet, CalendarDate, CalendarPeriod, SegmentSelector};
use orgfit::pb::directory;
use orgfit::pb::instrument;
use orgfit::pb::intake;

use super::company::{Company, DIMENSION_OF, Kind, OPTIONS, Somebody};
use crate::company::{release_for, request_id, submit, text};
use crate::harness::{Client, World};

/// Rows of a chunk, and people of an invitation.
const CHUNK: usize = 500;
/// Answers on their way at once.
const SUBMISSIONS_MAX: usize = 8;

/// A company whose wave is released.
pub(super) struct Founded {
    pub(super) client: Client,
    pub(super) wave_id: String,
    /// Identifiers of the units, by position.
    pub(super) unit_ids: Vec<String>,
}

pub(super) fn dimension_key(dimension: usize) -> String {
    format!("d{dimension}")
}

pub(super) fn selector(dimension: usize, value: usize) -> SegmentSelector {
    SegmentSelector { dimension_key: dimension_key(dimension), value_key: format!("v{value}") }
}

fn item_key(item: usize) -> String {
    format!("i{item}")
}

/// Founds a company, has its people answer, and releases the results.
pub(super) async fn found(world: &World, company: &Company) -> Founded {
    let tenant = world.another_tenant().await;
    let founding = Founding { company, client: world.client_with(&tenant.key) };
    founding.make_segments().await;
    let unit_ids = founding.make_units().await;
    let wave = founding.plan(&unit_ids[0]).await;
    if company.invited {
        founding.place_people(0).await;
        let tokens = founding.invite(&wave).await;
        founding.place_people(1).await;
        founding.open(&wave).await;
        founding.place_people(2).await;
        founding.answer(world, tokens).await;
    } else {
        founding.open(&wave).await;
        founding.import_answers(&wave).await;
    }
    let request = pb::CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: request_id() };
    founding.client.assessments().close_wave(request).await.unwrap();
    release_for(world, &tenant).await;
    Founded { client: founding.client, wave_id: wave.wave_id, unit_ids }
}

struct Founding<'a> {
    company: &'a Company,
    client: Client,
}

impl Founding<'_> {
    async fn make_segments(&self) {
        let request = directory::GetSegmentSchemeRequest {};
        let scheme = self.client.directory().get_segment_scheme(request).await.unwrap();
        let etag = scheme.into_inner().segment_scheme.unwrap().etag;
        let dimensions = (0..).zip(&self.company.values).map(|(dimension, count)| {
            let values = (0..*count).map(|value| directory::SegmentValue {
                key: format!("v{value}"),
                title: text(&format!("Wert {value}")),
                ..directory::SegmentValue::default()
            });
            directory::SegmentDimension {
                key: dimension_key(dimension),
                title: text(&format!("Merkmal {dimension}")),
                role: directory::SegmentRole::Other.into(),
                values: values.collect(),
            }
        });
        let segment_scheme =
            Some(directory::SegmentScheme { dimensions: dimensions.collect(), etag });
        let request =
            directory::UpdateSegmentSchemeRequest { segment_scheme, validate_only: false };
        self.client.directory().update_segment_scheme(request).await.unwrap();
    }

    async fn make_units(&self) -> Vec<String> {
        use intake::import_units_request::Part;
        let rows: Vec<_> = (0..)
            .zip(&self.company.parents)
            .map(|(unit, above)| intake::UnitRow {
                external_id: unit_key(unit),
                parent_external_id: above.map(unit_key).unwrap_or_default(),
                display_name: format!("Einheit {unit:03}"),
                ..intake::UnitRow::default()
            })
            .collect();
        let count = rows.len();
        let parts = [
            Part::Header(header()),
            Part::Rows(intake::UnitRows { chunk_index: 0, rows }),
            Part::Footer(footer(count)),
        ];
        let parts = parts.map(|part| intake::ImportUnitsRequest { part: Some(part) });
        let reply = self.client.intake().import_units(futures::stream::iter(parts)).await.unwrap();
        assert_eq!(reply.into_inner().import_job.unwrap().rejected_row_count, 0);
        let request = directory::ListUnitsRequest { page_size: 500, ..Default::default() };
        let page = self.client.directory().list_units(request).await.unwrap().into_inner();
        let ids: BTreeMap<_, _> =
            page.units.into_iter().map(|unit| (unit.external_id, unit.unit_id)).collect();
        (0..count).map(|unit| ids[&unit_key(unit)].clone()).collect()
    }

    /// Puts everybody where they are at a stage: 0 when they are invited, 1 at the opening, 2 after.
    async fn place_people(&self, stage: usize) {
        use intake::import_people_request::Part;
        let placed = self
            .company
            .people
            .iter()
            .enumerate()
            .filter(|(_, person)| stage == 0 || person.units[stage] != person.units[stage - 1]);
        let rows: Vec<_> = placed
            .map(|(number, person)| intake::PersonRow {
                external_id: format!("p{number}"),
                unit_external_id: unit_key(person.units[stage]),
                display_name: format!("Person {number}"),
                segments: selectors(person),
                ..intake::PersonRow::default()
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        let chunks = (0..).zip(rows.chunks(CHUNK)).map(|(chunk_index, rows)| {
            Part::Rows(intake::PersonRows { chunk_index, rows: rows.to_vec() })
        });
        let parts: Vec<_> = std::iter::once(Part::Header(header()))
            .chain(chunks)
            .chain([Part::Footer(footer(rows.len()))])
            .map(|part| intake::ImportPeopleRequest { part: Some(part) })
            .collect();
        let reply = self.client.intake().import_people(futures::stream::iter(parts)).await.unwrap();
        assert_eq!(reply.into_inner().import_job.unwrap().rejected_row_count, 0);
    }

    async fn plan(&self, scope_unit_id: &str) -> pb::Wave {
        let request = instrument::CreateInstrumentRequest {
            instrument: Some(questions(self.company)),
            ..instrument::CreateInstrumentRequest::default()
        };
        let made = self.client.instruments().create_instrument(request).await.unwrap();
        let made = made.into_inner().instrument.unwrap();
        let request = instrument::PublishInstrumentRequest {
            instrument_id: made.instrument_id.clone(),
            etag: made.etag,
            ..instrument::PublishInstrumentRequest::default()
        };
        self.client.instruments().publish_instrument(request).await.unwrap();
        let assessment = pb::Assessment {
            display_name: "Fitness".to_owned(),
            instrument_key: "invented".to_owned(),
            scope_unit_id: scope_unit_id.to_owned(),
            ..pb::Assessment::default()
        };
        let request =
            pb::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
        let assessment = self.client.assessments().create_assessment(request).await.unwrap();
        let imported = !self.company.invited;
        let day = |day| Some(CalendarDate { year: 2025, month: 3, day });
        let period =
            CalendarPeriod { start_date: day(1), end_date: day(8), time_zone: String::new() };
        let source = if imported { pb::WaveSource::Imported } else { pb::WaveSource::Invited };
        let dimensions = 0..self.company.values.len();
        let tables = self.company.pair.iter().map(|(first, second)| pb::SegmentPair {
            first_dimension_key: dimension_key(*first),
            second_dimension_key: dimension_key(*second),
        });
        let wave = pb::Wave {
            assessment_id: assessment.into_inner().assessment.unwrap().assessment_id,
            instrument_id: made.instrument_id,
            source: source.into(),
            measured_period: imported.then_some(period),
            anonymity_policy: Some(pb::AnonymityPolicy {
                stored_segment_dimension_keys: dimensions.map(dimension_key).collect(),
                two_way_tables: tables.collect(),
                ..pb::AnonymityPolicy::default()
            }),
            ..pb::Wave::default()
        };
        let request = pb::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
        let made = self.client.assessments().create_wave(request).await.unwrap();
        made.into_inner().wave.unwrap()
    }

    /// The tokens by position of the person.
    async fn invite(&self, wave: &pb::Wave) -> Vec<String> {
        let request = directory::ListPeopleRequest { page_size: 500, ..Default::default() };
        let page = self.client.people().list_people(request).await.unwrap().into_inner();
        assert_eq!(page.people.len(), self.company.people.len());
        let mut ids: BTreeMap<_, _> =
            page.people.into_iter().map(|person| (person.external_id, person.person_id)).collect();
        let ids = (0..self.company.people.len())
            .map(|number| ids.remove(&format!("p{number}")).unwrap())
            .collect();
        let people = pb::PersonSelection { person_ids: ids };
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

    async fn open(&self, wave: &pb::Wave) {
        let request = pb::OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag.clone(),
            validate_only: false,
            request_id: request_id(),
        };
        self.client.assessments().open_wave(request).await.unwrap();
    }

    async fn answer(&self, world: &World, tokens: Vec<String>) {
        let sheets = tokens.into_iter().zip(&self.company.people);
        let sheets = sheets.filter_map(|(token, person)| Some((token, person.answers.clone()?)));
        futures::stream::iter(sheets)
            .for_each_concurrent(SUBMISSIONS_MAX, |(token, codes)| async move {
                submit(world, &token, &request_id(), AnswerSheet { codes }).await.unwrap();
            })
            .await;
    }

    async fn import_answers(&self, wave: &pb::Wave) {
        use intake::import_responses_request::Part;
        let people = self.company.people.iter();
        let rows: Vec<_> = people
            .filter_map(|person| {
                let codes = person.answers.clone()?;
                Some(intake::ResponseRow {
                    unit_external_id: unit_key(person.units[1]),
                    segments: selectors(person),
                    answers: Some(AnswerSheet { codes }),
                })
            })
            .collect();
        let header = intake::ImportHeader {
            wave_id: wave.wave_id.clone(),
            item_keys: (0..self.company.items.len()).map(item_key).collect(),
            ..header()
        };
        let chunks = (0..).zip(rows.chunks(CHUNK)).map(|(chunk_index, rows)| {
            Part::Rows(intake::ResponseRows { chunk_index, rows: rows.to_vec() })
        });
        let parts: Vec<_> = std::iter::once(Part::Header(header))
            .chain(chunks)
            .chain([Part::Footer(footer(rows.len()))])
            .map(|part| intake::ImportResponsesRequest { part: Some(part) })
            .collect();
        let parts = futures::stream::iter(parts);
        let reply = self.client.intake().import_responses(parts).await.unwrap().into_inner();
        assert_eq!(reply.import_job.unwrap().rejected_row_count, 0);
    }
}

fn unit_key(unit: usize) -> String {
    format!("u{unit}")
}

fn header() -> intake::ImportHeader {
    intake::ImportHeader {
        import_id: request_id(),
        mode: intake::ImportMode::AllOrNothing.into(),
        ..intake::ImportHeader::default()
    }
}

fn footer(rows: usize) -> intake::ImportFooter {
    intake::ImportFooter { row_count: i32::try_from(rows).unwrap() }
}

fn selectors(person: &Somebody) -> Vec<SegmentSelector> {
    let values = person.values.iter().enumerate();
    values.filter_map(|(dimension, value)| Some(selector(dimension, (*value)?))).collect()
}

fn questions(company: &Company) -> instrument::Instrument {
    let items = company.items.iter().enumerate().map(|(item, kind)| question(item, *kind));
    let (facet_weights, dimension_weights) = company.weights;
    let facet = |facet: usize| instrument::Facet {
        key: format!("f{facet}"),
        title: text(&format!("Facette {facet}")),
        weight: facet_weights[facet],
    };
    let dimensions = (0..dimension_weights.len()).map(|dimension| instrument::Dimension {
        key: format!("e{dimension}"),
        title: text(&format!("Dimension {dimension}")),
        facets: (0..DIMENSION_OF.len())
            .filter(|each| DIMENSION_OF[*each] == dimension)
            .map(facet)
            .collect(),
        weight: dimension_weights[dimension],
    });
    instrument::Instrument {
        key: "invented".to_owned(),
        title: text("Erfunden"),
        introduction: text("Hallo"),
        dimensions: dimensions.collect(),
        items: items.collect(),
        ..instrument::Instrument::default()
    }
}

fn question(item: usize, kind: Kind) -> instrument::Item {
    let rating = |minimum, maximum| {
        let labels = Vec::new();
        Some(instrument::item::Format::Rating(instrument::RatingFormat {
            minimum,
            maximum,
            labels,
        }))
    };
    let question = instrument::Item {
        key: item_key(item),
        text: text(&format!("Frage {item}")),
        ..instrument::Item::default()
    };
    match kind {
        Kind::Scored { codes, facet, reversed, weight } => instrument::Item {
            role: instrument::ItemRole::Score.into(),
            facet_key: format!("f{facet}"),
            referent: instrument::Referent::OwnUnit.into(),
            format: rating(1, codes),
            reverse_scored: reversed,
            allow_cannot_judge: true,
            weight,
            ..question
        },
        Kind::Outcome => instrument::Item {
            role: instrument::ItemRole::Outcome.into(),
            format: rating(0, 10),
            allow_cannot_judge: true,
            ..question
        },
        Kind::Choice => instrument::Item {
            role: instrument::ItemRole::PriorityChoice.into(),
            format: Some(instrument::item::Format::Choice(instrument::ChoiceFormat {
                options: (0..OPTIONS)
                    .map(|option| instrument::ChoiceOption {
                        key: format!("o{option}"),
                        text: text(&format!("Option {option}")),
                    })
                    .collect(),
                maximum_choices: 2,
                ..instrument::ChoiceFormat::default()
            })),
            ..question
        },
    }
}
