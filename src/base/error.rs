//! Errors: a kind that says what a caller can do about it, a closed list of reasons, a public
//! sentence, and a private source. The roof turns them into statuses, in one place.
use std::fmt;
use std::time::Duration;

/// A result with the engine's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an error. Each is one gRPC code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Mend the request (`INVALID_ARGUMENT`).
    Invalid,
    /// Show a valid credential (`UNAUTHENTICATED`).
    Unauthenticated,
    /// Ask for a permission (`PERMISSION_DENIED`).
    Denied,
    /// Look elsewhere (`NOT_FOUND`).
    NotFound,
    /// Use the one that exists (`ALREADY_EXISTS`).
    Exists,
    /// Change the state first (`FAILED_PRECONDITION`).
    Precondition,
    /// Read again and merge (`ABORTED`).
    Conflict,
    /// Ask for less, or later (`RESOURCE_EXHAUSTED`).
    Exhausted,
    /// Repeat the call (`UNAVAILABLE`).
    Unavailable,
    /// Give it more time (`DEADLINE_EXCEEDED`).
    Deadline,
    /// Call something that exists (`UNIMPLEMENTED`).
    Unknown,
    /// Report a defect (`INTERNAL`).
    Internal,
}

/// Declares the reasons with their kinds and public names.
macro_rules! reasons {
    ($($name:ident = $kind:ident, $text:literal;)*) => {
        /// The closed list of reasons; their meaning and metadata are in
        /// `orgfit.common.v1.ErrorReason`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "documented in error_reason.proto; a test compares the lists")]
        pub enum Reason {
            $($name,)*
        }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What a caller can do about it.
            pub fn kind(self) -> Kind {
                match self {
                    $(Self::$name => Kind::$kind,)*
                }
            }

            /// `ErrorInfo.reason`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    FieldInvalid = Invalid, "FIELD_INVALID";
    UpdateMaskInvalid = Invalid, "UPDATE_MASK_INVALID";
    PageTokenInvalid = Invalid, "PAGE_TOKEN_INVALID";
    RequestIdReused = Invalid, "REQUEST_ID_REUSED";
    EtagRequired = Invalid, "ETAG_REQUIRED";
    SliceNotPlanned = Invalid, "SLICE_NOT_PLANNED";
    EtagMismatch = Conflict, "ETAG_MISMATCH";
    RequestInProgress = Conflict, "REQUEST_IN_PROGRESS";
    ResourceNotFound = NotFound, "RESOURCE_NOT_FOUND";
    ExternalIdTaken = Exists, "EXTERNAL_ID_TAKEN";
    StateConflict = Precondition, "STATE_CONFLICT";
    ResourceDeleted = Precondition, "RESOURCE_DELETED";
    ResourceInUse = Precondition, "RESOURCE_IN_USE";
    CycleDetected = Precondition, "CYCLE_DETECTED";
    NotReady = Precondition, "NOT_READY";
    CredentialInvalid = Unauthenticated, "CREDENTIAL_INVALID";
    PermissionMissing = Denied, "PERMISSION_MISSING";
    PersonRequired = Denied, "PERSON_REQUIRED";
    ResponseTokenInvalid = Unauthenticated, "RESPONSE_TOKEN_INVALID";
    ResponseTokenSpent = Precondition, "RESPONSE_TOKEN_SPENT";
    IdentityNotAllowed = Invalid, "IDENTITY_NOT_ALLOWED";
    AnonymityWeakened = Precondition, "ANONYMITY_WEAKENED";
    ImportChunkOutOfOrder = Precondition, "IMPORT_CHUNK_OUT_OF_ORDER";
    ImportIncomplete = Precondition, "IMPORT_INCOMPLETE";
    ImportClosed = Precondition, "IMPORT_CLOSED";
    LimitReached = Exhausted, "LIMIT_REACHED";
    Overloaded = Exhausted, "OVERLOADED";
    RequestTooLarge = Exhausted, "REQUEST_TOO_LARGE";
    DeadlineExceeded = Deadline, "DEADLINE_EXCEEDED";
    Unavailable = Unavailable, "UNAVAILABLE";
    Internal = Internal, "INTERNAL";
    MethodUnknown = Unknown, "METHOD_UNKNOWN";
}

/// Defects that a reply lists; the last one says so when there are more.
pub const DEFECTS_LISTED_MAX: usize = 20;

/// One wrong field of a request, or one defect of what is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, for example `unit.display_name`.
    pub field: String,
    /// The limit that it breaks and the remedy. Never repeats the value.
    pub description: String,
}

