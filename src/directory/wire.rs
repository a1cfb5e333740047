//! Between the wire types of `orgfit.directory.v1` and values.
use super::organization::{Organization, PrivacyPolicy};
use super::person::{Person, PersonFields, RawPerson};
use super::segment::{SegmentDimension, SegmentRole, SegmentScheme, SegmentValue};
use super::unit::Unit;
use crate::base::Check;
use crate::base::wire::{date, localized, parse_date, parse_localized, timestamp};
use crate::pb::common;
use crate::pb::directory as pb;

pub(super) fn organization(organization: &Organization) -> pb::Organization {
    let settings = &organization.settings;
    pb::Organization {
        organization_id: organization.organization_id.to_string(),
        display_name: settings.display_name.clone(),
        time_zone: settings.time_zone.name().to_owned(),
        default_language_code: settings.default_language_code.clone(),
        supported_language_codes: settings.supported_language_codes.clone(),
        privacy_policy: Some(privacy_policy(settings.privacy_policy)),
        root_unit_id: organization.root_unit_id.to_string(),
        working_days: settings.working_days.iter().map(|day| i32::from(*day)).collect(),
        etag: organization.etag().to_string(),
        create_time: Some(timestamp(organization.create_time)),
        update_time: Some(timestamp(organization.update_time)),
    }
}

fn privacy_policy(policy: PrivacyPolicy) -> pb::PrivacyPolicy {
    pb::PrivacyPolicy {
        minimum_group_size: policy.minimum_group_size,
        distribution_minimum_group_size: policy.distribution_minimum_group_size,
        comment_minimum_group_size: policy.comment_minimum_group_size,
        quality_minimum_group_size: policy.quality_minimum_group_size,
        driver_minimum_group_size: policy.driver_minimum_group_size,
        disclose_individual_participation: policy.disclose_individual_participation,
    }
}

pub(super) fn parse_privacy_policy(
    check: &mut Check,
    policy: Option<&pb::PrivacyPolicy>,
) -> Option<PrivacyPolicy> {
    let Some(policy) = policy else {
        check.missing("privacy_policy");
        return None;
    };
    PrivacyPolicy::parse(
        check,
        PrivacyPolicy {
            minimum_group_size: policy.minimum_group_size,
            distribution_minimum_group_size: policy.distribution_minimum_group_size,
            comment_minimum_group_size: policy.comment_minimum_group_size,
            quality_minimum_group_size: policy.quality_minimum_group_size,
            driver_minimum_group_size: policy.driver_minimum_group_size,
            disclose_individual_participation: policy.disclose_individual_participation,
        },
    )
}

pub(super) fn scheme(scheme: &SegmentScheme) -> pb::SegmentScheme {
    pb::SegmentScheme {
        dimensions: scheme.dimensions.iter().map(dimension).collect(),
        etag: scheme.etag().to_string(),
    }
}

fn dimension(dimension: &SegmentDimension) -> pb::SegmentDimension {
    let role = match dimension.role {
        SegmentRole::HierarchyLevel => pb::SegmentRole::HierarchyLevel,
        SegmentRole::Function => pb::SegmentRole::Function,
        SegmentRole::CustomerContact => pb::SegmentRole::CustomerContact,
        SegmentRole::Other => pb::SegmentRole::Other,
    };
    pb::SegmentDimension {
        key: dimension.key.clone(),
        title: Some(localized(&dimension.title)),
        role: role.into(),
        values: dimension
            .values
            .iter()
            .map(|value| pb::SegmentValue {
                key: value.key.clone(),
                title: Some(localized(&value.title)),
                retired: value.retired,
                leading: value.leading,
            })
            .collect(),
    }
}

