//! Real answers through the public API, and what is published of them against numbers that a script
//! computes from the same files by itself (`tests/oracle/waves.py`). The data are no part of the
//! project: the tests need `ORGFIT_ORACLE_DIR`, and `make test` runs the script.
#![expect(clippy::float_arithmetic, reason = "compares numbers as far as they are rounded")]
#![expect(clippy::print_stdout, reason = "tells how much was compared")]
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use futures::StreamExt;
use orgfit::base::{Clock, Context};
use orgfit::pb::assessment as pb;
use orgfit::pb::common::statistic::Outcome;
use orgfit::pb::common::{
    AnswerSheet, CalendarDate, CalendarPeriod, Estimate, LocalizedText, SegmentSelector, Slice,
    Statistic,
};
use orgfit::pb::directory;
use orgfit::pb::insight;
use orgfit::pb::instrument;
use orgfit::pb::intake;
use orgfit::pb::respondent;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Client, World};

const LANGUAGE: &str = "de-CH";
/// Rows of a chunk.
const CHUNK: usize = 500;
/// What a decimal number may be off in binary.
const BINARY: f64 = 1e-9;

/// The folder of real data, when there is one.
pub(crate) fn oracle_dir() -> Option<PathBuf> {
    std::env::var_os("ORGFIT_ORACLE_DIR").map(PathBuf::from)
}

/// What the script computed. With data but without its result, a test fails.
fn expected(wave: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracle/waves.json");
    let text = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run scripts/oracles.py", path.display()));
    serde_json::from_slice::<Value>(&text).unwrap()[wave].take()
}

/// The rows of a file, by column.
pub(crate) fn rows(dir: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(dir.join("data").join(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "as the fields of requests take it")]
fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText { by_language: [(LANGUAGE.to_owned(), text.to_owned())].into() })
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}

/// An instrument with one facet per dimension.
fn questions(key: &str, maximum: i32, dimensions: &[(&str, &[String])]) -> instrument::Instrument {
    let items = dimensions.iter().flat_map(|(dimension, keys)| {
        keys.iter().map(move |key| instrument::Item {
            key: key.clone(),
            role: instrument::ItemRole::Score.into(),
            facet_key: format!("{dimension}_facet"),
            referent: instrument::Referent::OwnUnit.into(),
            text: text(key),
            format: Some(instrument::item::Format::Rating(instrument::RatingFormat {
                minimum: 1,
                maximum,
                labels: Vec::new(),
            })),
            allow_cannot_judge: true,
            ..instrument::Item::default()
        })
    });
    instrument::Instrument {
        key: key.to_owned(),
        title: text(key),
        items: items.collect(),
        dimensions: dimensions
            .iter()
            .map(|(dimension, _)| instrument::Dimension {
                key: (*dimension).to_owned(),
                title: text(dimension),
                facets: vec![instrument::Facet {
                    key: format!("{dimension}_facet"),
                    title: text(dimension),
                    weight: 0,
                }],
                weight: 0,
            })
            .collect(),
        ..instrument::Instrument::default()
    }
}

impl Client {
    async fn publish_draft(&self, draft: instrument::Instrument) -> instrument::Instrument {
        let request = instrument::CreateInstrumentRequest {
            instrument: Some(draft),
            ..instrument::CreateInstrumentRequest::default()
        };
        let made = self.instruments().create_instrument(request).await.unwrap().into_inner();
        let made = made.instrument.unwrap();
        let request = instrument::PublishInstrumentRequest {
            instrument_id: made.instrument_id,
            etag: made.etag,
            ..instrument::PublishInstrumentRequest::default()
        };
        let published = self.instruments().publish_instrument(request).await.unwrap();
        published.into_inner().instrument.unwrap()
    }

    async fn plan_wave(&self, instrument: &instrument::Instrument, wave: pb::Wave) -> pb::Wave {
        let assessment = pb::Assessment {
            display_name: instrument.key.clone(),
            instrument_key: instrument.key.clone(),
            ..pb::Assessment::default()
        };
        let request =
            pb::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
        let assessment = self.assessments().create_assessment(request).await.unwrap().into_inner();
        let wave = pb::Wave {
            assessment_id: assessment.assessment.unwrap().assessment_id,
            instrument_id: instrument.instrument_id.clone(),
            ..wave
        };
        let request = pb::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
        self.assessments().create_wave(request).await.unwrap().into_inner().wave.unwrap()
    }

