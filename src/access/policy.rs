//! The policy table: who may call which method at all. A method without a row cannot be called;
//! where a permission holds is decided behind this door, by the caller's reach.
use crate::base::caller::denied;
use crate::base::{Caller, CallerKind, Error, Permission, Reason, Result};

/// The kind of caller that a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Whoever, with or without a credential.
    Anonymous,
    /// Whoever shows a valid credential.
    Any,
    /// A signed-in person.
    Person,
    /// Whoever shows a response token and nothing else.
    Respondent,
}

/// The permission that a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// None.
    Nothing,
    /// This one.
    One(Permission),
    /// `units.import`, `people.import` or `responses.import`: the import itself says which, so its
    /// method decides.
    ByImportKind,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The method, `<package>.<Service>/<Method>`.
    pub method: &'static str,
    /// The permission that it takes.
    pub need: Need,
    /// The kind of caller that it takes.
    pub principal: Principal,
}

const fn row(method: &'static str, permission: Permission) -> Policy {
    Policy { method, need: Need::One(permission), principal: Principal::Any }
}

const fn anonymous(method: &'static str) -> Policy {
    Policy { method, need: Need::Nothing, principal: Principal::Anonymous }
}

const fn respondent(method: &'static str) -> Policy {
    Policy { method, need: Need::Nothing, principal: Principal::Respondent }
}

