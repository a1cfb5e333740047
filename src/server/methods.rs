//! The methods that are served, as the contract declares them, with what the roof has to know of
//! each before it is called.
use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Status;

use super::handler::{Call, Handler, Reply, Stage};
use crate::base::{Error, Reason};

/// Largest message of a request, unless a method is listed below.
pub const REQUEST_BYTES_MAX: usize = 64 << 10;
/// Largest message of the methods that take many rows at once.
pub const BULK_REQUEST_BYTES_MAX: usize = 1 << 20;

/// Largest message of respondents.
pub const RESPONDENT_REQUEST_BYTES_MAX: usize = 32 << 10;
/// The service of respondents.
const RESPONDENTS: &str = "orgfit.respondent.v1.RespondentService/";

/// Services and methods that take many rows, or a whole questionnaire, at once.
const BULK: &[&str] = &[
    "orgfit.instrument.v1.InstrumentService/",
    "orgfit.intake.v1.IntakeService/",
    "orgfit.directory.v1.DirectoryService/UpdateSegmentScheme",
];

/// A method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// `<package>.<Service>/<Method>`.
    pub name: String,
    /// Whether the caller sends a stream.
    pub takes_stream: bool,
    /// Whether the caller is sent a stream.
    pub gives_stream: bool,
    /// Largest message that it takes.
    pub request_bytes_max: usize,
    /// Its calls are counted and leave no other trace, and a response token is their only credential.
    pub is_of_respondents: bool,
}

/// The methods, by name.
#[derive(Clone, Debug, Default)]
pub struct Methods(Arc<HashMap<String, Arc<Method>>>);

impl Methods {
    /// The methods of `services` in an encoded descriptor set.
    pub fn of(descriptor_set: &[u8], services: &[&str]) -> Result<Self, prost::DecodeError> {
        let set = FileDescriptorSet::decode(descriptor_set)?;
        let mut methods = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let service_name = format!("{}.{}", file.package(), service.name());
                if !services.contains(&service_name.as_str()) {
                    continue;
                }
                for method in &service.method {
                    let name = format!("{service_name}/{}", method.name());
                    let bulk = BULK.iter().any(|bulk| name.starts_with(bulk));
                    let is_of_respondents = name.starts_with(RESPONDENTS);
                    let method = Method {
                        name: name.clone(),
                        takes_stream: method.client_streaming(),
                        gives_stream: method.server_streaming(),
                        request_bytes_max: match (bulk, is_of_respondents) {
                            (true, _) => BULK_REQUEST_BYTES_MAX,
                            (false, true) => RESPONDENT_REQUEST_BYTES_MAX,
                            (false, false) => REQUEST_BYTES_MAX,
                        },
                        is_of_respondents,
                    };
                    methods.insert(name, Arc::new(method));
                }
            }
        }
        Ok(Self(Arc::new(methods)))
    }

    /// The method at a path.
    pub fn find(&self, path: &str) -> Option<&Arc<Method>> {
        self.0.get(path.strip_prefix('/')?)
    }

    /// The method that a call is for, as the layer below noted it.
    pub fn called(call: &Call) -> Option<&Arc<Method>> {
        call.extensions().get()
    }
}

impl Stage for Methods {
    /// Notes the method in the call's extensions, or says that there is none.
    async fn handle(self: Arc<Self>, mut call: Call, next: Handler) -> Reply {
        let Some(method) = self.find(call.uri().path()) else {
            let error = Error::new(Reason::MethodUnknown, "there is no such method");
            return Status::from(error).into_http();
        };
        let method = method.clone();
        call.extensions_mut().insert(method);
        next.answer(call).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::policy::Principal;
    use crate::pb;

    #[test]
    fn only_what_is_served_is_known_and_bulk_is_marked() {
        let services = ["orgfit.intake.v1.IntakeService", "orgfit.directory.v1.DirectoryService"];
        let methods = Methods::of(pb::DESCRIPTOR_SET, &services).unwrap();
        let import = methods.find("/orgfit.intake.v1.IntakeService/ImportPeople").unwrap();
        assert!(import.takes_stream);
        assert_eq!(import.request_bytes_max, BULK_REQUEST_BYTES_MAX);
        let get = methods.find("/orgfit.directory.v1.DirectoryService/GetUnit").unwrap();
        assert!(!get.takes_stream);
        assert_eq!(get.request_bytes_max, REQUEST_BYTES_MAX);
        for unknown in [
            "",
            "/",
            "orgfit.directory.v1.DirectoryService/GetUnit",
            "//x",
            "/orgfit.access.v1.AccessService/WhoAmI",
        ] {
            assert_eq!(methods.find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn methods_of_respondents_are_those_that_take_a_response_token() {
        let methods = Methods::of(pb::DESCRIPTOR_SET, super::super::SERVICES).unwrap();
        for method in methods.0.values() {
            let row = crate::access::policy::of(&method.name);
            let takes_token = row.is_some_and(|row| row.principal == Principal::Respondent);
            assert_eq!(method.is_of_respondents, takes_token, "{}", method.name);
            if takes_token {
                assert_eq!(method.request_bytes_max, RESPONDENT_REQUEST_BYTES_MAX);
            }
        }
        assert!(methods.0.values().any(|method| method.is_of_respondents));
    }

    #[test]
    fn what_is_listed_as_bulk_exists() {
        let services = crate::server::SERVICES;
        let methods = Methods::of(pb::DESCRIPTOR_SET, services).unwrap();
        for bulk in BULK {
            assert!(methods.0.keys().any(|name| name.starts_with(bulk)), "{bulk}");
        }
    }
}