    async fn open_wave(&self, wave: &pb::Wave) {
        let request = pb::OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag.clone(),
            validate_only: false,
            request_id: request_id(),
        };
        self.assessments().open_wave(request).await.unwrap();
    }

    async fn import_units_named(&self, names: &BTreeSet<String>) {
        use intake::import_units_request::Part;
        let rows = names
            .iter()
            .map(|name| intake::UnitRow {
                external_id: name.clone(),
                display_name: name.clone(),
                ..intake::UnitRow::default()
            })
            .collect();
        let parts = [
            Part::Header(header()),
            Part::Rows(intake::UnitRows { chunk_index: 0, rows }),
            Part::Footer(footer(names.len())),
        ];
        let parts = parts.map(|part| intake::ImportUnitsRequest { part: Some(part) });
        let reply = self.intake().import_units(futures::stream::iter(parts)).await.unwrap();
        assert_eq!(reply.into_inner().import_job.unwrap().rejected_row_count, 0);
    }

    async fn import_people_of(&self, people: &[intake::PersonRow]) {
        use intake::import_people_request::Part;
        let chunks = (0..).zip(people.chunks(CHUNK)).map(|(chunk_index, rows)| {
            Part::Rows(intake::PersonRows { chunk_index, rows: rows.to_vec() })
        });
        let parts: Vec<_> = std::iter::once(Part::Header(header()))
            .chain(chunks)
            .chain([Part::Footer(footer(people.len()))])
            .map(|part| intake::ImportPeopleRequest { part: Some(part) })
            .collect();
        let reply = self.intake().import_people(futures::stream::iter(parts)).await.unwrap();
        assert_eq!(reply.into_inner().import_job.unwrap().rejected_row_count, 0);
    }

    async fn card_of(&self, wave: &pb::Wave, slice: Slice) -> insight::Scorecard {
        let request = insight::GetScorecardRequest {
            wave_id: wave.wave_id.clone(),
            slice: Some(slice),
            view: insight::ScorecardView::Full.into(),
            ..insight::GetScorecardRequest::default()
        };
        self.insight().get_scorecard(request).await.unwrap().into_inner().scorecard.unwrap()
    }
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

async fn close_and_release(world: &World, client: &Client, wave: &pb::Wave) {
    let request = pb::CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: request_id() };
    client.assessments().close_wave(request).await.unwrap();
    let patience = std::time::Duration::from_mins(1);
    let ctx = Context::operator(world.tenant.organization_id, world.clock.now(), patience);
    orgfit::insight::release_due(&world.db, &ctx).await.unwrap();
}

/// Counts comparisons, so that a run tells how much it compared.
#[derive(Default)]
struct Tally {
    compared: usize,
    hidden: usize,
    wrong: Vec<String>,
}

/// The estimate of a statistic, if one is shown.
fn estimate(statistic: Option<&Statistic>) -> Option<&Estimate> {
    match statistic?.outcome.as_ref()? {
        Outcome::Estimate(estimate) => Some(estimate),
        Outcome::Suppression(_) => None,
    }
}

impl Tally {
    /// A published number against one of the file. Published is what is rounded to `step`.
    fn number(&mut self, what: &str, ours: f64, theirs: &Value, step: f64) {
        self.compared += 1;
        let theirs = theirs.as_f64().unwrap();
        if (ours - theirs).abs() > step / 2.0 + BINARY {
            self.wrong.push(format!("{what}: {ours}, not {theirs}"));
        }
    }

    /// A published mean, with its error when `has_error`, and how many people are behind it.
    fn compare(
        &mut self,
        what: &str,
        published: Option<&Statistic>,
        expected: &Value,
        (step, has_error): (f64, bool),
    ) {
        assert!(published.is_some(), "{what}: nothing is there");
        let Some(estimate) = estimate(published) else {
            self.hidden += 1;
            return;
        };
        self.number(&format!("{what} mean"), estimate.value, &expected["mean"], step);
        match estimate.standard_error {
            Some(error) if has_error => {
                self.number(&format!("{what} se"), error, &expected["se"], step);
            }
            None if !has_error => self.hidden += 1,
            other => self.wrong.push(format!("{what} se: {other:?}")),
        }
        if let (Some(ours), Some(theirs)) = (estimate.sample_size, expected["n"].as_i64()) {
            self.compared += 1;
            if i64::from(ours) != theirs {
                self.wrong.push(format!("{what} n: {ours}, not {theirs}"));
            }
        }
    }

