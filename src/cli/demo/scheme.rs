//! The segment scheme of the invented organization.
use std::collections::HashMap;

use crate::pb::common::LocalizedText;
use crate::pb::directory::{SegmentDimension, SegmentRole, SegmentValue};

/// A value: key, title, and whether it stands for people who lead.
type Value = (&'static str, &'static str, bool);

const LEVELS: &[Value] = &[
    ("executive", "Executive board", true),
    ("management", "Management", true),
    ("team_lead", "Team leads", false),
    ("staff", "Staff", false),
];

const FUNCTIONS: &[Value] = &[
    ("sales", "Sales", false),
    ("service", "Service", false),
    ("product", "Product", false),
    ("engineering", "Engineering", false),
    ("operations", "Operations", false),
    ("support", "Support functions", false),
];

const CONTACTS: &[Value] = &[
    ("daily", "Every day", false),
    ("weekly", "Every week", false),
    ("monthly", "Every month", false),
    ("rarely", "Rarely", false),
];

/// The dimensions, in the order in which they are shown.
pub(super) fn dimensions() -> Vec<SegmentDimension> {
    vec![
        dimension("hierarchy_level", "Hierarchy level", SegmentRole::HierarchyLevel, LEVELS),
        dimension("function", "Function", SegmentRole::Function, FUNCTIONS),
        dimension(
            "customer_contact",
            "Contact with customers",
            SegmentRole::CustomerContact,
            CONTACTS,
        ),
    ]
}

fn dimension(key: &str, title: &str, role: SegmentRole, values: &[Value]) -> SegmentDimension {
    SegmentDimension {
        key: key.to_owned(),
        title: Some(english(title)),
        role: role.into(),
        values: values
            .iter()
            .map(|(key, title, leading)| SegmentValue {
                key: (*key).to_owned(),
                title: Some(english(title)),
                retired: false,
                leading: *leading,
            })
            .collect(),
    }
}

fn english(text: &str) -> LocalizedText {
    LocalizedText { by_language: HashMap::from([("en".to_owned(), text.to_owned())]) }
}
