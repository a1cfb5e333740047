//! A valid request of every method of the contract, and the means to change any one field of it.
//! Tests over the whole contract walk it by reflection, so that a method or a field that nobody
//! thought of fails them.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use http::uri::PathAndQuery;
use orgfit::server::SERVICES;
use prost_reflect::prost::Message;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, Value,
};
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::raw::Bytes;

/// A valid request of a method. `$names` stand for values that the test gives.
pub(crate) struct Base {
    /// `<package>.<Service>/<Method>`.
    pub(crate) method: &'static str,
    /// Tells bases of one method apart.
    pub(crate) variant: &'static str,
    /// The messages as JSON; only streams have more than one.
    pub(crate) messages: &'static [&'static str],
}

const fn base(
    method: &'static str,
    variant: &'static str,
    messages: &'static [&'static str],
) -> Base {
    Base { method, variant, messages }
}

const UNIT: &str = r#"{"unit": {"unitId": "$unit", "externalId": "$key",
    "parentUnitId": "$here", "displayName": "Sales", "leadPersonId": "$person",
    "predecessorUnitIds": ["$here"], "effectiveDate": {"year": 2024, "month": 2, "day": 29}},
    "requestId": "$uuid"}"#;
const UNIT_CHANGE: &str = r#"{"unit": {"unitId": "$unit", "externalId": "$key",
    "parentUnitId": "$here", "displayName": "Sales", "leadPersonId": "$person",
    "predecessorUnitIds": ["$here"], "effectiveDate": {"year": 2024, "month": 2, "day": 29}},
    "updateMask": "externalId,displayName,leadPersonId,predecessorUnitIds,effectiveDate"}"#;
const PERSON: &str = r#"{"person": {"personId": "$edited", "externalId": "$key",
    "employeeNumber": "7", "firstName": "Ann", "lastName": "Muster", "displayName": "Ann M.",
    "workEmail": "ann@example.org", "languageCode": "de", "unitId": "$here",
    "managerPersonId": "$person",
    "segments": [{"dimensionKey": "contact", "valueKey": "daily"}],
    "employmentStatus": "EMPLOYMENT_STATUS_ACTIVE",
    "startDate": {"year": 2020, "month": 1, "day": 1},
    "terminationDate": {"year": 2030, "month": 12, "day": 31}}, "requestId": "$uuid"}"#;
const PERSON_CHANGE: &str = r#"{"person": {"personId": "$edited", "externalId": "$key",
    "employeeNumber": "7", "firstName": "Ann", "lastName": "Muster", "displayName": "Ann M.",
    "workEmail": "ann@example.org", "languageCode": "de", "unitId": "$here",
    "managerPersonId": "$person",
    "segments": [{"dimensionKey": "contact", "valueKey": "daily"}],
    "employmentStatus": "EMPLOYMENT_STATUS_ACTIVE",
    "startDate": {"year": 2020, "month": 1, "day": 1},
    "terminationDate": {"year": 2030, "month": 12, "day": 31}},
    "updateMask": "externalId,employeeNumber,firstName,lastName,displayName,workEmail,languageCode,unitId,managerPersonId,segments,employmentStatus,startDate,terminationDate"}"#;
/// The scheme that the people of the other requests need.
pub(crate) const SCHEME: &str = r#"{"segmentScheme": {"dimensions": [{"key": "contact",
    "title": {"byLanguage": {"de-CH": "Kontakt"}}, "role": "SEGMENT_ROLE_CUSTOMER_CONTACT",
    "values": [{"key": "daily", "title": {"byLanguage": {"de-CH": "Taeglich"}}},
        {"key": "never", "title": {"byLanguage": {"de-CH": "Nie"}}}]}],
    "etag": "$scheme_etag"}}"#;