    fn compare_card(&mut self, what: &str, card: &insight::Scorecard, expected: &Value) {
        let responses = expected["n"].as_i64().unwrap();
        let step = if responses < 50 { 0.1 } else { 0.01 };
        let overall = card.overall.as_ref().and_then(|overall| overall.score.as_ref());
        let whole = format!("{what} overall");
        self.compare(&whole, overall, &expected["overall"], (step, true));
        if let Some(overall) = estimate(overall) {
            let sizes =
                (overall.sample_size.map(i64::from), overall.population_size.map(i64::from));
            assert_eq!(sizes, (Some(responses), expected["invited"].as_i64()), "{what}");
        }
        for score in card.dimensions.iter().chain(&card.facets) {
            let key = score.target.as_ref().unwrap().key.replace("_facet", "");
            let expected = &expected["dimensions"][&key];
            let what = format!("{what} {key}");
            self.compare(&what, score.score.as_ref(), expected, (step, true));
            self.compare_scale(&what, score, expected, step);
        }
        for item in &card.items {
            let expected = &expected["items"][&item.item_key];
            if !expected.is_null() {
                self.compare_item(&format!("{what} {}", item.item_key), item, expected, step);
            }
        }
    }

    /// What goes with the score of a scale, where it is told.
    fn compare_scale(
        &mut self,
        what: &str,
        scale: &insight::ScaleScore,
        expected: &Value,
        step: f64,
    ) {
        let shares = scale.answer_shares.as_ref().unwrap();
        let quality = scale.quality.as_ref().unwrap();
        let (complete, between) = (&expected["quality"], &expected["between"]);
        let share = step / 100.0;
        for (name, told, theirs, step) in [
            ("favourable", &shares.favourable, &expected["favourable"], share),
            ("unfavourable", &shares.unfavourable, &expected["unfavourable"], share),
            ("net", &scale.net_score, &expected["net"], step),
            ("alpha", &quality.alpha, &complete["alpha"], share),
            ("sd", &scale.dispersion, &complete["sd"], step),
            ("sem", &quality.standard_error_of_measurement, &complete["sem"], step),
            ("agreement", &quality.agreement, &complete["agreement"], share),
            ("icc1", &quality.icc1, &between["icc1"], 0.01),
            ("icc2", &quality.icc2, &between["icc2"], 0.01),
            ("k0", &quality.average_unit_size, &between["size"], 0.01),
        ] {
            let Some(told) = estimate(told.as_ref()) else { continue };
            // Units that are not shown take no part, and the script has them all.
            let is_of_units = name.starts_with("icc") || name == "k0";
            let units = told.sample_size.map(i64::from);
            if !is_of_units || (units.is_some() && units == between["units"].as_i64()) {
                self.number(&format!("{what} {name}"), told.value, theirs, step);
            }
        }
    }

    /// An item: its error, standard deviation and distribution are told together or not at all.
    fn compare_item(&mut self, what: &str, item: &insight::ItemScore, expected: &Value, step: f64) {
        let deviation = estimate(item.dispersion.as_ref());
        self.compare(what, item.score.as_ref(), expected, (step, deviation.is_some()));
        match deviation {
            Some(deviation) => {
                self.number(&format!("{what} sd"), deviation.value, &expected["sd"], step);
            }
            None => self.hidden += 1,
        }
        for (place, share) in item.distribution.iter().enumerate() {
            let what = format!("{what} {}", share.point);
            match estimate(share.share.as_ref()) {
                Some(share) => {
                    assert!(deviation.is_some(), "{what} is shown without the deviation");
                    self.number(&what, share.value, &expected["shares"][place], step / 100.0);
                }
                None => self.hidden += 1,
            }
        }
    }

    /// How far apart groups are, where the groups are those of the script: others are protected.
    fn compare_groups(&mut self, what: &str, card: &insight::Scorecard, expected: &Value) {
        let Some(of_script) = expected["groups"].as_array() else { return };
        let axis = &card.shared_view.as_ref().unwrap().axes[0];
        let mut keys: Vec<_> = axis.groups.iter().map(|group| group.value_keys.concat()).collect();
        keys.sort();
        if keys != of_script.iter().map(|key| key.as_str().unwrap()).collect::<Vec<_>>() {
            self.hidden += 1;
            return;
        }
        for (name, told, theirs) in
            [("gap", &axis.gap, "gap"), ("alignment", &axis.alignment, "alignment")]
        {
            let told = estimate(told.as_ref()).unwrap();
            self.number(&format!("{what} {name}"), told.value, &expected[theirs], 0.01);
            let interval = told.interval.as_ref().unwrap();
            assert!(interval.lower <= told.value && told.value <= interval.upper, "{what} {name}");
        }
    }

