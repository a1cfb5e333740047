//! The contract as a whole: it only grows, it follows the conventions that it states, and what is
//! generated from it is fresh. Everything here walks the descriptors, so a new service is held to
//! the same rules without a line of its own.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use orgfit::base::Reason;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::method_options::IdempotencyLevel;
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, MethodOptions, ServiceDescriptorProto,
};
use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    MethodDescriptor,
};

/// Updates that replace their resource as a whole and therefore take no mask.
const REPLACED_AS_A_WHOLE: &[&str] = &["orgfit.directory.v1.DirectoryService/UpdateSegmentScheme"];

/// Streams that the caller's own identifier in the header makes repeatable.
const NAMED_BY_THEIR_HEADER: &[&str] = &[
    "orgfit.intake.v1.IntakeService/ImportPeople",
    "orgfit.intake.v1.IntakeService/ImportResponses",
    "orgfit.intake.v1.IntakeService/ImportUnits",
];

/// Lists that say something of their columns beside the page of rows.
const TABLES: &[&str] = &["orgfit.insight.v1.InsightService/ListScoreBreakdown"];

/// Fields that are named after a format and hold no number themselves.
const FORMATS: &[&str] = &["orgfit.instrument.v1.Item.number"];

/// Parts of field names that would ask for something sensitive about a person.
const SENSITIVE: &[&str] = &[
    "age",
    "birth",
    "birthday",
    "family",
    "disability",
    "ethnicity",
    "gender",
    "health",
    "iban",
    "marital",
    "nationality",
    "origin",
    "passport",
    "pay",
    "pregnancy",
    "race",
    "religion",
    "salary",
    "sex",
    "ssn",
    "union",
];

fn pool() -> DescriptorPool {
    DescriptorPool::decode(orgfit::pb::DESCRIPTOR_SET).expect("the contract is well-formed")
}

fn methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Messages that are ours, those within others included; entries of maps left out.
fn messages(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    pool.all_messages()
        .filter(|message| message.package_name().starts_with("orgfit.") && !message.is_map_entry())
        .collect()
}

fn enums(pool: &DescriptorPool) -> Vec<EnumDescriptor> {
    pool.all_enums().filter(|values| values.package_name().starts_with("orgfit.")).collect()
}

/// `orgfit.directory.v1.DirectoryService/GetUnit`.
fn path(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

fn level(method: &MethodDescriptor) -> IdempotencyLevel {
    method
        .method_descriptor_proto()
        .options
        .as_ref()
        .map_or(IdempotencyLevel::IdempotencyUnknown, MethodOptions::idempotency_level)
}

fn is_stream(method: &MethodDescriptor) -> bool {
    method.is_client_streaming() || method.is_server_streaming()
}

fn kind(field: &FieldDescriptor) -> String {
    let proto = field.field_descriptor_proto();
    let name = match proto.type_name() {
        "" => proto.r#type().as_str_name().trim_start_matches("TYPE_").to_lowercase(),
        named => named.trim_start_matches('.').to_owned(),
    };
    let label = match field.cardinality() {
        Cardinality::Repeated => "repeated ",
        Cardinality::Required => "required ",
        Cardinality::Optional if field.field_descriptor_proto().proto3_optional() => "optional ",
        Cardinality::Optional => "",
    };
    let oneof =
        field.containing_oneof().map_or(String::new(), |oneof| format!(" in {}", oneof.name()));
    format!("{label}{name}{oneof}")
}

/// Every element of the contract, one a line, in an order that does not depend on the files'.
fn surface(pool: &DescriptorPool) -> String {
    let mut lines = BTreeSet::new();
    for method in methods(pool) {
        let arrow = |streaming| if streaming { "stream " } else { "" };
        lines.insert(format!(
            "method {} ({}{}) -> {}{} {}",
            path(&method),
            arrow(method.is_client_streaming()),
            method.input().full_name(),
            arrow(method.is_server_streaming()),
            method.output().full_name(),
            level(&method).as_str_name(),
        ));
    }
    for message in messages(pool) {
        lines.insert(format!("message {}", message.full_name()));
        for field in message.fields() {
            lines.insert(format!(
                "field {} = {} {}",
                field.full_name(),
                field.number(),
                kind(&field)
            ));
        }
    }
    for values in enums(pool) {
        for value in values.values() {
            lines.insert(format!("value {} = {}", value.full_name(), value.number()));
        }
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// gRPC's service configuration: what can be repeated as it stands is repeated by the client's
/// library, and every unary call has a deadline.
fn service_config(pool: &DescriptorPool) -> String {
    let mut repeatable = Vec::new();
    let mut once = Vec::new();
    for method in methods(pool).iter().filter(|method| !is_stream(method)) {
        let service = method.parent_service();
        let name = format!(
            "        {{\"service\": \"{}\", \"method\": \"{}\"}}",
            service.full_name(),
            method.name()
        );
        if level(method) == IdempotencyLevel::IdempotencyUnknown {
            once.push(name);
        } else {
            repeatable.push(name);
        }
    }
    repeatable.sort();
    once.sort();
    format!(
        r#"{{
  "methodConfig": [
    {{
      "name": [
{}
      ],
      "timeout": "30s",
      "retryPolicy": {{
        "maxAttempts": 4,
        "initialBackoff": "0.2s",
        "maxBackoff": "5s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"]
      }}
    }},
    {{
      "name": [
{}
      ],
      "timeout": "30s"
    }}
  ],
  "retryThrottling": {{
    "maxTokens": 10,
    "tokenRatio": 0.1
  }}
}}
"#,
        repeatable.join(",\n"),
        once.join(",\n")
    )
}

