//! Which services are served, and the order of the layers around them.
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService;
use tonic::service::Routes;

use super::Options;
use super::authenticate::Authenticate;
use super::deadline::Deadline;
use super::detach::Detach;
use super::handler::Handler;
use super::limits::Limits;
use super::message::Messages;
use super::methods::{BULK_REQUEST_BYTES_MAX, Methods};
use super::rerun::Rerun;
use super::running::Ends;
use super::trace::Trace;
use crate::access::{AccessRpc, Authenticator};
use crate::assessment::{AssessmentRpc, InvitationRpc};
use crate::directory::{DirectoryRpc, PeopleRpc};
use crate::insight::InsightRpc;
use crate::instrument::InstrumentRpc;
use crate::intake::IntakeRpc;
use crate::pb;
use crate::pb::access::access_service_server::AccessServiceServer;
use crate::pb::assessment::assessment_service_server::AssessmentServiceServer;
use crate::pb::assessment::invitation_service_server::InvitationServiceServer;
use crate::pb::directory::directory_service_server::DirectoryServiceServer;
use crate::pb::directory::people_service_server::PeopleServiceServer;
use crate::pb::insight::insight_service_server::InsightServiceServer;
use crate::pb::instrument::instrument_service_server::InstrumentServiceServer;
use crate::pb::intake::intake_service_server::IntakeServiceServer;
use crate::pb::respondent::respondent_service_server::RespondentServiceServer;
use crate::respondent::{RespondentRpc, Submissions};

/// The services that are served.
pub const SERVICES: &[&str] = &[
    <DirectoryServiceServer<DirectoryRpc> as NamedService>::NAME,
    <PeopleServiceServer<PeopleRpc> as NamedService>::NAME,
    <AccessServiceServer<AccessRpc> as NamedService>::NAME,
    <InstrumentServiceServer<InstrumentRpc> as NamedService>::NAME,
    <AssessmentServiceServer<AssessmentRpc> as NamedService>::NAME,
    <InvitationServiceServer<InvitationRpc> as NamedService>::NAME,
    <InsightServiceServer<InsightRpc> as NamedService>::NAME,
    <IntakeServiceServer<IntakeRpc> as NamedService>::NAME,
    <RespondentServiceServer<RespondentRpc> as NamedService>::NAME,
];

/// Our services with the layers around them.
pub(super) fn handler(
    options: &Options,
    submissions: Submissions,
    ends: &Ends,
) -> Result<Handler, prost::DecodeError> {
    let methods = Methods::of(pb::DESCRIPTOR_SET, SERVICES)?;
    let authenticator = Authenticator::new(options.db.clone(), options.clock.clone());
    let authenticate = Authenticate::new(authenticator, options.clock.clone(), options.ids.clone());
    // From the inside to the outside. What is refused further out costs less.
    Ok(Handler::of(routes(options, submissions))
        .within(Rerun)
        .within(Messages)
        .within(authenticate)
        .within(Limits::new(options.calls_max))
        .within(Detach::new(ends.calls.clone()))
        .within(Deadline::new(ends.give_up.clone(), ends.connections.drain.clone()))
        .within(methods.clone())
        .within(Trace::new(methods)))
}

/// Sets what holds for every service: answers may be compressed, requests may not, since those
/// would grow here; no message is larger than the largest that any method takes.
macro_rules! service {
    ($server:ident, $service:expr) => {
        $server::new($service)
            .send_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(BULK_REQUEST_BYTES_MAX)
    };
}

fn routes(options: &Options, submissions: Submissions) -> Routes {
    let db = &options.db;
    Routes::new(service!(DirectoryServiceServer, DirectoryRpc::new(db.clone())))
        .add_service(service!(PeopleServiceServer, PeopleRpc::new(db.clone())))
        .add_service(service!(AccessServiceServer, AccessRpc::new(db.clone())))
        .add_service(service!(InstrumentServiceServer, InstrumentRpc::new(db.clone())))
        .add_service(service!(AssessmentServiceServer, AssessmentRpc::new(db.clone())))
        .add_service(service!(InvitationServiceServer, InvitationRpc::new(db.clone())))
        .add_service(service!(
            InsightServiceServer,
            InsightRpc::new(db.clone(), options.clock.clone())
        ))
        .add_service(service!(IntakeServiceServer, IntakeRpc::new(db.clone())))
        .add_service(service!(
            RespondentServiceServer,
            RespondentRpc::new(options.respondent_db.clone(), submissions)
        ))
        .prepare()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn the_contract_declares_what_is_served_and_nothing_else() {
        let set = FileDescriptorSet::decode(pb::DESCRIPTOR_SET).unwrap();
        let declared: BTreeSet<_> = set
            .file
            .iter()
            .flat_map(|file| {
                file.service.iter().map(|service| format!("{}.{}", file.package(), service.name()))
            })
            .collect();
        let served: BTreeSet<_> = SERVICES.iter().map(ToString::to_string).collect();
        assert_eq!(declared, served);
    }
}