macro_rules! instrument {
    () => {
        r#""title": {"byLanguage": {"de-CH": "Test"}},
    "introduction": {"byLanguage": {"de-CH": "Guten Tag"}},
    "dimensions": [{"key": "care", "title": {"byLanguage": {"de-CH": "Sorgfalt"}}, "weight": 2,
        "facets": [{"key": "time", "title": {"byLanguage": {"de-CH": "Zeit"}}, "weight": 3}]}],
    "items": [
        {"key": "time_1", "role": "ITEM_ROLE_SCORE", "facetKey": "time", "weight": 1,
            "referent": "REFERENT_OWN_UNIT", "firstWaveNumber": 1, "allowCannotJudge": true,
            "text": {"byLanguage": {"de-CH": "Wir haben Zeit."}},
            "rating": {"minimum": 1, "maximum": 5, "labels": [
                {"byLanguage": {"de-CH": "Nein"}}, {"byLanguage": {"de-CH": "Ja"}}]}},
        {"key": "overall", "role": "ITEM_ROLE_OUTCOME",
            "text": {"byLanguage": {"de-CH": "Alles in allem?"}},
            "number": {"minimum": 0, "maximum": 10, "step": 0.5}},
        {"key": "predicted", "role": "ITEM_ROLE_CUSTOMER_PREDICTION",
            "predictedMetricKey": "recommendation",
            "text": {"byLanguage": {"de-CH": "Was sagt die Kundschaft?"}},
            "rating": {"minimum": 0, "maximum": 10}},
        {"key": "matters", "role": "ITEM_ROLE_PRIORITY_CHOICE",
            "text": {"byLanguage": {"de-CH": "Was ist wichtig?"}},
            "choice": {"maximumChoices": 1, "minimumChoices": 1, "options": [
                {"key": "price", "text": {"byLanguage": {"de-CH": "Preis"}}},
                {"key": "speed", "text": {"byLanguage": {"de-CH": "Tempo"}}}]}},
        {"key": "estimate", "role": "ITEM_ROLE_LEVEL_ESTIMATE", "estimatedDimensionKey": "care",
            "estimatedGroup": "ESTIMATED_GROUP_LEADING",
            "text": {"byLanguage": {"de-CH": "Was sagt die Leitung?"}},
            "number": {"minimum": 0, "maximum": 100, "step": 1}},
        {"key": "words", "role": "ITEM_ROLE_COMMENT",
            "text": {"byLanguage": {"de-CH": "Und sonst?"}},
            "freeText": {"maximumCharacters": 500}}],
    "scoring": {"criterionItemKey": "overall"},
    "bands": [{"key": "low", "title": {"byLanguage": {"de-CH": "Tief"}}, "minimumPoints": 0},
        {"key": "high", "title": {"byLanguage": {"de-CH": "Hoch"}}, "minimumPoints": 50}],
    "forms": [{"key": "short", "title": {"byLanguage": {"de-CH": "Kurz"}},
        "itemKeys": ["time_1"]}]"#
    };
}
/// A draft that could be published.
pub(crate) const INSTRUMENT: &str =
    concat!(r#"{"instrument": {"key": "$name", "#, instrument!(), r#"}, "requestId": "$uuid"}"#);
const INSTRUMENT_CHANGE: &str = concat!(
    r#"{"instrument": {"instrumentId": "$draft", "etag": "$draft_etag", "#,
    instrument!(),
    r#"}, "updateMask": "title,introduction,dimensions,items,scoring,bands,forms"}"#
);
/// A series of measurements of a place, with an instrument of the organization's own.
pub(crate) const ASSESSMENT: &str = r#"{"assessment": {"displayName": "Fitness",
    "instrumentKey": "$instrument_key", "scopeUnitId": "$here"}, "requestId": "$uuid"}"#;
const ASSESSMENT_CHANGE: &str = r#"{"assessment": {"assessmentId": "$free",
    "displayName": "Fitness", "instrumentKey": "$instrument_key", "scopeUnitId": "$here"},
    "updateMask": "displayName,instrumentKey,scopeUnitId"}"#;