    /// Tells what came of it. At least `shown` in a hundred numbers must be there.
    fn tell(self, wave: &str, shown: usize) {
        let all = self.compared;
        let good = all - self.wrong.len().min(all);
        println!("{wave}: oracle {good} of {all}; {} numbers are protected", self.hidden);
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(all * 100 >= (all + self.hidden) * shown, "{wave}: too much is protected");
    }
}

/// 2,042 people of 49 units, invited with 500 who stay away, answer with tokens of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_climate_of_49_units_is_published_as_computed_from_the_file() {
    let Some(dir) = oracle_dir() else {
        println!("skipped: ORGFIT_ORACLE_DIR is not set, so there are no real data");
        return;
    };
    let expected = expected("lq2002");
    let data = rows(&dir, "lq2002.csv");
    let world = World::start().await;
    let client = world.client();
    let units: BTreeSet<_> = data.iter().map(|row| row["COMPID"].clone()).collect();
    client.import_units_named(&units).await;
    let mut people: Vec<_> = data.iter().map(|row| person(&row["SUB"], &row["COMPID"])).collect();
    for unit in &units {
        let there = data.iter().filter(|row| row["COMPID"] == *unit).count();
        people.extend((0..there / 4).map(|number| person(&format!("away-{unit}-{number}"), unit)));
    }
    client.import_people_of(&people).await;

    let lead: Vec<_> = (1..=11).map(|number| format!("LEAD{number:02}").to_lowercase()).collect();
    let tsig: Vec<_> = (1..=3).map(|number| format!("TSIG{number:02}").to_lowercase()).collect();
    let draft = questions("climate", 5, &[("lead", &lead), ("tsig", &tsig)]);
    let instrument = client.publish_draft(draft).await;
    let wave = client.plan_wave(&instrument, pb::Wave::default()).await;
    let tokens = invite(&client, &wave).await;
    client.open_wave(&wave).await;
    let columns: Vec<_> = lead.iter().chain(&tsig).map(|key| key.to_uppercase()).collect();
    let sheets = data.iter().map(|row| {
        let codes = columns.iter().map(|column| row[column].parse().unwrap()).collect();
        (tokens[&row["SUB"]].clone(), AnswerSheet { codes })
    });
    futures::stream::iter(sheets)
        .for_each_concurrent(16, |(token, answers)| {
            let client = world.client_with(&token);
            async move {
                let request = respondent::SubmitResponseRequest {
                    submission_id: request_id(),
                    answers: Some(answers),
                };
                client.respondent().submit_response(request).await.unwrap();
            }
        })
        .await;
    close_and_release(&world, &client, &wave).await;

    let ids = unit_ids(&client).await;
    let mut tally = Tally::default();
    for (unit, expected) in lower_items(&expected)["slices"].as_object().unwrap() {
        let unit_id = if unit.is_empty() { String::new() } else { ids[unit].clone() };
        let card = client.card_of(&wave, Slice { unit_id, ..Slice::default() }).await;
        tally.compare_card(unit, &card, expected);
    }
    tally.tell("lq2002", 100);
}

/// Item keys of the contract are in lower case.
fn lower_items(expected: &Value) -> Value {
    let mut expected = expected.clone();
    for slice in expected["slices"].as_object_mut().unwrap().values_mut() {
        let items = slice["items"].as_object().unwrap();
        let lower = items.iter().map(|(key, value)| (key.to_lowercase(), value.clone()));
        slice["items"] = Value::Object(lower.collect());
    }
    expected
}

fn person(key: &str, unit: &str) -> intake::PersonRow {
    intake::PersonRow {
        external_id: key.to_owned(),
        unit_external_id: unit.to_owned(),
        display_name: format!("Person {key}"),
        ..intake::PersonRow::default()
    }
}

