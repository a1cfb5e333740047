//! An organization's settings.
use chrono_tz::Tz;

use super::segment::SegmentScheme;
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UnitId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Etag};

/// Most languages that an organization offers.
pub const LANGUAGES_MAX: usize = 40;
/// Days that a deleted thing can be restored.
pub const PURGE_AFTER_DAYS: i64 = 30;

/// How small groups are protected. All sizes count answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivacyPolicy {
    /// Smallest group for which results are shown.
    pub minimum_group_size: i32,
    /// Smallest group for distributions and standard deviations.
    pub distribution_minimum_group_size: i32,
    /// Smallest unit whose comments bear its name.
    pub comment_minimum_group_size: i32,
    /// Smallest group for figures of measurement quality.
    pub quality_minimum_group_size: i32,
    /// Smallest group for drivers.
    pub driver_minimum_group_size: i32,
    /// Whether it may be seen which invited people took part.
    pub disclose_individual_participation: bool,
}

impl Default for PrivacyPolicy {
    fn default() -> Self {
        Self {
            minimum_group_size: 5,
            distribution_minimum_group_size: 10,
            comment_minimum_group_size: 10,
            quality_minimum_group_size: 30,
            driver_minimum_group_size: 100,
            disclose_individual_participation: false,
        }
    }
}

impl PrivacyPolicy {
    /// Checks sizes as they were asked for, where 0 means the default. The floors cannot be
    /// lowered by anybody; a default below the group size rises to it.
    pub fn parse(check: &mut Check, asked: Self) -> Option<Self> {
        let standard = Self::default();
        let group = match asked.minimum_group_size {
            0 => Some(standard.minimum_group_size),
            size => check.number("privacy_policy.minimum_group_size", size, 5..=100),
        };
        let floor = group.unwrap_or(standard.minimum_group_size);
        let mut size = |field: &str, asked: i32, default: i32, floor: i32, limit: i32| {
            let default = default.max(floor);
            if asked == 0 {
                return Some(default);
            }
            check.number(&format!("privacy_policy.{field}"), asked, floor..=limit)
        };
        let distribution = size(
            "distribution_minimum_group_size",
            asked.distribution_minimum_group_size,
            standard.distribution_minimum_group_size,
            floor,
            100,
        );
        let comment = size(
            "comment_minimum_group_size",
            asked.comment_minimum_group_size,
            standard.comment_minimum_group_size,
            floor,
            100,
        );
        let quality = size(
            "quality_minimum_group_size",
            asked.quality_minimum_group_size,
            standard.quality_minimum_group_size,
            30,
            1000,
        );
        let driver = size(
            "driver_minimum_group_size",
            asked.driver_minimum_group_size,
            standard.driver_minimum_group_size,
            100,
            1000,
        );
        Some(Self {
            minimum_group_size: group?,
            distribution_minimum_group_size: distribution?,
            comment_minimum_group_size: comment?,
            quality_minimum_group_size: quality?,
            driver_minimum_group_size: driver?,
            disclose_individual_participation: asked.disclose_individual_participation,
        })
    }
}

/// The settings that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Name, 1-200 characters.
    pub display_name: String,
    /// Time zone in which days count.
    pub time_zone: Tz,
    /// The language that every localized text has.
    pub default_language_code: String,
    /// Languages offered to respondents, the default included.
    pub supported_language_codes: Vec<String>,
    /// How small groups are protected.
    pub privacy_policy: PrivacyPolicy,
    /// Days of the working week, 1 Monday to 7 Sunday, in order.
    pub working_days: Vec<i16>,
}

impl Settings {
    /// The settings of a new organization.
    pub fn new(display_name: String, time_zone: Tz, language_code: String) -> Self {
        Self {
            display_name,
            time_zone,
            supported_language_codes: vec![language_code.clone()],
            default_language_code: language_code,
            privacy_policy: PrivacyPolicy::default(),
            working_days: WORKING_DAYS_DEFAULT.to_vec(),
        }
    }