macro_rules! wave_policy {
    () => {
        r#""anonymityPolicy": {"minimumGroupSize": 5, "storedSegmentDimensionKeys": ["contact"]}"#
    };
}
/// A wave to which people are invited.
pub(crate) const WAVE: &str = concat!(
    r#"{"wave": {"assessmentId": "$free", "displayName": "First", "instrumentId": "$used",
        "plannedCloseTime": "2090-01-01T00:00:00Z", "timeZone": "Europe/Zurich",
        "languageCodes": ["de-CH"], "#,
    wave_policy!(),
    r#"}, "requestId": "$uuid"}"#
);
const WAVE_IMPORTED: &str = concat!(
    r#"{"wave": {"assessmentId": "$free", "source": "WAVE_SOURCE_IMPORTED", "instrumentId": "$used",
        "measuredPeriod": {"startDate": {"year": 2025, "month": 1, "day": 1},
            "endDate": {"year": 2025, "month": 2, "day": 1}, "timeZone": "Europe/Zurich"}, "#,
    wave_policy!(),
    r#"}, "requestId": "$uuid"}"#
);
const WAVE_CHANGE: &str = concat!(
    r#"{"wave": {"waveId": "$wave", "displayName": "First", "instrumentId": "$used",
        "plannedCloseTime": "2090-01-01T00:00:00Z", "timeZone": "Europe/Zurich",
        "languageCodes": ["de-CH"], "#,
    wave_policy!(),
    r#"}, "updateMask": "displayName,instrumentId,formKey,plannedCloseTime,timeZone,languageCodes,anonymityPolicy"}"#
);
/// Invites a person.
pub(crate) const INVITE: &str = r#"{"waveId": "$inviting", "people": {"personIds": ["$person"]},
    "expireTime": "2089-01-01T00:00:00Z", "requestId": "$uuid"}"#;
const INVITE_BATCH: &str = r#"{"waveId": "$inviting", "anonymousBatch": {"unitId": "$here",
    "segments": [{"dimensionKey": "contact", "valueKey": "daily"}], "count": 5},
    "requestId": "$uuid"}"#;
/// A norm set that an organization uploads.
pub(crate) const NORM_SET: &str = r#"{"normSet": {"displayName": "Banken",
    "instrumentKey": "$released_key", "source": "NORM_SOURCE_UPLOADED",
    "provenance": "Verband", "population": "Banken", "caseKind": "NORM_CASE_ORGANIZATIONS",
    "period": {"startDate": {"year": 2024, "month": 1, "day": 1},
        "endDate": {"year": 2024, "month": 7, "day": 1}, "timeZone": "Europe/Zurich"},
    "organizationCount": 40, "respondentCount": 9000, "values": [
        {"target": {"level": "SCORE_LEVEL_DIMENSION", "key": "care"}, "mean": 61.5,
            "standardDeviation": 8, "caseCount": 40,
            "percentiles": [{"percent": 50, "value": 62}]}]}, "requestId": "$uuid"}"#;
const NORM_SET_OWN: &str = r#"{"normSet": {"displayName": "Unsere", "source": "NORM_SOURCE_OWN_WAVES",
    "instrumentKey": "$released_key", "waveIds": ["$released"]}, "requestId": "$uuid"}"#;
