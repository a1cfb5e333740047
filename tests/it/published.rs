//! Every number that an answer can hold has its place: it comes from disclosure, or it says nothing of
//! anybody's answers, and why. The contract is walked from its answers down, so that a number that
//! nobody placed fails here before it reaches anybody.
use std::collections::BTreeSet;

use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, ServiceDescriptorProto,
};
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Built by disclosure, as this type of it.
    Disclosure(&'static str),
    /// No result, for a reason.
    NoResult(&'static str),
}

use Source::{Disclosure, NoResult};

const THRESHOLD: Source = NoResult("a threshold that was promised");
const DAY: Source = NoResult("part of a civil date");
const QUESTION: Source = NoResult("how a question is asked or weighted, as its author wrote it");
const ROWS: Source = NoResult("rows of a file that the caller sent, before anything is computed");

/// All numbers of all answers of all services, by the message that holds them.
const PLACES: &[(&str, Source)] = &[
    ("orgfit.assessment.v1.AnonymityPolicy.comment_minimum_group_size", THRESHOLD),
    ("orgfit.assessment.v1.AnonymityPolicy.distribution_minimum_group_size", THRESHOLD),
    ("orgfit.assessment.v1.AnonymityPolicy.driver_minimum_group_size", THRESHOLD),
    ("orgfit.assessment.v1.AnonymityPolicy.minimum_group_size", THRESHOLD),
    ("orgfit.assessment.v1.AnonymityPolicy.quality_minimum_group_size", THRESHOLD),
    ("orgfit.assessment.v1.Wave.number", NoResult("place in its series")),
    ("orgfit.common.v1.CalendarDate.day", DAY),
    ("orgfit.common.v1.CalendarDate.month", DAY),
    ("orgfit.common.v1.CalendarDate.year", DAY),
    ("orgfit.common.v1.ConfidenceInterval.level", NoResult("the same throughout all releases")),
    ("orgfit.common.v1.ConfidenceInterval.lower", Disclosure("Figure")),
    ("orgfit.common.v1.ConfidenceInterval.upper", Disclosure("Figure")),
    ("orgfit.common.v1.Count.at_least", Disclosure("Tally")),
    ("orgfit.common.v1.Count.exact", Disclosure("Tally")),
    ("orgfit.common.v1.Estimate.population_size", Disclosure("Figure")),
    ("orgfit.common.v1.Estimate.sample_size", Disclosure("Figure")),
    ("orgfit.common.v1.Estimate.standard_error", Disclosure("Figure")),
    ("orgfit.common.v1.Estimate.value", Disclosure("Figure")),
    ("orgfit.directory.v1.PrivacyPolicy.comment_minimum_group_size", THRESHOLD),
    ("orgfit.directory.v1.PrivacyPolicy.distribution_minimum_group_size", THRESHOLD),
    ("orgfit.directory.v1.PrivacyPolicy.driver_minimum_group_size", THRESHOLD),
    ("orgfit.directory.v1.PrivacyPolicy.minimum_group_size", THRESHOLD),
    ("orgfit.directory.v1.PrivacyPolicy.quality_minimum_group_size", THRESHOLD),
    ("orgfit.directory.v1.Unit.depth", NoResult("place in the tree")),
    (
        "orgfit.directory.v1.Unit.direct_member_count",
        NoResult("people of the directory, which knows no answer"),
    ),
    ("orgfit.insight.v1.BreakdownRow.depth", NoResult("place in the frozen tree")),
    ("orgfit.insight.v1.DisclosureAudit.eligible_slice_count", Disclosure("Extent")),
    ("orgfit.insight.v1.DisclosureAudit.eligible_unit_count", Disclosure("Extent")),
    ("orgfit.insight.v1.DisclosureAudit.shown_slice_count", Disclosure("Extent")),
    ("orgfit.insight.v1.DisclosureAudit.shown_unit_count", Disclosure("Extent")),
    ("orgfit.insight.v1.ListScoreBreakdownResponse.coverage", Disclosure("Figure")),
    (
        "orgfit.insight.v1.PointShare.point",
        NoResult("a point of the scale, whether or not it was given"),
    ),
    ("orgfit.insight.v1.NormPercentile.percent", Disclosure("Reference")),
    ("orgfit.insight.v1.NormPercentile.value", Disclosure("Reference")),
    ("orgfit.insight.v1.NormSet.organization_count", NoResult("how many there are behind a norm")),
    (
        "orgfit.insight.v1.NormSet.respondent_count",
        NoResult("as uploaded, as releases tell of their scopes, or of at least ten organizations"),
    ),
    ("orgfit.insight.v1.NormSet.version", NoResult("place among the pooled versions")),
    ("orgfit.insight.v1.NormValue.case_count", Disclosure("Reference")),
    ("orgfit.insight.v1.NormValue.mean", Disclosure("Reference")),
    ("orgfit.insight.v1.NormValue.standard_deviation", Disclosure("Reference")),
    ("orgfit.insight.v1.PreviewReleaseResponse.eligible_slice_count", Disclosure("Extent")),
    ("orgfit.insight.v1.PreviewReleaseResponse.eligible_unit_count", Disclosure("Extent")),
    ("orgfit.insight.v1.PreviewReleaseResponse.shown_slice_count", Disclosure("Extent")),
    ("orgfit.insight.v1.PreviewReleaseResponse.shown_unit_count", Disclosure("Extent")),
    ("orgfit.insight.v1.Release.confidence_level", NoResult("the same throughout all releases")),
    ("orgfit.insight.v1.Release.number", NoResult("place among the releases of its wave")),
    ("orgfit.insight.v1.ScaleQuality.item_count", NoResult("how many items were asked")),
    ("orgfit.insight.v1.SegmentCoverage.share", Disclosure("Figure")),
    ("orgfit.instrument.v1.ChoiceFormat.maximum_choices", QUESTION),
    ("orgfit.instrument.v1.ChoiceFormat.minimum_choices", QUESTION),
    ("orgfit.instrument.v1.Dimension.weight", QUESTION),
    ("orgfit.instrument.v1.Facet.weight", QUESTION),
    ("orgfit.instrument.v1.Instrument.version", NoResult("place among the versions of its key")),
    ("orgfit.instrument.v1.Item.first_wave_number", QUESTION),
    ("orgfit.instrument.v1.Item.weight", QUESTION),
    ("orgfit.instrument.v1.NumberFormat.maximum", QUESTION),
    ("orgfit.instrument.v1.NumberFormat.minimum", QUESTION),
    ("orgfit.instrument.v1.NumberFormat.step", QUESTION),
    ("orgfit.instrument.v1.RatingFormat.maximum", QUESTION),
    ("orgfit.instrument.v1.RatingFormat.minimum", QUESTION),
    ("orgfit.instrument.v1.ScoreBand.minimum_points", QUESTION),
    ("orgfit.instrument.v1.TextFormat.maximum_characters", QUESTION),
    ("orgfit.intake.v1.ImportHeader.absent_limit_percent", NoResult("as the caller asked")),
    ("orgfit.intake.v1.ImportJob.absent_row_count", ROWS),
    ("orgfit.intake.v1.ImportJob.created_row_count", ROWS),
    ("orgfit.intake.v1.ImportJob.next_chunk_index", ROWS),
    ("orgfit.intake.v1.ImportJob.received_row_count", ROWS),
    ("orgfit.intake.v1.ImportJob.rejected_row_count", ROWS),
    ("orgfit.intake.v1.ImportJob.unchanged_row_count", ROWS),
    ("orgfit.intake.v1.ImportJob.updated_row_count", ROWS),
    ("orgfit.intake.v1.RowError.row_number", ROWS),
    ("orgfit.respondent.v1.ChoiceList.maximum_choices", QUESTION),
    ("orgfit.respondent.v1.ChoiceList.minimum_choices", QUESTION),
    ("orgfit.respondent.v1.NumberRange.maximum", QUESTION),
    ("orgfit.respondent.v1.NumberRange.minimum", QUESTION),
    ("orgfit.respondent.v1.NumberRange.step", QUESTION),
    ("orgfit.respondent.v1.PrivacyNotice.comment_minimum_group_size", THRESHOLD),
    ("orgfit.respondent.v1.PrivacyNotice.minimum_group_size", THRESHOLD),
    ("orgfit.respondent.v1.RatingScale.maximum", QUESTION),
    ("orgfit.respondent.v1.RatingScale.minimum", QUESTION),
];

/// Messages of others that answers may hold, none of which can carry a result.
const FOREIGN: &[&str] = &["google.protobuf.Timestamp"];

/// The types of disclosure that numbers come from; `tests/tidy.rs` holds who makes them.
const TYPES: &[&str] = &["Extent", "Figure", "Reference", "Tally"];

/// Whether a field holds a number, or bytes, which could hold any.
fn is_numeric(field: &FieldDescriptor) -> bool {
    !matches!(field.kind(), Kind::Bool | Kind::String | Kind::Enum(_) | Kind::Message(_))
}

/// What answers hold.
#[derive(Default)]
struct Found {
    messages: BTreeSet<String>,
    numbers: BTreeSet<String>,
    foreign: BTreeSet<String>,
}

impl Found {
    /// All answers of a contract, those of streams included.
    fn of(pool: &DescriptorPool) -> Self {
        let mut found = Self::default();
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            found.walk(&method.output());
        }
        found
    }

    fn walk(&mut self, message: &MessageDescriptor) {
        let name = message.full_name();
        if !name.starts_with("orgfit.") {
            self.foreign.insert(name.to_owned());
        } else if self.messages.insert(name.to_owned()) {
            for field in message.fields() {
                match field.kind() {
                    Kind::Message(below) => self.walk(&below),
                    _ if is_numeric(&field) => {
                        self.numbers.insert(field.full_name().to_owned());
                    }
                    _ => {}
                }
            }
        }
    }

    /// Numbers without a place and places without a number, and messages that nobody looked at.
    fn unplaced(&self) -> Vec<String> {
        let places: BTreeSet<&str> = PLACES.iter().map(|(field, _)| *field).collect();
        let numbers: BTreeSet<&str> = self.numbers.iter().map(String::as_str).collect();
        let foreign = self.foreign.iter().filter(|name| !FOREIGN.contains(&name.as_str()));
        numbers
            .difference(&places)
            .map(|field| format!("{field}: say where it comes from, or why it is no result"))
            .chain(places.difference(&numbers).map(|field| format!("{field}: no answer has it")))
            .chain(foreign.map(|name| format!("{name}: not known to hold no result")))
            .collect()
    }
}