/// Compares a text with the committed one, or writes it when `UPDATE_GOLDEN` is set.
fn compare(file: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let (gone, new) = difference(&committed, text);
    assert!(
        committed == text,
        "{file} differs; UPDATE_GOLDEN=1 writes it anew.\nGone (this breaks callers):\n{gone}New:\n{new}"
    );
}

/// The lines that only the first text has, and those that only the second one has.
fn difference(before: &str, after: &str) -> (String, String) {
    let only = |these: &str, those: &str| {
        let those: BTreeSet<&str> = those.lines().collect();
        these.lines().filter(|line| !those.contains(line)).fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "  {line}");
            text
        })
    };
    (only(before, after), only(after, before))
}

fn hold(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn the_contract_is_the_one_that_callers_know() {
    compare("tests/golden/api.txt", &surface(&pool()));
}

#[test]
fn the_service_config_retries_exactly_what_can_be_repeated() {
    let text = service_config(&pool());
    let parsed: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(parsed["methodConfig"].as_array().map(Vec::len), Some(2));
    compare("proto/service_config.json", &text);
}

/// A write is marked, is an update, has a `request_id`, or is named by its header.
fn repeatable(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for method in methods(pool) {
        let can_be = level(&method) != IdempotencyLevel::IdempotencyUnknown
            || method.name().starts_with("Update")
            || method.input().get_field_by_name("request_id").is_some()
            || (is_stream(&method) && NAMED_BY_THEIR_HEADER.contains(&path(&method).as_str()));
        if !can_be {
            findings.push(format!(
                "{} is neither marked NO_SIDE_EFFECTS or IDEMPOTENT nor has a request_id",
                path(&method)
            ));
        }
    }
    findings
}

#[test]
fn every_write_can_be_repeated_safely() {
    hold(&repeatable(&pool()));
}

/// Methods that only read are marked `NO_SIDE_EFFECTS`, and no others.
fn marked(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for method in methods(pool) {
        let reads = ["Get", "List", "Watch", "Preview", "WhoAmI"]
            .iter()
            .any(|verb| method.name().starts_with(verb));
        if reads != (level(&method) == IdempotencyLevel::NoSideEffects) {
            findings.push(format!("{} and its idempotency_level disagree", path(&method)));
        }
    }
    findings
}

#[test]
fn methods_that_only_read_are_marked_so_and_no_others() {
    hold(&marked(&pool()));
}

/// Requests and responses belong to one method, whose name they carry.
fn own_messages(pool: &DescriptorPool) -> Vec<String> {
    let mut users = BTreeMap::<String, Vec<String>>::new();
    let mut findings = Vec::new();
    for method in methods(pool) {
        for (message, ending) in [(method.input(), "Request"), (method.output(), "Response")] {
            if message.name() != format!("{}{ending}", method.name()) {
                findings.push(format!("{} uses {}", path(&method), message.full_name()));
            }
            users.entry(message.full_name().to_owned()).or_default().push(path(&method));
        }
    }
    findings
        .extend(users.values().filter(|users| users.len() > 1).map(|users| users.join(" and ")));
    findings
}

#[test]
fn requests_and_responses_belong_to_one_method() {
    hold(&own_messages(&pool()));
}

/// Lists are paged.
fn paged(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for method in methods(pool).iter().filter(|method| method.name().starts_with("List")) {
        let has = |message: MessageDescriptor, name: &str, wanted: Kind| {
            message.get_field_by_name(name).is_some_and(|field| field.kind() == wanted)
        };
        let paged = has(method.input(), "page_size", Kind::Int32)
            && has(method.input(), "page_token", Kind::String)
            && has(method.output(), "next_page_token", Kind::String)
            && (method.output().fields().filter(FieldDescriptor::is_list).count() == 1
                || TABLES.contains(&path(method).as_str()));
        if !paged {
            findings.push(format!("{} is not paged as the conventions say", path(method)));
        }
    }
    findings
}

#[test]
fn lists_are_paged() {
    hold(&paged(&pool()));
}

/// Updates name what they change and carry a validator.
fn masked(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for method in methods(pool).iter().filter(|method| method.name().starts_with("Update")) {
        let mask = method.input().get_field_by_name("update_mask").is_some_and(
            |field| matches!(field.kind(), Kind::Message(m) if m.full_name() == "google.protobuf.FieldMask"),
        );
        if mask == REPLACED_AS_A_WHOLE.contains(&path(method).as_str()) {
            findings
                .push(format!("{}: update_mask, or declared as replaced as a whole", path(method)));
        }
        let resource = method.name().trim_start_matches("Update");
        let validator = method.input().fields().any(|field| {
            matches!(field.kind(), Kind::Message(m)
                if m.name() == resource && m.get_field_by_name("etag").is_some())
        });
        if !validator {
            findings.push(format!("{}: its resource has no etag", path(method)));
        }
    }
    findings
}

#[test]
fn updates_name_what_they_change() {
    hold(&masked(&pool()));
}

/// What can be undeleted can be deleted, and says when it goes.
fn soft_delete(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    let all: BTreeSet<String> = methods(pool).iter().map(path).collect();
    for method in methods(pool) {
        let Some(resource) = method.name().strip_prefix("Undelete") else { continue };
        let delete = format!("{}/Delete{resource}", method.parent_service().full_name());
        if !all.contains(&delete) {
            findings.push(format!("{} undoes what cannot be done", path(&method)));
        }
        let message = method
            .output()
            .fields()
            .filter_map(|field| field.kind().as_message().cloned())
            .find(|message| message.name() == resource);
        let has = |name| {
            message.as_ref().is_some_and(|message| message.get_field_by_name(name).is_some())
        };
        if !has("delete_time") || !has("purge_time") {
            findings.push(format!("{resource} lacks delete_time or purge_time"));
        }
    }
    findings
}

#[test]
fn what_is_deleted_softly_says_when_it_goes() {
    hold(&soft_delete(&pool()));
}

/// What a field's name promises about its type.
fn naming(field: &FieldDescriptor) -> Option<String> {
    let name = field.name();
    let kind = field.kind();
    let is_message = |wanted: &str| matches!(&kind, Kind::Message(m) if m.full_name() == wanted);
    let ends = |ending: &str| name == ending.trim_start_matches('_') || name.ends_with(ending);
    let is_text = ends("_id") || ends("_ids") || ends("_key") || name == "etag";
    let broken = is_text && kind != Kind::String
        || ends("_time") && !is_message("google.protobuf.Timestamp")
        || ends("_date") && !is_message("orgfit.common.v1.CalendarDate")
        || (ends("_count") || ends("_index") || ends("_number") && name != "employee_number")
            && !matches!(kind, Kind::Int32 | Kind::Int64)
            && !is_message("orgfit.common.v1.Count")
            && !FORMATS.contains(&field.full_name())
        || ends("_percent") && kind != Kind::Int32
        || ends("_ids") && !field.is_list();
    broken.then(|| format!("{}: its name promises another type", field.full_name()))
}

/// Whether a field's name asks for something sensitive about a person.
fn sensitive(name: &str) -> bool {
    name.split('_').any(|part| SENSITIVE.contains(&part))
}

/// Names of fields keep what they promise and ask for nothing sensitive.
fn names(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for field in messages(pool).iter().flat_map(MessageDescriptor::fields) {
        findings.extend(naming(&field));
        if sensitive(field.name()) {
            findings.push(format!("{} asks for something sensitive", field.full_name()));
        }
    }
    findings
}

#[test]
fn names_of_fields_keep_what_they_promise() {
    hold(&names(&pool()));
}

/// A contract that breaks every rule once.
fn broken() -> DescriptorPool {
    let field = |name: &str, number, kind: Type| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        r#type: Some(kind.into()),
        label: Some(Label::Optional.into()),
        ..FieldDescriptorProto::default()
    };
    let message = |name: &str, field: Vec<FieldDescriptorProto>| DescriptorProto {
        name: Some(name.to_owned()),
        field,
        ..DescriptorProto::default()
    };
    let method = |name: &str| MethodDescriptorProto {
        name: Some(name.to_owned()),
        input_type: Some(".orgfit.broken.v1.Ask".to_owned()),
        output_type: Some(".orgfit.broken.v1.Answer".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let names = ["GetThing", "ListThings", "UpdateThing", "UndeleteThing"];
    let file = FileDescriptorProto {
        name: Some("orgfit/broken/v1/broken.proto".to_owned()),
        package: Some("orgfit.broken.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![
            message("Ask", vec![field("organization_id", 1, Type::String)]),
            message(
                "Answer",
                vec![field("thing_id", 1, Type::Int32), field("date_of_birth", 2, Type::String)],
            ),
        ],
        service: vec![ServiceDescriptorProto {
            name: Some("BrokenService".to_owned()),
            method: names.map(method).to_vec(),
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    };
    DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: vec![file] })
        .expect("it is well-formed, only bad")
}

#[test]
fn each_rule_finds_what_is_broken() {
    let broken = broken();
    assert_eq!(repeatable(&broken).len(), 3, "all but the update");
    assert_eq!(marked(&broken).len(), 2, "the two that read");
    assert_eq!(own_messages(&broken).len(), 8 + 2, "foreign names, and shared by all");
    assert_eq!(paged(&broken).len(), 1);
    assert_eq!(masked(&broken).len(), 2, "neither mask nor validator");
    assert_eq!(soft_delete(&broken).len(), 2, "no delete, no times");
    assert_eq!(no_organization(&broken).len(), 4);
    assert_eq!(names(&broken).len(), 2, "an identifier that is a number, a date of birth");
}

#[test]
fn a_removed_line_of_the_contract_is_told_apart_from_a_new_one() {
    let (gone, new) = difference("a\nb\n", "b\nc\n");
    assert_eq!((gone.as_str(), new.as_str()), ("  a\n", "  c\n"));
}

/// No request names the organization: the credential does.
fn no_organization(pool: &DescriptorPool) -> Vec<String> {
    let mut findings = Vec::new();
    for method in methods(pool) {
        for field in method.input().fields().filter(|field| field.name() == "organization_id") {
            findings.push(field.full_name().to_owned());
        }
    }
    findings
}

#[test]
fn the_caller_never_names_the_organization() {
    hold(&no_organization(&pool()));
}

#[test]
fn the_reasons_of_errors_are_the_ones_of_the_contract() {
    let documented: BTreeSet<String> = pool()
        .get_enum_by_name("orgfit.common.v1.ErrorReason")
        .expect("the contract lists its reasons")
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| value.name().trim_start_matches("ERROR_REASON_").to_owned())
        .collect();
    let ours: BTreeSet<String> =
        Reason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
    assert_eq!(documented, ours);
}

/// The comment of each value begins with the code that callers see.
#[test]
fn the_code_of_each_reason_is_the_documented_one() {
    let pool = pool();
    let reasons = pool.get_enum_by_name("orgfit.common.v1.ErrorReason").expect("it is there");
    let file = reasons.parent_file();
    let comments: BTreeMap<Vec<i32>, String> = file
        .file_descriptor_proto()
        .source_code_info
        .iter()
        .flat_map(|info| &info.location)
        .map(|location| (location.path.clone(), location.leading_comments().trim().to_owned()))
        .collect();
    for reason in Reason::ALL {
        let name = format!("ERROR_REASON_{}", reason.as_str());
        let value = reasons.get_value_by_name(&name).expect("the lists are equal");
        let comment = &comments[value.path()];
        let code = comment.split(['.', ',']).next().unwrap_or_default();
        assert_eq!(code, code_of(*reason), "{name}");
    }
}

fn code_of(reason: Reason) -> &'static str {
    use orgfit::base::error::Kind;
    match reason.kind() {
        Kind::Invalid => "INVALID_ARGUMENT",
        Kind::Unauthenticated => "UNAUTHENTICATED",
        Kind::Denied => "PERMISSION_DENIED",
        Kind::NotFound => "NOT_FOUND",
        Kind::Exists => "ALREADY_EXISTS",
        Kind::Precondition => "FAILED_PRECONDITION",
        Kind::Conflict => "ABORTED",
        Kind::Exhausted => "RESOURCE_EXHAUSTED",
        Kind::Unavailable => "UNAVAILABLE",
        Kind::Deadline => "DEADLINE_EXCEEDED",
        Kind::Unknown => "UNIMPLEMENTED",
        Kind::Internal => "INTERNAL",
    }
}
