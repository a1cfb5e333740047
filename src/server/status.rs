//! The one place where errors become gRPC statuses, and where their private halves are logged:
//! once, by what they mean for the operator, and without a value of the request.
use std::collections::BTreeMap;
use std::error::Error as _;

use prost::Message;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use super::rerun;
use crate::base::error::{Error, Kind};

/// `ErrorInfo.domain` of every error.
pub const DOMAIN: &str = "orgfit";
/// Largest sum of all details, so that a status passes proxies that limit headers to 8 KiB.
pub const DETAILS_BYTES_MAX: usize = 4 << 10;
/// Names `google.rpc.ErrorInfo` among details.
const INFO_TYPE: &str = "type.googleapis.com/google.rpc.ErrorInfo";
/// Longest metadata value.
const METADATA_CHARS_MAX: usize = 200;
/// Tells gRPC clients that retry by themselves how long to wait (gRFC A6).
const PUSHBACK_HEADER: &str = "grpc-retry-pushback-ms";

/// The gRPC code of a kind.
pub fn code(kind: Kind) -> Code {
    match kind {
        Kind::Invalid => Code::InvalidArgument,
        Kind::Unauthenticated => Code::Unauthenticated,
        Kind::Denied => Code::PermissionDenied,
        Kind::NotFound => Code::NotFound,
        Kind::Exists => Code::AlreadyExists,
        Kind::Precondition => Code::FailedPrecondition,
        Kind::Conflict => Code::Aborted,
        Kind::Exhausted => Code::ResourceExhausted,
        Kind::Unavailable => Code::Unavailable,
        Kind::Deadline => Code::DeadlineExceeded,
        Kind::Unknown => Code::Unimplemented,
        Kind::Internal => Code::Internal,
    }
}

/// The name of a code, as semantic conventions and the contract write it.
pub fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        log(&error);
        let mut status = with_details(&error, error.violations().len());
        // The list of violations is the only part without a bound of its own.
        let mut listed = error.violations().len();
        while status.details().len() > DETAILS_BYTES_MAX && listed > 0 {
            listed -= 1;
            status = with_details(&error, listed);
        }
        if let Some(delay) = error.retry_delay() {
            let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            status.metadata_mut().insert(PUSHBACK_HEADER, MetadataValue::from(delay));
        }
        if error.has_lost_to_another() {
            rerun::mark(&mut status);
        }
        status
    }
}

/// The status with the first `listed` violations.
fn with_details(error: &Error, listed: usize) -> Status {
    let mut details = ErrorDetails::new();
    let is_wrong_request = error.kind() == Kind::Invalid;
    if is_wrong_request && listed > 0 {
        let mut violations: Vec<_> = error.violations()[..listed]
            .iter()
            .map(|violation| FieldViolation::new(&violation.field, &violation.description))
            .collect();
        if listed < error.violations().len() {
            violations.push(FieldViolation::new("*", "further fields are wrong; mend these first"));
        }
        details.set_bad_request(violations);
    }
    let about = |key: &str| {
        error.metadata().iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    };
    match error.kind() {
        Kind::Precondition if listed > 0 => {
            let reason = error.reason().as_str();
            for defect in &error.violations()[..listed] {
                details.add_precondition_failure_violation(
                    reason,
                    &defect.field,
                    &defect.description,
                );
            }
            if listed < error.violations().len() {
                let more = "further defects; mend these first";
                details.add_precondition_failure_violation(reason, "*", more);
            }
        }
        Kind::Precondition => {
            let subject = match (about("resourceType"), about("resourceId")) {
                (Some(kind), Some(id)) => format!("{kind}/{id}"),
                (kind, id) => kind.or(id).unwrap_or_default().to_owned(),
            };
            details.add_precondition_failure_violation(
                error.reason().as_str(),
                subject,
                error.message(),
            );
        }
        Kind::Exhausted => {
            let subject = about("limit").unwrap_or_else(|| error.reason().as_str());
            details.add_quota_failure_violation(subject, error.message());
        }
        Kind::Invalid
        | Kind::Unauthenticated
        | Kind::Denied
        | Kind::NotFound
        | Kind::Exists
        | Kind::Conflict
        | Kind::Unavailable
        | Kind::Deadline
        | Kind::Unknown
        | Kind::Internal => {}
    }
    if let Some(delay) = error.retry_delay() {
        details.set_retry_info(Some(delay));
    }
    let status = Status::with_error_details(code(error.kind()), error.message(), details);
    with_info(&status, error)
}

/// `google.rpc.ErrorInfo` with its metadata in order: the library's own type keeps them in a hash
/// map, so that the same error would be other bytes each time.
#[derive(Clone, PartialEq, prost::Message)]
struct OrderedInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: BTreeMap<String, String>,
}