fn contract() -> DescriptorPool {
    DescriptorPool::decode(orgfit::pb::DESCRIPTOR_SET).unwrap()
}

#[test]
fn every_number_of_every_answer_has_its_place() {
    let unplaced = Found::of(&contract()).unplaced();
    assert!(unplaced.is_empty(), "\n{}\n", unplaced.join("\n"));
    let distinct: BTreeSet<&str> = PLACES.iter().map(|(field, _)| *field).collect();
    assert_eq!(distinct.len(), PLACES.len(), "a number has two places");
    for (field, source) in PLACES {
        match source {
            Disclosure(from) => assert!(TYPES.contains(from), "{field}: {from}"),
            NoResult(reason) => assert!(reason.len() > 10, "{field} lacks a reason"),
        }
    }
}

/// Results, participation and what would be shown come from disclosure, and nothing else of insight has
/// a number.
#[test]
fn numbers_of_results_come_from_disclosure() {
    let exempt = [
        "BreakdownRow.depth",
        "NormSet.organization_count",
        "NormSet.respondent_count",
        "NormSet.version",
        "PointShare.point",
        "Release.confidence_level",
        "Release.number",
        "ScaleQuality.item_count",
    ];
    for (field, source) in PLACES {
        let Some(field) = field.strip_prefix("orgfit.insight.v1.") else { continue };
        let is_built = matches!(source, Disclosure(_));
        assert_ne!(is_built, exempt.contains(&field), "{field}");
    }
}