    /// Checks what holds between settings: the default language is offered, and every text of
    /// the segment scheme has it.
    pub fn check(&self, check: &mut Check, scheme: &SegmentScheme) -> Option<()> {
        if !self.supported_language_codes.contains(&self.default_language_code) {
            check.refuse("supported_language_codes", "must contain default_language_code");
            return None;
        }
        if !scheme.speaks(&self.default_language_code) {
            check.refuse(
                "default_language_code",
                "every title of the segment scheme must have this language first",
            );
            return None;
        }
        Some(())
    }
}

/// Monday to Friday.
pub const WORKING_DAYS_DEFAULT: [i16; 5] = [1, 2, 3, 4, 5];

/// Checks a name shown to people.
pub fn parse_display_name(check: &mut Check, value: &str) -> Option<String> {
    check.text("display_name", value, 1..=DISPLAY_NAME_CHARS_MAX)
}

/// Checks the offered languages; an empty list means the default language alone.
pub fn parse_languages(check: &mut Check, values: &[String], default: &str) -> Option<Vec<String>> {
    if values.is_empty() {
        return Some(vec![default.to_owned()]);
    }
    check.count("supported_language_codes", values.len(), 1..=LANGUAGES_MAX)?;
    let mut languages = Vec::new();
    for (position, value) in values.iter().enumerate() {
        let language = check.language(&format!("supported_language_codes[{position}]"), value)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    Some(languages)
}

/// Checks the working week; an empty list means Monday to Friday.
pub fn parse_working_days(check: &mut Check, values: &[i32]) -> Option<Vec<i16>> {
    if values.is_empty() {
        return Some(WORKING_DAYS_DEFAULT.to_vec());
    }
    let mut days = Vec::new();
    for (position, value) in values.iter().enumerate() {
        let day = check.number(&format!("working_days[{position}]"), *value, 1..=7)?;
        days.push(i16::try_from(day).ok()?);
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

/// An organization as it is stored.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Identifier.
    pub organization_id: OrganizationId,
    /// Settings.
    pub settings: Settings,
    /// Root of the unit tree.
    pub root_unit_id: UnitId,
    /// Counts changes.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

impl Organization {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }
}

/// What the operator says of a new organization.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Settings.
    pub settings: Settings,
    /// Secret that will seal the organization's page tokens.
    pub page_key: [u8; crate::base::page::PAGE_KEY_BYTES],
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(sizes: [i32; 5]) -> PrivacyPolicy {
        PrivacyPolicy {
            minimum_group_size: sizes[0],
            distribution_minimum_group_size: sizes[1],
            comment_minimum_group_size: sizes[2],
            quality_minimum_group_size: sizes[3],
            driver_minimum_group_size: sizes[4],
            disclose_individual_participation: false,
        }
    }

    proptest! {
        #[test]
        fn no_policy_is_weaker_than_the_floors(sizes in any::<[i16; 5]>()) {
            let mut check = Check::new();
            if let Some(policy) = PrivacyPolicy::parse(&mut check, asked(sizes.map(i32::from))) {
                prop_assert!(policy.minimum_group_size >= 5);
                prop_assert!(policy.distribution_minimum_group_size >= policy.minimum_group_size);
                prop_assert!(policy.comment_minimum_group_size >= policy.minimum_group_size);
                prop_assert!(policy.quality_minimum_group_size >= 30);
                prop_assert!(policy.driver_minimum_group_size >= 100);
                prop_assert!(check.into_findings().is_empty());
            } else {
                prop_assert!(!check.into_findings().is_empty());
            }
        }
    }

    #[test]
    fn zero_means_the_default_and_rises_with_the_group() {
        let policy = PrivacyPolicy::parse(&mut Check::new(), asked([20, 0, 0, 0, 0])).unwrap();
        assert_eq!(policy.distribution_minimum_group_size, 20);
        assert_eq!(policy.comment_minimum_group_size, 20);
        assert_eq!(policy.quality_minimum_group_size, 30);
        let policy = PrivacyPolicy::parse(&mut Check::new(), asked([0; 5])).unwrap();
        assert_eq!(policy, PrivacyPolicy::default());
    }
}