/// The status with the reason of the error before its other details.
fn with_info(status: &Status, error: &Error) -> Status {
    let info = OrderedInfo {
        reason: error.reason().as_str().to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: error
            .metadata()
            .iter()
            .map(|(key, value)| {
                ((*key).to_owned(), value.chars().take(METADATA_CHARS_MAX).collect())
            })
            .collect(),
    };
    let info = prost_types::Any { type_url: INFO_TYPE.to_owned(), value: info.encode_to_vec() };
    let mut whole = tonic_types::Status::decode(status.details()).unwrap_or_default();
    whole.code = status.code().into();
    status.message().clone_into(&mut whole.message);
    whole.details.insert(0, info);
    Status::with_details(status.code(), status.message(), whole.encode_to_vec().into())
}

/// Logs the private half.
fn log(error: &Error) {
    let Some(source) = error.source() else { return };
    let reason = error.reason().as_str();
    match error.kind() {
        Kind::Internal => tracing::error!(error.reason = reason, %source, "a call met a defect"),
        Kind::Unavailable | Kind::Deadline | Kind::Exhausted => {
            tracing::warn!(error.reason = reason, %source, "a call failed");
        }
        Kind::Invalid
        | Kind::Unauthenticated
        | Kind::Denied
        | Kind::NotFound
        | Kind::Exists
        | Kind::Precondition
        | Kind::Conflict
        | Kind::Unknown => tracing::debug!(error.reason = reason, %source, "a call was refused"),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::base::error::{Reason, Violation};
    use crate::pb;

    /// The documented reasons with the leading comment of each.
    fn documented() -> Vec<(String, String)> {
        let set = FileDescriptorSet::decode(pb::DESCRIPTOR_SET).unwrap();
        let file = set
            .file
            .iter()
            .find(|file| file.name() == "orgfit/common/v1/error_reason.proto")
            .unwrap();
        let comments = &file.source_code_info.as_ref().unwrap().location;
        file.enum_type[0]
            .value
            .iter()
            .enumerate()
            .skip(1)
            .map(|(position, value)| {
                let path = [5, 0, 2, i32::try_from(position).unwrap()];
                let comment = comments.iter().find(|location| location.path == path).unwrap();
                let name = value.name().strip_prefix("ERROR_REASON_").unwrap().to_owned();
                (name, comment.leading_comments().trim().to_owned())
            })
            .collect()
    }

    #[test]
    fn the_closed_list_and_its_documentation_agree() {
        let documented = documented();
        let mut known: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        let mut told: Vec<_> = documented.iter().map(|(name, _)| name.as_str()).collect();
        known.sort_unstable();
        told.sort_unstable();
        assert_eq!(known, told);
        for reason in Reason::ALL {
            let (_, comment) = documented.iter().find(|(name, _)| name == reason.as_str()).unwrap();
            let word: String =
                comment.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            assert_eq!(word, name(code(reason.kind())), "{}: {comment}", reason.as_str());
            for (detail, word) in [("RetryInfo", "RetryInfo"), ("QuotaFailure", "QuotaFailure")] {
                let error =
                    Error::new(*reason, "why").retry_after(std::time::Duration::from_secs(1));
                let details = Status::from(error).get_error_details();
                let has = match detail {
                    "RetryInfo" => details.retry_info().is_some(),
                    _ => details.quota_failure().is_some(),
                };
                assert!(has || !comment.contains(word), "{}: {comment}", reason.as_str());
            }
        }
    }

    #[test]
    fn details_stay_within_their_limit() {
        let violation = |n: usize| Violation {
            field: format!("people[{n}].{}", "a".repeat(150)),
            description: "b".repeat(150),
        };
        let status = Status::from(Error::invalid((0..20).map(violation).collect()));
        assert!(status.details().len() <= DETAILS_BYTES_MAX, "{}", status.details().len());
        let details = status.get_error_details();
        let listed = &details.bad_request().unwrap().field_violations;
        assert!(listed.len() > 5);
        assert_eq!(listed.last().unwrap().field, "*");

        let long = Error::not_found("unit", "x".repeat(100_000));
        assert!(Status::from(long).details().len() <= DETAILS_BYTES_MAX);
    }

    #[test]
    fn every_defect_of_what_is_not_ready_is_a_violation_of_its_own() {
        let defect = |n: usize| Violation {
            field: format!("items[{n}].text"),
            description: "lacks a language".to_owned(),
        };
        let status = Status::from(Error::not_ready("not yet", (0..3).map(defect).collect()));
        let details = status.get_error_details();
        let listed = &details.precondition_failure().unwrap().violations;
        assert_eq!(listed.len(), 3);
        assert!(listed.iter().all(|violation| violation.r#type == "NOT_READY"));
        assert_eq!(listed[2].subject, "items[2].text");
        assert!(details.bad_request().is_none());

        let status = Status::from(Error::not_ready("not yet", (0..50).map(defect).collect()));
        assert!(status.details().len() <= DETAILS_BYTES_MAX);
        let details = status.get_error_details();
        let last = details.precondition_failure().unwrap().violations.last().unwrap().clone();
        assert_eq!(last.subject, "*");
    }

    #[test]
    fn the_private_half_stays_private() {
        let status = Status::from(Error::internal("relation base_secret does not exist"));
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("base_secret"));
    }
}