/// Invites everybody; the tokens by external id.
async fn invite(client: &Client, wave: &pb::Wave) -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let request = directory::ListPeopleRequest {
            page_size: 500,
            page_token,
            ..directory::ListPeopleRequest::default()
        };
        let page = client.people().list_people(request).await.unwrap().into_inner();
        keys.extend(page.people.into_iter().map(|person| (person.person_id, person.external_id)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let ids: Vec<_> = keys.keys().cloned().collect();
    let mut tokens = BTreeMap::new();
    for some in ids.chunks(500) {
        let people = pb::PersonSelection { person_ids: some.to_vec() };
        let request = pb::IssueInvitationsRequest {
            wave_id: wave.wave_id.clone(),
            audience: Some(pb::issue_invitations_request::Audience::People(people)),
            expire_time: None,
            request_id: request_id(),
        };
        let issued = client.invitations().issue_invitations(request).await.unwrap().into_inner();
        for issued in issued.issued_invitations {
            let person_id = issued.invitation.unwrap().person_id;
            tokens.insert(keys[&person_id].clone(), issued.response_token);
        }
    }
    tokens
}

async fn unit_ids(client: &Client) -> BTreeMap<String, String> {
    let request = directory::ListUnitsRequest { page_size: 500, ..Default::default() };
    let page = client.directory().list_units(request).await.unwrap().into_inner();
    page.units.into_iter().map(|unit| (unit.external_id, unit.unit_id)).collect()
}

/// Roles of the county's people.
pub(crate) const ROLES: [&str; 4] = ["director", "manager", "supervisor", "staff"];

/// A county's survey with roles and "not applicable", imported as sheets that were collected
/// elsewhere. How answers become sheets is told in the script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_county_survey_is_published_as_computed_from_the_file() {
    let Some(dir) = oracle_dir() else {
        println!("skipped: ORGFIT_ORACLE_DIR is not set, so there are no real data");
        return;
    };
    let expected = expected("pierce");
    let world = World::start().await;
    let client = world.client();
    let sheets = pierce_sheets(&rows(&dir, "pierce_long.csv"));
    let items: Vec<_> = (1..=10).map(|number| format!("q{number}")).collect();
    let draft = questions("county", 4, &[("all", &items)]);
    let role = (directory::SegmentRole::HierarchyLevel, &ROLES[..]);
    let wave = imported(&world, &client, (draft, &items), role, &sheets).await;
    let mut tally = Tally::default();
    compare_slices(&client, &wave, &expected, &mut tally).await;
    tally.tell("pierce", 50);
}

/// What people of five levels of education say of themselves, with items left out and reversed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_personality_inventory_is_published_as_computed_from_the_file() {
    let Some(dir) = oracle_dir() else {
        println!("skipped: ORGFIT_ORACLE_DIR is not set, so there are no real data");
        return;
    };
    let expected = lower_items(&expected("bfi"));
    let world = World::start().await;
    let client = world.client();
    let traits =
        [("agreeable", "a"), ("careful", "c"), ("outgoing", "e"), ("worried", "n"), ("open", "o")];
    let keys =
        traits.map(|(_, letter)| (1..=5).map(|at| format!("{letter}{at}")).collect::<Vec<_>>());
    let dimensions: Vec<_> =
        traits.iter().zip(&keys).map(|((name, _), keys)| (*name, keys.as_slice())).collect();
    let mut draft = questions("inventory", 6, &dimensions);
    let reversed = ["a1", "c4", "c5", "e1", "e2", "o2", "o5"];
    for item in &mut draft.items {
        item.reverse_scored = reversed.contains(&item.key.as_str());
    }
    let items = keys.concat();
    let sheet = |row: &BTreeMap<String, String>| {
        let code = |key: &String| row[&key.to_uppercase()].parse().unwrap_or(0);
        let level = &row["education"];
        let level = if level.is_empty() { String::new() } else { format!("e{level}") };
        (("bfi".to_owned(), level), items.iter().map(code).collect())
    };
    let sheets: Sheets = rows(&dir, "bfi.csv").iter().map(sheet).collect();
    let levels = (directory::SegmentRole::Function, &["e1", "e2", "e3", "e4", "e5"][..]);
    let wave = imported(&world, &client, (draft, &items), levels, &sheets).await;
    let mut tally = Tally::default();
    compare_slices(&client, &wave, &expected, &mut tally).await;
    tally.tell("bfi", 60);
}