/// Reads a scheme; what it says is checked by the scheme itself.
pub(super) fn parse_scheme(
    check: &mut Check,
    scheme: pb::SegmentScheme,
    revision: i64,
) -> Option<SegmentScheme> {
    let mut dimensions = Vec::new();
    for (position, dimension) in scheme.dimensions.into_iter().enumerate() {
        let role = match pb::SegmentRole::try_from(dimension.role) {
            Ok(pb::SegmentRole::HierarchyLevel) => SegmentRole::HierarchyLevel,
            Ok(pb::SegmentRole::Function) => SegmentRole::Function,
            Ok(pb::SegmentRole::CustomerContact) => SegmentRole::CustomerContact,
            Ok(pb::SegmentRole::Other | pb::SegmentRole::Unspecified) => SegmentRole::Other,
            Err(_) => {
                check.refuse(
                    &format!("dimensions[{position}].role"),
                    "is not a role of this version of the contract",
                );
                return None;
            }
        };
        dimensions.push(SegmentDimension {
            key: dimension.key,
            title: parse_localized(dimension.title),
            role,
            values: dimension
                .values
                .into_iter()
                .map(|value| SegmentValue {
                    key: value.key,
                    title: parse_localized(value.title),
                    retired: value.retired,
                    leading: value.leading,
                })
                .collect(),
        });
    }
    Some(SegmentScheme { dimensions, revision })
}

pub(super) fn unit(unit: &Unit) -> pb::Unit {
    let optional = |id: Option<String>| id.unwrap_or_default();
    pb::Unit {
        unit_id: unit.unit_id.to_string(),
        external_id: unit.fields.external_id.clone().unwrap_or_default(),
        parent_unit_id: optional(unit.parent_unit_id.map(|id| id.to_string())),
        display_name: unit.fields.display_name.clone(),
        depth: i32::from(unit.depth),
        direct_member_count: i32::try_from(unit.direct_member_count).unwrap_or(i32::MAX),
        lead_person_id: optional(unit.fields.lead_person_id.map(|id| id.to_string())),
        predecessor_unit_ids: unit
            .fields
            .predecessor_unit_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
        effective_date: Some(date(unit.effective_date)),
        etag: unit.etag().to_string(),
        create_time: Some(timestamp(unit.create_time)),
        update_time: Some(timestamp(unit.update_time)),
        delete_time: unit.delete_time.map(timestamp),
        purge_time: unit.purge_time.map(timestamp),
    }
}

pub(super) fn person(person: &Person) -> pb::Person {
    let fields = &person.fields;
    let placement = person.placement.as_ref();
    pb::Person {
        person_id: person.person_id.to_string(),
        external_id: fields.external_id.clone().unwrap_or_default(),
        employee_number: fields.employee_number.clone(),
        first_name: fields.first_name.clone(),
        last_name: fields.last_name.clone(),
        display_name: fields.display_name.clone(),
        work_email: fields.work_email.clone(),
        language_code: fields.language_code.clone(),
        unit_id: placement.map(|placement| placement.unit_id.to_string()).unwrap_or_default(),
        manager_person_id: placement
            .and_then(|placement| placement.manager_person_id)
            .map(|id| id.to_string())
            .unwrap_or_default(),
        segments: placement
            .map(|placement| {
                placement
                    .segments
                    .iter()
                    .map(|(dimension, value)| common::SegmentSelector {
                        dimension_key: dimension.clone(),
                        value_key: value.clone(),
                    })
                    .collect()
            })
            .unwrap_or_default(),
        employment_status: i32::from(fields.employment_status.number()),
        start_date: fields.start_date.map(date),
        termination_date: fields.termination_date.map(date),
        erase_time: person.erase_time.map(timestamp),
        etag: person.etag().to_string(),
        create_time: Some(timestamp(person.create_time)),
        update_time: Some(timestamp(person.update_time)),
        delete_time: person.delete_time.map(timestamp),
        purge_time: person.purge_time.map(timestamp),
    }
}

/// Reads the fields of a person that stand by themselves.
pub(super) fn parse_person(check: &mut Check, person: &pb::Person) -> Option<PersonFields> {
    let start_date = parse_date(check, "start_date", person.start_date.as_ref());
    let termination_date = parse_date(check, "termination_date", person.termination_date.as_ref());
    let fields = PersonFields::parse(
        check,
        RawPerson {
            external_id: &person.external_id,
            employee_number: &person.employee_number,
            first_name: &person.first_name,
            last_name: &person.last_name,
            display_name: &person.display_name,
            work_email: &person.work_email,
            language_code: &person.language_code,
            employment_status: person.employment_status,
            start_date: start_date.flatten(),
            termination_date: termination_date.flatten(),
        },
    );
    start_date?;
    termination_date?;
    fields
}

/// Segment values as pairs of keys.
pub(super) fn selectors(selectors: &[common::SegmentSelector]) -> Vec<(String, String)> {
    selectors
        .iter()
        .map(|selector| (selector.dimension_key.clone(), selector.value_key.clone()))
        .collect()
}