#[test]
fn a_new_number_and_one_in_a_stream_are_found_wherever_they_are() {
    let scalar = |name: &str, number, kind: Type| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        r#type: Some(kind.into()),
        label: Some(Label::Repeated.into()),
        ..FieldDescriptorProto::default()
    };
    let below = FieldDescriptorProto {
        type_name: Some(".orgfit.new.v1.Below".to_owned()),
        ..scalar("below", 1, Type::Message)
    };
    let message = |name: &str, field| DescriptorProto {
        name: Some(name.to_owned()),
        field,
        ..DescriptorProto::default()
    };
    let method = MethodDescriptorProto {
        name: Some("Watch".to_owned()),
        input_type: Some(".orgfit.new.v1.Ask".to_owned()),
        output_type: Some(".orgfit.new.v1.Answer".to_owned()),
        server_streaming: Some(true),
        ..MethodDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        name: Some("orgfit/new/v1/new.proto".to_owned()),
        package: Some("orgfit.new.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![
            message("Ask", vec![scalar("asked", 1, Type::Int32)]),
            message("Answer", vec![below]),
            message(
                "Below",
                vec![
                    scalar("mean", 1, Type::Float),
                    scalar("packed", 2, Type::Bytes),
                    scalar("title", 3, Type::String),
                ],
            ),
        ],
        service: vec![ServiceDescriptorProto {
            name: Some("NewService".to_owned()),
            method: vec![method],
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    };
    let pool = DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: vec![file] });
    let found = Found::of(&pool.unwrap());
    let numbers: Vec<_> = found.numbers.iter().map(String::as_str).collect();
    assert_eq!(numbers, ["orgfit.new.v1.Below.mean", "orgfit.new.v1.Below.packed"]);
    let unplaced = found.unplaced();
    assert_eq!(unplaced.iter().filter(|finding| finding.contains("say where")).count(), 2);
}