const HEADER: &str = r#"{"header": {"importId": "$uuid", "source": "hr"}}"#;
const FOOTER: &str = r#"{"footer": {"rowCount": 1}}"#;
macro_rules! unit_rows {
    () => {
        r#"{"chunkIndex": 0, "rows": [{"externalId": "$key", "parentExternalId": "$unit_key",
            "displayName": "Sales", "predecessorExternalIds": ["$unit_key"],
            "effectiveDate": {"year": 2024, "month": 2, "day": 29}}]}"#
    };
}
macro_rules! person_rows {
    () => {
        r#"{"chunkIndex": 0, "rows": [{"externalId": "$key", "unitExternalId": "$unit_key",
            "employeeNumber": "7", "firstName": "Ann", "lastName": "Muster",
            "displayName": "Ann M.", "workEmail": "ann@example.org", "languageCode": "de",
            "managerExternalId": "$person_key",
            "segments": [{"dimensionKey": "contact", "valueKey": "daily"}],
            "employmentStatus": "EMPLOYMENT_STATUS_ACTIVE",
            "startDate": {"year": 2020, "month": 1, "day": 1},
            "terminationDate": {"year": 2030, "month": 12, "day": 31},
            "leadsUnitExternalIds": ["$unit_key"]}]}"#
    };
}
/// A chunk of units by the unary twin.
pub(crate) const SUBMIT_UNITS: &str =
    concat!(r#"{"header": {"importId": "$uuid", "source": "hr"}, "units": "#, unit_rows!(), "}");
/// A chunk of people by the unary twin.
pub(crate) const SUBMIT_PEOPLE: &str =
    concat!(r#"{"header": {"importId": "$uuid", "source": "hr"}, "people": "#, person_rows!(), "}");
/// The end of an import of one row by the unary twin.
pub(crate) const SUBMIT_FOOTER: &str =
    r#"{"header": {"importId": "$uuid", "source": "hr"}, "footer": {"rowCount": 1}}"#;

macro_rules! response_header {
    () => {
        r#""header": {"importId": "$uuid", "source": "hr", "waveId": "$imported",
            "itemKeys": ["time_1", "overall"]}"#
    };
}
macro_rules! response_rows {
    () => {
        r#"{"chunkIndex": 0, "rows": [{"unitExternalId": "$unit_key",
            "segments": [{"dimensionKey": "contact", "valueKey": "daily"}],
            "answers": {"codes": [3, 0]}}]}"#
    };
}
const RESPONSE_HEADER: &str = concat!("{", response_header!(), "}");
/// A chunk of responses by the unary twin.
pub(crate) const SUBMIT_RESPONSES: &str =
    concat!("{", response_header!(), r#", "responses": "#, response_rows!(), "}");
/// The end of an import of one response by the unary twin.
pub(crate) const SUBMIT_RESPONSES_FOOTER: &str =
    concat!("{", response_header!(), r#", "footer": {"rowCount": 1}}"#);

/// `SubmitImportChunk`.
pub(crate) const SUBMIT: &str = "orgfit.intake.v1.IntakeService/SubmitImportChunk";

/// `SubmitResponse`.
pub(crate) const SUBMIT_RESPONSE: &str = "orgfit.respondent.v1.RespondentService/SubmitResponse";

/// A request of every method.
pub(crate) const BASES: &[Base] = &[
    base("orgfit.directory.v1.DirectoryService/GetOrganization", "", &["{}"]),
    base(
        "orgfit.directory.v1.DirectoryService/UpdateOrganization",
        "",
        &[r#"{"organization": {"displayName": "Muster AG", "timeZone": "Europe/Zurich",
            "defaultLanguageCode": "de-CH", "supportedLanguageCodes": ["de-CH"],
            "privacyPolicy": {"minimumGroupSize": 5}, "workingDays": ["DAY_OF_WEEK_MONDAY"],
            "etag": "$organization_etag"},
            "updateMask": "displayName,timeZone,defaultLanguageCode,supportedLanguageCodes,privacyPolicy,workingDays"}"#],
    ),
    base("orgfit.directory.v1.DirectoryService/GetSegmentScheme", "", &["{}"]),
    base("orgfit.directory.v1.DirectoryService/UpdateSegmentScheme", "", &[SCHEME]),
    base("orgfit.directory.v1.DirectoryService/CreateUnit", "", &[UNIT]),
    base("orgfit.directory.v1.DirectoryService/GetUnit", "", &[r#"{"unitId": "$unit"}"#]),
    base("orgfit.directory.v1.DirectoryService/ListUnits", "", &[r#"{"pageSize": 1}"#]),
    base("orgfit.directory.v1.DirectoryService/UpdateUnit", "", &[UNIT_CHANGE]),
    base(
        "orgfit.directory.v1.DirectoryService/MoveUnit",
        "",
        &[r#"{"unitId": "$unit", "newParentUnitId": "$here",
            "effectiveDate": {"year": 2024, "month": 2, "day": 29}, "requestId": "$uuid"}"#],
    ),
    base("orgfit.directory.v1.DirectoryService/DeleteUnit", "", &[r#"{"unitId": "$leaf"}"#]),
    base("orgfit.directory.v1.DirectoryService/UndeleteUnit", "", &[r#"{"unitId": "$leaf"}"#]),
    base("orgfit.directory.v1.PeopleService/CreatePerson", "", &[PERSON]),
    base("orgfit.directory.v1.PeopleService/GetPerson", "", &[r#"{"personId": "$person"}"#]),
    base("orgfit.directory.v1.PeopleService/ListPeople", "", &[r#"{"pageSize": 1, "slice": {}}"#]),
    base("orgfit.directory.v1.PeopleService/UpdatePerson", "", &[PERSON_CHANGE]),
    base("orgfit.directory.v1.PeopleService/DeletePerson", "", &[r#"{"personId": "$gone"}"#]),
    base("orgfit.directory.v1.PeopleService/UndeletePerson", "", &[r#"{"personId": "$gone"}"#]),
    base("orgfit.directory.v1.PeopleService/ErasePerson", "", &[r#"{"personId": "$gone"}"#]),
    base("orgfit.access.v1.AccessService/WhoAmI", "", &["{}"]),
    base("orgfit.access.v1.AccessService/ListGrants", "", &[r#"{"pageSize": 1}"#]),
    base(
        "orgfit.access.v1.AccessService/ChangeGrants",
        "",
        &[r#"{"addedGrants": [{"personId": "$person", "role": "ROLE_ANALYST", "unitId": "$here"}],
            "removedGrants": [{"personId": "$person", "role": "ROLE_COMMENT_READER",
                "unitId": "$here"}], "requestId": "$uuid"}"#],
    ),
    base("orgfit.instrument.v1.InstrumentService/CreateInstrument", "", &[INSTRUMENT]),
    base(
        "orgfit.instrument.v1.InstrumentService/GetInstrument",
        "",
        &[r#"{"instrumentId": "$draft"}"#],
    ),
    base("orgfit.instrument.v1.InstrumentService/ListInstruments", "", &[r#"{"pageSize": 1}"#]),
    base("orgfit.instrument.v1.InstrumentService/UpdateInstrument", "", &[INSTRUMENT_CHANGE]),
    base(
        "orgfit.instrument.v1.InstrumentService/PublishInstrument",
        "",
        &[r#"{"instrumentId": "$ready", "etag": "r1", "requestId": "$uuid"}"#],
    ),
    base(
        "orgfit.instrument.v1.InstrumentService/RetireInstrument",
        "",
        &[r#"{"instrumentId": "$published", "requestId": "$uuid"}"#],
    ),
    base(
        "orgfit.instrument.v1.InstrumentService/DeleteInstrument",
        "",
        &[r#"{"instrumentId": "$dropped"}"#],
    ),
    base("orgfit.assessment.v1.AssessmentService/CreateAssessment", "", &[ASSESSMENT]),
    base(
        "orgfit.assessment.v1.AssessmentService/GetAssessment",
        "",
        &[r#"{"assessmentId": "$series"}"#],
    ),
    base("orgfit.assessment.v1.AssessmentService/ListAssessments", "", &[r#"{"pageSize": 1}"#]),
    base("orgfit.assessment.v1.AssessmentService/UpdateAssessment", "", &[ASSESSMENT_CHANGE]),
    base("orgfit.assessment.v1.AssessmentService/CreateWave", "", &[WAVE]),
    base("orgfit.assessment.v1.AssessmentService/CreateWave", "imported", &[WAVE_IMPORTED]),
    base("orgfit.assessment.v1.AssessmentService/GetWave", "", &[r#"{"waveId": "$wave"}"#]),
    base(
        "orgfit.assessment.v1.AssessmentService/ListWaves",
        "",
        &[r#"{"assessmentId": "$series", "pageSize": 1}"#],
    ),
    base("orgfit.assessment.v1.AssessmentService/UpdateWave", "", &[WAVE_CHANGE]),
    base(
        "orgfit.assessment.v1.AssessmentService/OpenWave",
        "",
        &[r#"{"waveId": "$opening", "etag": "r1", "requestId": "$uuid"}"#],
    ),
    base(
        "orgfit.assessment.v1.AssessmentService/CloseWave",
        "",
        &[r#"{"waveId": "$opening", "requestId": "$uuid"}"#],
    ),
    base(
        "orgfit.assessment.v1.AssessmentService/CancelWave",
        "",
        &[r#"{"waveId": "$cancelling", "etag": "r1", "requestId": "$uuid"}"#],
    ),
    base("orgfit.assessment.v1.InvitationService/IssueInvitations", "people", &[INVITE]),
    base("orgfit.assessment.v1.InvitationService/IssueInvitations", "batch", &[INVITE_BATCH]),
    base(
        "orgfit.assessment.v1.InvitationService/ListInvitations",
        "",
        &[r#"{"waveId": "$wave", "pageSize": 1}"#],
    ),
    base(
        "orgfit.assessment.v1.InvitationService/RevokeInvitations",
        "",
        &[r#"{"waveId": "$wave", "invitationIds": ["$invitation"]}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/GetScorecard",
        "",
        &[r#"{"waveId": "$released", "slice": {"unitId": "$here"}, "normSetId": "$norm_set",
            "view": "SCORECARD_VIEW_FULL", "releaseId": "$release", "languageCode": "de"}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/ListScoreBreakdown",
        "",
        &[r#"{"waveId": "$released", "slice": {"unitId": "$here"}, "pageSize": 1,
            "releaseId": "$release", "languageCode": "de"}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/WatchResults",
        "",
        &[r#"{"waveId": "$released", "slices": [{"unitId": "$here"}]}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/ListReleases",
        "",
        &[r#"{"waveId": "$released", "pageSize": 1}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/PreviewRelease",
        "",
        &[r#"{"waveId": "$released", "merges": [{"unitIds": ["$unit", "$leaf"]}]}"#],
    ),
    base("orgfit.insight.v1.InsightService/CreateNormSet", "uploaded", &[NORM_SET]),
    base("orgfit.insight.v1.InsightService/CreateNormSet", "own", &[NORM_SET_OWN]),
    base("orgfit.insight.v1.InsightService/ListNormSets", "", &[r#"{"pageSize": 1}"#]),
    base("orgfit.insight.v1.InsightService/DeleteNormSet", "", &[r#"{"normSetId": "$norm_set"}"#]),
    base(
        "orgfit.insight.v1.InsightService/ContributeToNorms",
        "",
        &[r#"{"instrumentKey": "customer_fitness"}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/StopContributing",
        "",
        &[r#"{"instrumentKey": "customer_fitness"}"#],
    ),
    base(
        "orgfit.insight.v1.InsightService/GetNormContribution",
        "",
        &[r#"{"instrumentKey": "customer_fitness"}"#],
    ),
    base(
        "orgfit.intake.v1.IntakeService/ImportUnits",
        "",
        &[HEADER, concat!(r#"{"rows": "#, unit_rows!(), "}"), FOOTER],
    ),
    base(
        "orgfit.intake.v1.IntakeService/ImportPeople",
        "",
        &[HEADER, concat!(r#"{"rows": "#, person_rows!(), "}"), FOOTER],
    ),
    base(
        "orgfit.intake.v1.IntakeService/ImportResponses",
        "",
        &[RESPONSE_HEADER, concat!(r#"{"rows": "#, response_rows!(), "}"), FOOTER],
    ),
    base(SUBMIT, "units", &[SUBMIT_UNITS]),
    base(SUBMIT, "people", &[SUBMIT_PEOPLE]),
    base(SUBMIT, "responses", &[SUBMIT_RESPONSES]),
    base(SUBMIT, "footer", &[SUBMIT_FOOTER]),
    base(
        "orgfit.respondent.v1.RespondentService/GetQuestionnaire",
        "",
        &[r#"{"languageCode": "de"}"#],
    ),
    base(SUBMIT_RESPONSE, "", &[r#"{"submissionId": "$uuid", "answers": {"codes": [1, 2, -1]}}"#]),
    base("orgfit.intake.v1.IntakeService/GetImport", "", &[r#"{"importId": "$import"}"#]),
    base("orgfit.intake.v1.IntakeService/ListImports", "", &[r#"{"pageSize": 1}"#]),
    base(
        "orgfit.intake.v1.IntakeService/ListImportRowErrors",
        "",
        &[r#"{"importId": "$import", "pageSize": 1}"#],
    ),
];

/// A field of a request, from the outermost message inwards.
pub(crate) type Path = Vec<FieldDescriptor>;

/// A request of a method, with the fields that can be changed in it.
pub(crate) struct Call {
    /// The request.
    pub(crate) base: &'static Base,
    /// The method.
    pub(crate) method: MethodDescriptor,
    /// All fields at the ends of the request's messages; maps count as one.
    pub(crate) fields: Vec<Path>,
}

/// The contract.
fn contract() -> &'static DescriptorPool {
    static CONTRACT: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(orgfit::pb::DESCRIPTOR_SET).unwrap());
    &CONTRACT
}

/// A method by its name, `<package>.<Service>/<Method>`.
pub(crate) fn method(name: &str) -> MethodDescriptor {
    let (service, name) = name.split_once('/').unwrap();
    let service = contract().get_service_by_name(service).unwrap();
    service.methods().find(|method| method.name() == name).unwrap()
}

/// All requests. Fails for a method without one, for a request without a method, and for a field
/// that no request of its method can carry.
pub(crate) fn calls() -> Vec<Call> {
    let methods: BTreeMap<String, MethodDescriptor> = contract()
        .services()
        .filter(|service| SERVICES.contains(&service.full_name()))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| {
            (format!("{}/{}", method.parent_service().full_name(), method.name()), method)
        })
        .collect();
    let known: BTreeSet<&str> = BASES.iter().map(|base| base.method).collect();
    let served: BTreeSet<&str> = methods.keys().map(String::as_str).collect();
    assert_eq!(served, known, "every method has a request here, and every request a method");
    let mut covered = BTreeSet::new();
    let calls: Vec<Call> = BASES
        .iter()
        .map(|base| {
            let method = methods[base.method].clone();
            let messages = build(&method.input(), base.messages, &BTreeMap::new());
            let mut fields = fields(&method.input());
            fields.retain(|path| carrier(&messages, path).is_some());
            covered.extend(fields.iter().map(|path| (base.method, name(path))));
            Call { base, method, fields }
        })
        .collect();
    for (text, method) in &methods {
        for path in fields(&method.input()) {
            let name = name(&path);
            assert!(covered.contains(&(text.as_str(), name.clone())), "{text} {name}");
        }
    }
    calls
}

impl Call {
    /// The method, and the variant of the request where there are several.
    pub(crate) fn name(&self) -> String {
        let method = self.base.method.rsplit_once('.').unwrap().1;
        if self.base.variant.is_empty() {
            method.to_owned()
        } else {
            format!("{method}({})", self.base.variant)
        }
    }

    /// Encodes the request with `value` at `path`; without one, as it is.
    pub(crate) fn encode(
        &self,
        names: &BTreeMap<&str, String>,
        change: Option<(&Path, Value)>,
    ) -> Vec<Vec<u8>> {
        let mut messages = build(&self.method.input(), self.base.messages, names);
        if let Some((path, value)) = change {
            let position = carrier(&messages, path).unwrap();
            put(&mut messages[position], path, value);
        }
        messages.iter().map(Message::encode_to_vec).collect()
    }
}

/// The fields at the ends of a message.
fn fields(message: &MessageDescriptor) -> Vec<Path> {
    let mut paths = Vec::new();
    for field in message.fields() {
        match field.kind() {
            Kind::Message(inner) if !field.is_map() => {
                for below in fields(&inner) {
                    paths.push([vec![field.clone()], below].concat());
                }
            }
            _ => paths.push(vec![field]),
        }
    }
    paths
}

/// The path as the contract's errors name it, without positions.
pub(crate) fn name(path: &[FieldDescriptor]) -> String {
    path.iter().map(FieldDescriptor::name).collect::<Vec<_>>().join(".")
}

/// The message that can carry a field: one in which its outermost part is there already, or any
/// where the field has no part around it.
fn carrier(messages: &[DynamicMessage], path: &[FieldDescriptor]) -> Option<usize> {
    messages.iter().position(|message| {
        let first = &path[0];
        message.has_field(first) || path.len() == 1 || first.containing_oneof().is_none()
    })
}

/// Puts a value at a path, making what is missing on the way. A list gets it as its first entry, in the
/// place of the one that it has.
fn put(message: &mut DynamicMessage, path: &[FieldDescriptor], value: Value) {
    let (field, rest) = path.split_first().unwrap();
    if rest.is_empty() {
        let single = field.cardinality() == Cardinality::Repeated
            && !matches!(value, Value::List(_) | Value::Map(_));
        if single {
            let Value::List(list) = message.get_field_mut(field) else { panic!("a list") };
            list.splice(..list.len().min(1), [value]);
        } else {
            message.set_field(field, value);
        }
        return;
    }
    let Kind::Message(inner) = field.kind() else { panic!("{} has no fields", field.name()) };
    match message.get_field_mut(field) {
        Value::List(list) => {
            if list.is_empty() {
                list.push(Value::Message(DynamicMessage::new(inner)));
            }
            let Value::Message(first) = &mut list[0] else { panic!("a list of messages") };
            put(first, rest, value);
        }
        Value::Message(inner) => put(inner, rest, value),
        other => panic!("{other:?} has no fields"),
    }
}

/// Reads messages, with `$names` replaced.
pub(crate) fn build(
    input: &MessageDescriptor,
    messages: &[&str],
    names: &BTreeMap<&str, String>,
) -> Vec<DynamicMessage> {
    messages
        .iter()
        .map(|text| {
            let mut json = serde_json::from_str(text).unwrap();
            substitute(&mut json, names);
            DynamicMessage::deserialize(input.clone(), json).unwrap()
        })
        .collect()
}

fn substitute(json: &mut serde_json::Value, names: &BTreeMap<&str, String>) {
    match json {
        serde_json::Value::String(text) => {
            if let Some(value) = text.strip_prefix('$').and_then(|name| names.get(name)) {
                text.clone_from(value);
            }
        }
        serde_json::Value::Array(entries) => {
            for entry in entries {
                substitute(entry, names);
            }
        }
        serde_json::Value::Object(entries) => {
            for entry in entries.values_mut() {
                substitute(entry, names);
            }
        }
        _ => {}
    }
}

/// Sends messages, whatever they are. A unary call is a stream of one message.
pub(crate) async fn send(
    channel: &Channel,
    credential: Option<&str>,
    method: &str,
    messages: Vec<Vec<u8>>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    let mut request = Request::new(tokio_stream::iter(messages));
    if let Some(credential) = credential {
        let bearer = format!("Bearer {credential}");
        request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    }
    grpc.ready().await.unwrap();
    let path = PathAndQuery::try_from(format!("/{method}")).unwrap();
    grpc.client_streaming(request, path, Bytes).await.map(tonic::Response::into_inner)
}