/// All methods that can be called.
pub const POLICIES: &[Policy] = &[
    row("orgfit.directory.v1.DirectoryService/GetOrganization", Permission::OrganizationRead),
    row("orgfit.directory.v1.DirectoryService/UpdateOrganization", Permission::OrganizationWrite),
    row("orgfit.directory.v1.DirectoryService/GetSegmentScheme", Permission::OrganizationRead),
    row("orgfit.directory.v1.DirectoryService/UpdateSegmentScheme", Permission::OrganizationWrite),
    row("orgfit.directory.v1.DirectoryService/CreateUnit", Permission::UnitsWrite),
    row("orgfit.directory.v1.DirectoryService/GetUnit", Permission::UnitsRead),
    row("orgfit.directory.v1.DirectoryService/ListUnits", Permission::UnitsRead),
    row("orgfit.directory.v1.DirectoryService/UpdateUnit", Permission::UnitsWrite),
    row("orgfit.directory.v1.DirectoryService/MoveUnit", Permission::UnitsWrite),
    row("orgfit.directory.v1.DirectoryService/DeleteUnit", Permission::UnitsWrite),
    row("orgfit.directory.v1.DirectoryService/UndeleteUnit", Permission::UnitsWrite),
    row("orgfit.directory.v1.PeopleService/CreatePerson", Permission::PeopleWrite),
    row("orgfit.directory.v1.PeopleService/GetPerson", Permission::PeopleRead),
    row("orgfit.directory.v1.PeopleService/ListPeople", Permission::PeopleRead),
    row("orgfit.directory.v1.PeopleService/UpdatePerson", Permission::PeopleWrite),
    row("orgfit.directory.v1.PeopleService/DeletePerson", Permission::PeopleWrite),
    row("orgfit.directory.v1.PeopleService/UndeletePerson", Permission::PeopleWrite),
    row("orgfit.directory.v1.PeopleService/ErasePerson", Permission::PeopleWrite),
    Policy {
        method: "orgfit.access.v1.AccessService/WhoAmI",
        need: Need::Nothing,
        principal: Principal::Any,
    },
    row("orgfit.access.v1.AccessService/ListGrants", Permission::GrantsRead),
    row("orgfit.access.v1.AccessService/ChangeGrants", Permission::GrantsWrite),
    row("orgfit.instrument.v1.InstrumentService/CreateInstrument", Permission::InstrumentsWrite),
    row("orgfit.instrument.v1.InstrumentService/GetInstrument", Permission::InstrumentsRead),
    row("orgfit.instrument.v1.InstrumentService/ListInstruments", Permission::InstrumentsRead),
    row("orgfit.instrument.v1.InstrumentService/UpdateInstrument", Permission::InstrumentsWrite),
    row("orgfit.instrument.v1.InstrumentService/PublishInstrument", Permission::InstrumentsWrite),
    row("orgfit.instrument.v1.InstrumentService/RetireInstrument", Permission::InstrumentsWrite),
    row("orgfit.instrument.v1.InstrumentService/DeleteInstrument", Permission::InstrumentsWrite),
    row("orgfit.assessment.v1.AssessmentService/CreateAssessment", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/GetAssessment", Permission::AssessmentsRead),
    row("orgfit.assessment.v1.AssessmentService/ListAssessments", Permission::AssessmentsRead),
    row("orgfit.assessment.v1.AssessmentService/UpdateAssessment", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/CreateWave", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/GetWave", Permission::AssessmentsRead),
    row("orgfit.assessment.v1.AssessmentService/ListWaves", Permission::AssessmentsRead),
    row("orgfit.assessment.v1.AssessmentService/UpdateWave", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/OpenWave", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/CloseWave", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.AssessmentService/CancelWave", Permission::AssessmentsWrite),
    row("orgfit.assessment.v1.InvitationService/IssueInvitations", Permission::InvitationsWrite),
    row("orgfit.assessment.v1.InvitationService/ListInvitations", Permission::InvitationsRead),
    row("orgfit.assessment.v1.InvitationService/RevokeInvitations", Permission::InvitationsWrite),
    row("orgfit.insight.v1.InsightService/GetScorecard", Permission::ResultsRead),
    row("orgfit.insight.v1.InsightService/ListScoreBreakdown", Permission::ResultsRead),
    row("orgfit.insight.v1.InsightService/WatchResults", Permission::ResultsRead),
    row("orgfit.insight.v1.InsightService/ListReleases", Permission::AssessmentsRead),
    row("orgfit.insight.v1.InsightService/PreviewRelease", Permission::AssessmentsWrite),
    row("orgfit.insight.v1.InsightService/CreateNormSet", Permission::AssessmentsWrite),
    row("orgfit.insight.v1.InsightService/ListNormSets", Permission::ResultsRead),
    row("orgfit.insight.v1.InsightService/DeleteNormSet", Permission::AssessmentsWrite),
    row("orgfit.insight.v1.InsightService/ContributeToNorms", Permission::OrganizationWrite),
    row("orgfit.insight.v1.InsightService/StopContributing", Permission::OrganizationWrite),
    row("orgfit.insight.v1.InsightService/GetNormContribution", Permission::AssessmentsRead),
    row("orgfit.intake.v1.IntakeService/ImportUnits", Permission::UnitsImport),
    row("orgfit.intake.v1.IntakeService/ImportPeople", Permission::PeopleImport),
    row("orgfit.intake.v1.IntakeService/ImportResponses", Permission::ResponsesImport),
    Policy {
        method: "orgfit.intake.v1.IntakeService/SubmitImportChunk",
        need: Need::ByImportKind,
        principal: Principal::Any,
    },
    row("orgfit.intake.v1.IntakeService/GetImport", Permission::ImportsRead),
    row("orgfit.intake.v1.IntakeService/ListImports", Permission::ImportsRead),
    row("orgfit.intake.v1.IntakeService/ListImportRowErrors", Permission::ImportsRead),
    respondent("orgfit.respondent.v1.RespondentService/GetQuestionnaire"),
    respondent("orgfit.respondent.v1.RespondentService/SubmitResponse"),
    anonymous("grpc.health.v1.Health/Check"),
    anonymous("grpc.health.v1.Health/Watch"),
    anonymous("grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
    anonymous("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
];

/// The row of a method, if it can be called.
pub fn of(method: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.method == method)
}

/// Whether the caller may call the method at all. The refusal is the same whether or not the
/// thing that was asked for exists.
pub fn authorize(policy: &Policy, caller: Option<&Caller>) -> Result<()> {
    if policy.principal == Principal::Anonymous {
        return Ok(());
    }
    let caller = caller.ok_or_else(unauthenticated)?;
    // Each of the two has methods of its own, and a credential that opens no other.
    let of_respondents = policy.principal == Principal::Respondent;
    if of_respondents != (caller.kind == CallerKind::Respondent) {
        return Err(unauthenticated());
    }
    if policy.principal == Principal::Person && !matches!(caller.kind, CallerKind::Person(_)) {
        return Err(Error::new(
            Reason::PersonRequired,
            "only a signed-in person can do this, and the credential is not a person's",
        ));
    }
    match policy.need {
        Need::Nothing | Need::ByImportKind => Ok(()),
        Need::One(permission) => match caller.access.reach(permission) {
            Some(_) => Ok(()),
            None => Err(denied(permission)),
        },
    }
}

/// The one refusal of credentials. It is the same for all causes, since a better one would help
/// only those who forge.
pub fn unauthenticated() -> Error {
    Error::new(
        Reason::CredentialInvalid,
        "send a valid API key or access token as: authorization: Bearer <credential>",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;
    use prost_types::FileDescriptorSet;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::{ClientId, Id, OrganizationId, PersonId};
    use crate::base::{Access, Reach};

    fn methods(descriptor_set: &[u8]) -> Vec<String> {
        let set = FileDescriptorSet::decode(descriptor_set).unwrap();
        set.file
            .iter()
            .flat_map(|file| {
                file.service.iter().flat_map(move |service| {
                    service.method.iter().map(move |method| {
                        format!("{}.{}/{}", file.package(), service.name(), method.name())
                    })
                })
            })
            .collect()
    }

    fn caller(kind: CallerKind, permissions: &[Permission]) -> Caller {
        let access = permissions.iter().fold(Access::none(), |access, permission| {
            access.with(*permission, Reach::Organization)
        });
        Caller {
            organization_id: OrganizationId::from_uuid(Uuid::from_u128(1)),
            kind,
            client_name: String::new(),
            client_unit: None,
            access,
            expire_time: None,
        }
    }

    fn client(permissions: &[Permission]) -> Caller {
        caller(CallerKind::Client(ClientId::from_uuid(Uuid::from_u128(2))), permissions)
    }

    #[test]
    fn every_served_method_has_one_row_and_every_row_a_method() {
        let mut served = methods(crate::pb::DESCRIPTOR_SET);
        served.extend(methods(tonic_health::pb::FILE_DESCRIPTOR_SET));
        served.extend(methods(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET));
        served.extend(methods(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET));
        // The health room of tonic does not implement this one.
        served.retain(|method| method != "grpc.health.v1.Health/List");
        let rows: Vec<_> = POLICIES.iter().map(|policy| policy.method.to_owned()).collect();
        let distinct: BTreeSet<_> = rows.iter().cloned().collect();
        assert_eq!(distinct.len(), rows.len(), "a method has two rows");
        assert_eq!(distinct, served.into_iter().collect());
    }

    #[test]
    fn only_probes_can_be_called_without_a_credential() {
        for policy in POLICIES {
            let refused = authorize(policy, None).map_err(|error| error.reason());
            if policy.method.starts_with("grpc.") {
                assert_eq!(refused, Ok(()), "{}", policy.method);
            } else {
                assert_eq!(refused, Err(Reason::CredentialInvalid), "{}", policy.method);
            }
        }
    }

    #[test]
    fn a_method_is_open_to_its_own_permission_and_to_no_other() {
        for policy in POLICIES {
            let Need::One(needed) = policy.need else { continue };
            assert!(authorize(policy, Some(&client(&[needed]))).is_ok(), "{}", policy.method);
            let others: Vec<_> =
                Permission::ALL.iter().copied().filter(|other| *other != needed).collect();
            let error = authorize(policy, Some(&client(&others))).unwrap_err();
            assert_eq!(error.reason(), Reason::PermissionMissing, "{}", policy.method);
            assert_eq!(error.metadata(), [("permission", needed.as_str().to_owned())]);
        }
    }

    #[test]
    fn every_permission_opens_a_method() {
        for permission in Permission::ALL {
            assert!(
                POLICIES.iter().any(|policy| policy.need == Need::One(*permission)),
                "{permission} opens nothing"
            );
        }
    }

    #[test]
    fn what_only_a_person_may_do_is_refused_to_clients_and_to_the_operator() {
        let policy = Policy { method: "test", need: Need::Nothing, principal: Principal::Person };
        let person = CallerKind::Person(PersonId::from_uuid(Uuid::from_u128(3)));
        assert!(authorize(&policy, Some(&caller(person, &[]))).is_ok());
        for other in [client(Permission::ALL), caller(CallerKind::Operator, Permission::ALL)] {
            let error = authorize(&policy, Some(&other)).unwrap_err();
            assert_eq!(error.reason(), Reason::PersonRequired);
        }
    }

    #[test]
    fn an_unknown_method_has_no_row() {
        for method in
            ["", "orgfit.access.v1.AccessService/whoami", "/orgfit.access.v1.AccessService/WhoAmI"]
        {
            assert_eq!(of(method), None);
        }
    }
}