/// An error, transport-agnostic: the public half is for the caller, the source for the log.
#[derive(Debug)]
pub struct Error {
    reason: Reason,
    message: String,
    metadata: Vec<(&'static str, String)>,
    violations: Vec<Violation>,
    retry_after: Option<Duration>,
    lost_to_another: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a public sentence, which never repeats a value of the request.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after: None,
            lost_to_another: false,
            source: None,
        }
    }

    /// Wrong fields, all at once.
    pub fn invalid(violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [only] => format!("{}: {}", only.field, only.description),
            many => format!("{} fields of the request are wrong", many.len()),
        };
        Self { violations, ..Self::new(Reason::FieldInvalid, message) }
    }

    /// The same wrong fields, as fields of the part `prefix` of the request.
    #[must_use]
    pub fn within(self, prefix: &str) -> Self {
        if self.reason != Reason::FieldInvalid {
            return self;
        }
        let inner = self.violations.into_iter();
        let outer = inner.map(|violation| Violation {
            field: format!("{prefix}.{}", violation.field),
            ..violation
        });
        Self::invalid(outer.collect())
    }

    /// One wrong field.
    pub fn invalid_field(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::invalid(vec![Violation { field: field.into(), description: description.into() }])
    }

    /// Something is not ready for the call, with every defect: where it is and what mends it.
    /// There is at least one; a reply lists the first 20.
    pub fn not_ready(message: impl Into<String>, mut defects: Vec<Violation>) -> Self {
        if defects.len() > DEFECTS_LISTED_MAX {
            let more = defects.len() - (DEFECTS_LISTED_MAX - 1);
            defects.truncate(DEFECTS_LISTED_MAX - 1);
            let description = format!("{more} further defects; mend these first");
            defects.push(Violation { field: "*".to_owned(), description });
        }
        Self { violations: defects, ..Self::new(Reason::NotReady, message) }
    }

    /// There is no such thing, or none that the caller's organization owns.
    pub fn not_found(resource_type: &'static str, resource_id: impl Into<String>) -> Self {
        Self::new(Reason::ResourceNotFound, format!("there is no such {resource_type}"))
            .about(resource_type, resource_id)
    }

    /// A defect of the engine. The sentence goes to the log, not to the caller.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Reason::Internal, "the server has a defect; nothing was changed")
            .caused_by(source)
    }

    /// The database cannot be reached or could not say how a write ended.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            Reason::Unavailable,
            "the outcome is not known; repeat the call with the same request_id",
        )
        .retry_after(Duration::from_millis(500))
        .caused_by(source)
    }

    /// Adds a metadata entry.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.metadata.push((key, value.into()));
        self
    }

    /// Names the thing that the error is about.
    #[must_use]
    pub fn about(self, resource_type: &'static str, resource_id: impl Into<String>) -> Self {
        self.with("resourceType", resource_type).with("resourceId", resource_id)
    }

    /// Tells when to try again.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// Notes that the database rolled the transaction back because of another one: nothing was
    /// changed, and the same call can be run again.
    #[must_use]
    pub fn lost_to_another(mut self) -> Self {
        self.lost_to_another = true;
        self
    }

    /// Keeps the private cause for the log.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The reason.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        self.reason.kind()
    }

    /// The public sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `ErrorInfo.metadata`.
    pub fn metadata(&self) -> &[(&'static str, String)] {
        &self.metadata
    }

    /// The wrong fields, or the defects of what is not ready.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Whether the same call can be run again, since its transaction lost to another one.
    pub fn has_lost_to_another(&self) -> bool {
        self.lost_to_another
    }

    /// When to try again.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
