//! Between the wire types of `orgfit.access.v1` and values.
use crate::base::page::PageRequest;
use crate::base::{Caller, CallerKind, Check, Result, wire};
use crate::pb::access as pb;

use super::grant::{GRANTS_PER_CALL_MAX, GrantChange, GrantFilter};
use super::role::{Grant, Role};

/// A grant on the wire.
pub(super) fn grant(grant: &Grant) -> pb::Grant {
    pb::Grant {
        person_id: grant.person_id.to_string(),
        role: i32::from(grant.role.number()),
        unit_id: grant.unit_id.map(|unit| unit.to_string()).unwrap_or_default(),
    }
}

/// A caller on the wire, with the grants of a person.
pub(super) fn caller(caller: &Caller, grants: &[Grant]) -> pb::Caller {
    let (kind, person_id) = match caller.kind {
        CallerKind::Person(person) => (pb::CallerKind::Person, person.to_string()),
        CallerKind::Client(_) => (pb::CallerKind::Client, String::new()),
        CallerKind::Operator => (pb::CallerKind::Operator, String::new()),
        // Has no method that tells them who they are.
        CallerKind::Respondent => (pb::CallerKind::Unspecified, String::new()),
    };
    pb::Caller {
        organization_id: caller.organization_id.to_string(),
        kind: kind.into(),
        person_id,
        client_name: caller.client_name.clone(),
        permissions: caller.access.permissions().map(|held| held.as_str().to_owned()).collect(),
        grants: grants.iter().map(grant).collect(),
        unit_id: caller.client_unit.map(|unit| unit.to_string()).unwrap_or_default(),
        expire_time: caller.expire_time.map(wire::timestamp),
    }
}

/// A grant from the wire.
fn parse_grant(check: &mut Check, field: String, grant: &pb::Grant) -> Option<Grant> {
    let mut fields = Check::within(field);
    let person_id = fields.id("person_id", &grant.person_id);
    let role = match grant.role {
        0 => {
            fields.missing("role");
            None
        }
        number => {
            let role = Role::parse(number);
            if role.is_none() {
                fields.refuse("role", "must be a role of this version of the contract");
            }
            role
        }
    };
    let unit_id = fields.optional_id("unit_id", &grant.unit_id);
    if role.is_some_and(Role::is_for_everything) && !grant.unit_id.is_empty() {
        fields.refuse("unit_id", "must be empty for a role that is for the whole organization");
    }
    check.absorb(fields);
    Some(Grant { person_id: person_id?, role: role?, unit_id: unit_id? })
}

/// A change of grants from the wire, and the request id.
pub(super) fn parse_change(
    request: &pb::ChangeGrantsRequest,
) -> Result<(GrantChange, Option<uuid::Uuid>)> {
    let mut check = Check::new();
    let mut change = GrantChange::default();
    let limits = 0..=GRANTS_PER_CALL_MAX;
    if check.count("added_grants", request.added_grants.len(), limits.clone()).is_some() {
        for (position, grant) in request.added_grants.iter().enumerate() {
            change.added.extend(parse_grant(
                &mut check,
                format!("added_grants[{position}]"),
                grant,
            ));
        }
    }
    if check.count("removed_grants", request.removed_grants.len(), limits).is_some() {
        for (position, grant) in request.removed_grants.iter().enumerate() {
            let field = format!("removed_grants[{position}]");
            let Some(grant) = parse_grant(&mut check, field.clone(), grant) else { continue };
            if change.added.contains(&grant) {
                check.refuse(&field, "must not be among added_grants as well");
            }
            change.removed.insert(grant);
        }
    }
    let request_id = check.request_id(&request.request_id);
    check.build(|| Some((change, request_id?)))
}

/// What a list of grants is asked for.
pub(super) fn parse_list(request: pb::ListGrantsRequest) -> Result<(GrantFilter, PageRequest)> {
    let mut check = Check::new();
    let person_id = check.optional_id("person_id", &request.person_id);
    let unit_id = check.optional_id("unit_id", &request.unit_id);
    let role = match request.role {
        0 => Some(None),
        number => {
            let role = Role::parse(number);
            if role.is_none() {
                check.refuse("role", "must be a role of this version of the contract");
            }
            role.map(Some)
        }
    };
    let query = pb::ListGrantsRequest {
        page_size: 0,
        page_token: String::new(),
        person_id: request.person_id,
        role: request.role,
        unit_id: request.unit_id,
    };
    let page = PageRequest::parse(
        &mut check,
        "ListGrants",
        &query,
        request.page_size,
        &request.page_token,
    );
    check.build(|| {
        Some((GrantFilter { person_id: person_id?, role: role?, unit_id: unit_id? }, page?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn wire_grant(person_id: &str, role: pb::Role, unit_id: &str) -> pb::Grant {
        pb::Grant {
            person_id: person_id.to_owned(),
            role: role.into(),
            unit_id: unit_id.to_owned(),
        }
    }

    fn fields(request: &pb::ChangeGrantsRequest) -> Vec<String> {
        let error = parse_change(request).unwrap_err();
        error.violations().iter().map(|violation| violation.field.clone()).collect()
    }

    #[test]
    fn all_that_is_wrong_with_a_change_is_said_at_once() {
        let request = pb::ChangeGrantsRequest {
            added_grants: vec![
                wire_grant("", pb::Role::Unspecified, ""),
                wire_grant(ID, pb::Role::Administrator, ID),
                wire_grant(ID, pb::Role::WorksCouncil, ID),
                wire_grant(ID, pb::Role::Analyst, ID),
            ],
            removed_grants: vec![
                wire_grant(ID, pb::Role::Analyst, ID),
                pb::Grant { role: 99, ..wire_grant(ID, pb::Role::Analyst, "x") },
            ],
            request_id: "x".to_owned(),
        };
        assert_eq!(
            fields(&request),
            [
                "added_grants[0].person_id",
                "added_grants[0].role",
                "added_grants[1].unit_id",
                "added_grants[2].unit_id",
                "removed_grants[0]",
                "removed_grants[1].role",
                "removed_grants[1].unit_id",
                "request_id",
            ]
        );
    }

    #[test]
    fn a_change_has_at_most_two_hundred_grants_each_way() {
        let grants = vec![wire_grant(ID, pb::Role::Analyst, ""); GRANTS_PER_CALL_MAX + 1];
        let request = pb::ChangeGrantsRequest {
            added_grants: grants.clone(),
            removed_grants: grants,
            request_id: String::new(),
        };
        assert_eq!(fields(&request), ["added_grants", "removed_grants"]);
    }

    #[test]
    fn the_roles_are_those_of_the_contract() {
        for number in 1..100 {
            assert_eq!(Role::parse(number).is_some(), pb::Role::try_from(number).is_ok());
        }
    }
}