/// A released wave of sheets that were collected elsewhere, of people in one segment dimension.
async fn imported(
    world: &World,
    client: &Client,
    (draft, items): (instrument::Instrument, &[String]),
    (role, values): (directory::SegmentRole, &[&str]),
    sheets: &Sheets,
) -> pb::Wave {
    client.import_units_named(&sheets.iter().map(|((unit, _), _)| unit.clone()).collect()).await;
    let value = |key: &&str| directory::SegmentValue {
        key: (*key).to_owned(),
        title: text(key),
        ..directory::SegmentValue::default()
    };
    let role = directory::SegmentDimension {
        key: "role".to_owned(),
        title: text("Rolle"),
        role: role.into(),
        values: values.iter().map(value).collect(),
    };
    let scheme = client.directory().get_segment_scheme(directory::GetSegmentSchemeRequest {}).await;
    let etag = scheme.unwrap().into_inner().segment_scheme.unwrap().etag;
    let segment_scheme = Some(directory::SegmentScheme { dimensions: vec![role], etag });
    let request = directory::UpdateSegmentSchemeRequest { segment_scheme, validate_only: false };
    client.directory().update_segment_scheme(request).await.unwrap();

    let instrument = client.publish_draft(draft).await;
    let day = |month| Some(CalendarDate { year: 2020, month, day: 1 });
    let wave = pb::Wave {
        source: pb::WaveSource::Imported.into(),
        measured_period: Some(CalendarPeriod {
            start_date: day(1),
            end_date: day(3),
            time_zone: String::new(),
        }),
        anonymity_policy: Some(pb::AnonymityPolicy {
            stored_segment_dimension_keys: vec!["role".to_owned()],
            ..pb::AnonymityPolicy::default()
        }),
        ..pb::Wave::default()
    };
    let wave = client.plan_wave(&instrument, wave).await;
    client.open_wave(&wave).await;
    import_sheets(client, &wave, items, sheets).await;
    close_and_release(world, client, &wave).await;
    wave
}

async fn compare_slices(client: &Client, wave: &pb::Wave, expected: &Value, tally: &mut Tally) {
    let ids = unit_ids(client).await;
    for (name, expected) in expected["slices"].as_object().unwrap() {
        let slice = match name.strip_prefix("role:") {
            Some(role) => Slice {
                segments: vec![SegmentSelector {
                    dimension_key: "role".to_owned(),
                    value_key: role.to_owned(),
                }],
                ..Slice::default()
            },
            None if name.is_empty() => Slice::default(),
            None => Slice { unit_id: ids[name].clone(), ..Slice::default() },
        };
        let card = client.card_of(wave, slice).await;
        tally.compare_card(name, &card, expected);
        tally.compare_groups(name, &card, &expected["apart"]);
    }
}

/// Answer sheets with department and role.
pub(crate) type Sheets = Vec<((String, String), Vec<i32>)>;

/// The county's answer sheets, each with its department and role.
pub(crate) fn pierce_sheets(rows: &[BTreeMap<String, String>]) -> Sheets {
    let mut counts: BTreeMap<(String, String, usize), usize> = BTreeMap::new();
    let mut sheets: BTreeMap<(String, String, usize), Vec<i32>> = BTreeMap::new();
    for row in rows {
        let role = ROLES.iter().find(|role| row[**role] == "1").map_or("", |role| *role);
        let item: usize = row["question"].parse::<usize>().unwrap() - 1;
        let group = (row["department"].clone(), role.to_owned(), item);
        let place = counts.entry(group).or_default();
        let sheet = sheets
            .entry((row["department"].clone(), role.to_owned(), *place))
            .or_insert_with(|| vec![0; 10]);
        *place += 1;
        sheet[item] = match row["response"].as_str() {
            "" => 0,
            "0" => -1,
            response => response.parse().unwrap(),
        };
    }
    sheets
        .into_iter()
        .filter(|(_, sheet)| sheet.iter().any(|code| *code != 0))
        .map(|((department, role, _), sheet)| ((department, role), sheet))
        .collect()
}

async fn import_sheets(client: &Client, wave: &pb::Wave, items: &[String], sheets: &Sheets) {
    use intake::import_responses_request::Part;
    let rows: Vec<_> = sheets
        .iter()
        .map(|((unit, role), codes)| intake::ResponseRow {
            unit_external_id: unit.clone(),
            segments: (!role.is_empty())
                .then(|| SegmentSelector {
                    dimension_key: "role".to_owned(),
                    value_key: role.clone(),
                })
                .into_iter()
                .collect(),
            answers: Some(AnswerSheet { codes: codes.clone() }),
        })
        .collect();
    let header = intake::ImportHeader {
        wave_id: wave.wave_id.clone(),
        item_keys: items.to_vec(),
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
    let reply = client.intake().import_responses(futures::stream::iter(parts)).await.unwrap();
    let job = reply.into_inner().import_job.unwrap();
    assert_eq!((job.rejected_row_count, job.failure.as_str()), (0, ""));
}
