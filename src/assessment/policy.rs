//! What respondents are promised: thresholds, the segment dimensions that are stored, and the pairs of
//! them that are crossed. A wave's policy starts as a copy of the organization's privacy policy and
//! may only be stricter.
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::{Check, Error, Reason, Result};
use crate::directory::{PrivacyPolicy, SegmentDimension, SegmentScheme};

/// Most segment dimensions that are stored.
pub const STORED_DIMENSIONS_MAX: usize = 6;
/// Most pairs of dimensions that are crossed.
pub const PAIRS_MAX: usize = 3;

/// Largest thresholds, as those of the organization.
const GROUP_SIZE_MAX: i32 = 100;
const ANALYSIS_SIZE_MAX: i32 = 1000;

/// The policy of a wave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnonymityPolicy {
    /// Smallest group for which results are shown, in answers, as all sizes.
    pub minimum_group_size: i32,
    /// Smallest group for distributions, standard deviations, and items that are all but unanimous.
    pub distribution_minimum_group_size: i32,
    /// Smallest unit whose comments bear its name.
    pub comment_minimum_group_size: i32,
    /// Smallest group for figures of measurement quality.
    pub quality_minimum_group_size: i32,
    /// Smallest group for drivers.
    pub driver_minimum_group_size: i32,
    /// Whether managers may see which invited people took part.
    pub disclose_individual_participation: bool,
    /// Keys of the stored segment dimensions, the most important first.
    pub stored_dimension_keys: Vec<String>,
    /// Pairs of stored dimensions that are crossed for the whole scope.
    pub pairs: Vec<(String, String)>,
}

impl AnonymityPolicy {
    /// A copy of the organization's, with nothing stored of segments.
    pub fn of_organization(policy: PrivacyPolicy) -> Self {
        Self {
            minimum_group_size: policy.minimum_group_size,
            distribution_minimum_group_size: policy.distribution_minimum_group_size,
            comment_minimum_group_size: policy.comment_minimum_group_size,
            quality_minimum_group_size: policy.quality_minimum_group_size,
            driver_minimum_group_size: policy.driver_minimum_group_size,
            disclose_individual_participation: policy.disclose_individual_participation,
            stored_dimension_keys: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// Checks a policy as it was asked for. A size of 0 means the organization's, or the minimum
    /// group size where that is larger. Whether it is weak is asked apart, by
    /// [`Self::require_not_weaker`].
    pub fn parse(
        check: &mut Check,
        asked: Self,
        organization: PrivacyPolicy,
        scheme: &SegmentScheme,
    ) -> Option<Self> {
        let group = match asked.minimum_group_size {
            0 => Some(organization.minimum_group_size),
            size => check.number("minimum_group_size", size, 5..=GROUP_SIZE_MAX),
        };
        let floor = group.unwrap_or(organization.minimum_group_size);
        let mut size = |field: &str, asked: i32, held: i32, floor: i32, limit: i32| match asked {
            0 => Some(held.max(floor)),
            asked => check.number(field, asked, floor..=limit),
        };
        let distribution = size(
            "distribution_minimum_group_size",
            asked.distribution_minimum_group_size,
            organization.distribution_minimum_group_size,
            floor,
            GROUP_SIZE_MAX,
        );
        let comment = size(
            "comment_minimum_group_size",
            asked.comment_minimum_group_size,
            organization.comment_minimum_group_size,
            floor,
            GROUP_SIZE_MAX,
        );
        let quality = size(
            "quality_minimum_group_size",
            asked.quality_minimum_group_size,
            organization.quality_minimum_group_size,
            floor.max(30),
            ANALYSIS_SIZE_MAX,
        );
        let driver = size(
            "driver_minimum_group_size",
            asked.driver_minimum_group_size,
            organization.driver_minimum_group_size,
            floor.max(100),
            ANALYSIS_SIZE_MAX,
        );
        let dimensions = check_dimensions(check, &asked.stored_dimension_keys, scheme);
        let pairs = check_pairs(check, &asked.pairs, &asked.stored_dimension_keys);
        dimensions?;
        pairs?;
        Some(Self {
            minimum_group_size: group?,
            distribution_minimum_group_size: distribution?,
            comment_minimum_group_size: comment?,
            quality_minimum_group_size: quality?,
            driver_minimum_group_size: driver?,
            ..asked
        })
    }

    /// The five sizes, in the order of their declaration.
    fn sizes(&self) -> [i32; 5] {
        [
            self.minimum_group_size,
            self.distribution_minimum_group_size,
            self.comment_minimum_group_size,
            self.quality_minimum_group_size,
            self.driver_minimum_group_size,
        ]
    }

    /// Whether somebody is protected less than by `other`: a smaller threshold, or participation
    /// that is disclosed. What is stored of segments is not compared.
    pub fn is_weaker_than(&self, other: &Self) -> bool {
        self.sizes().iter().zip(other.sizes()).any(|(ours, theirs)| *ours < theirs)
            || (self.disclose_individual_participation && !other.disclose_individual_participation)
    }

    /// Refuses a policy that is weaker than the organization's.
    pub fn require_not_weaker(&self, organization: PrivacyPolicy) -> Result<()> {
        if self.is_weaker_than(&Self::of_organization(organization)) {
            return Err(weakened(
                "no threshold of the wave may be below the organization's, nor may participation be disclosed where the organization does not",
            ));
        }
        Ok(())
    }

    /// The stored dimensions as the scheme has them now; `Err` with the keys that it does not have.
    pub fn stored_dimensions(
        &self,
        scheme: &SegmentScheme,
    ) -> std::result::Result<Vec<SegmentDimension>, Vec<&str>> {
        let find = |key: &&String| scheme.dimensions.iter().find(|held| held.key == **key);
        let (known, unknown): (Vec<_>, Vec<_>) =
            self.stored_dimension_keys.iter().partition(|key| find(key).is_some());
        if unknown.is_empty() {
            return Ok(known.iter().filter_map(find).cloned().collect());
        }
        Err(unknown.into_iter().map(String::as_str).collect())
    }

    /// The pairs as positions among the stored dimensions.
    pub fn pair_positions(&self) -> Vec<(usize, usize)> {
        let position =
            |key: &String| self.stored_dimension_keys.iter().position(|held| held == key);
        self.pairs
            .iter()
            .filter_map(|(first, second)| position(first).zip(position(second)))
            .collect()
    }

    /// The canonical text: a line per promise, in this order. `roster_digest` is empty for imported
    /// waves. Keys have no commas, colons or line ends.
    pub fn canonical(&self, roster_digest: &str) -> String {
        let mut text = String::from("orgfit anonymity policy 1\n");
        let pairs: Vec<_> =
            self.pairs.iter().map(|(first, second)| format!("{first}:{second}")).collect();
        let lines = [
            ("minimum_group_size", self.minimum_group_size.to_string()),
            ("distribution_minimum_group_size", self.distribution_minimum_group_size.to_string()),
            ("comment_minimum_group_size", self.comment_minimum_group_size.to_string()),
            ("quality_minimum_group_size", self.quality_minimum_group_size.to_string()),
            ("driver_minimum_group_size", self.driver_minimum_group_size.to_string()),
            (
                "disclose_individual_participation",
                self.disclose_individual_participation.to_string(),
            ),
            ("stored_segment_dimension_keys", self.stored_dimension_keys.join(",")),
            ("two_way_tables", pairs.join(",")),
            ("token_scheme", "server_issued".to_owned()),
            ("roster_digest", roster_digest.to_owned()),
        ];
        for (name, value) in lines {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}={value}");
        }
        text
    }

    /// SHA-256 of the canonical text.
    pub fn digest(&self, roster_digest: &str) -> [u8; 32] {
        Sha256::digest(self.canonical(roster_digest)).into()
    }
}

fn weakened(sentence: &str) -> Error {
    Error::new(Reason::AnonymityWeakened, sentence)
}

/// The refusal to change what was promised when the wave opened.
pub fn promised() -> Error {
    weakened("what was promised when the wave opened cannot be weakened; plan another wave")
}

fn check_dimensions(check: &mut Check, keys: &[String], scheme: &SegmentScheme) -> Option<()> {
    const FIELD: &str = "stored_segment_dimension_keys";
    check.count(FIELD, keys.len(), 0..=STORED_DIMENSIONS_MAX)?;
    let mut right = Some(());
    for (position, key) in keys.iter().enumerate() {
        if keys[..position].contains(key) {
            check.refuse(&format!("{FIELD}[{position}]"), "is named twice");
            right = None;
        } else if scheme.dimensions.iter().all(|dimension| dimension.key != *key) {
            check.refuse(
                &format!("{FIELD}[{position}]"),
                "must be a dimension of the organization's segment scheme",
            );
            right = None;
        }
    }
    right
}

fn check_pairs(check: &mut Check, pairs: &[(String, String)], keys: &[String]) -> Option<()> {
    check.count("two_way_tables", pairs.len(), 0..=PAIRS_MAX)?;
    let mut right = Some(());
    for (position, (first, second)) in pairs.iter().enumerate() {
        let is_known = |(one, other): &(String, String)| {
            (one, other) == (first, second) || (one, other) == (second, first)
        };
        let sentence = if first == second || !keys.contains(first) || !keys.contains(second) {
            "must name two different stored dimensions"
        } else if pairs[..position].iter().any(is_known) {
            "is named twice"
        } else {
            continue;
        };
        check.refuse(&format!("two_way_tables[{position}]"), sentence);
        right = None;
    }
    right
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Localized;
    use crate::directory::{SegmentRole, SegmentValue};

    fn scheme() -> SegmentScheme {
        let dimension = |key: &str| SegmentDimension {
            key: key.to_owned(),
            title: Localized::default(),
            role: SegmentRole::Other,
            values: ["a", "b"]
                .map(|key| SegmentValue {
                    key: key.to_owned(),
                    title: Localized::default(),
                    retired: false,
                    leading: false,
                })
                .to_vec(),
        };
        let dimensions = ["level", "function", "contact"].map(dimension).to_vec();
        SegmentScheme { dimensions, revision: 1 }
    }

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn standard() -> AnonymityPolicy {
        AnonymityPolicy::of_organization(PrivacyPolicy::default())
    }

    fn asked(sizes: [i32; 5], disclose: bool) -> AnonymityPolicy {
        AnonymityPolicy {
            minimum_group_size: sizes[0],
            distribution_minimum_group_size: sizes[1],
            comment_minimum_group_size: sizes[2],
            quality_minimum_group_size: sizes[3],
            driver_minimum_group_size: sizes[4],
            disclose_individual_participation: disclose,
            ..standard()
        }
    }

    fn parse(asked: AnonymityPolicy) -> Option<AnonymityPolicy> {
        AnonymityPolicy::parse(&mut Check::new(), asked, PrivacyPolicy::default(), &scheme())
    }

    proptest! {
        #[test]
        fn an_accepted_policy_is_as_strict_as_the_organizations(
            sizes in prop::array::uniform5(prop_oneof![Just(0), -1..20, 0..1100]),
            disclose in any::<bool>(),
        ) {
            if let Some(policy) = parse(asked(sizes, disclose)) {
                let accepted = policy.require_not_weaker(PrivacyPolicy::default()).is_ok();
                let stricter = policy.sizes().iter().zip(standard().sizes()).all(|(ours, least)| *ours >= least);
                prop_assert_eq!(accepted, stricter && !disclose);
                prop_assert!(policy.sizes()[1] >= policy.sizes()[0]);
                prop_assert!(policy.sizes()[2] >= policy.sizes()[0]);
            }
        }

        #[test]
        fn every_change_changes_the_digest(position in 0..5_usize, by in 1..50) {
            let mut sizes = standard().sizes();
            sizes[position] += by;
            prop_assert_ne!(asked(sizes, false).digest("x"), standard().digest("x"));
        }
    }

    #[test]
    fn zero_means_what_the_organization_says() {
        assert_eq!(parse(asked([0; 5], false)), Some(standard()));
        let raised = parse(asked([20, 0, 0, 0, 0], false)).unwrap();
        assert_eq!(raised.sizes(), [20, 20, 20, 30, 100]);
    }

    #[test]
    fn dimensions_are_known_and_pairs_are_of_stored_ones() {
        let with = |stored: &[&str], pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            parse(AnonymityPolicy { stored_dimension_keys: keys(stored), pairs, ..standard() })
        };
        assert!(with(&["contact", "level"], &[("level", "contact")]).is_some());
        assert!(with(&["contact", "contact"], &[]).is_none());
        assert!(with(&["age"], &[]).is_none());
        assert!(with(&["contact", "level"], &[("level", "level")]).is_none());
        assert!(with(&["contact"], &[("level", "contact")]).is_none());
        assert!(
            with(&["contact", "level"], &[("level", "contact"), ("contact", "level")]).is_none()
        );
        let policy = with(&["contact", "level"], &[("level", "contact")]).unwrap();
        assert_eq!(policy.pair_positions(), [(1, 0)]);
        let stored = policy.stored_dimensions(&scheme()).unwrap();
        assert_eq!(
            stored.iter().map(|held| &held.key[..]).collect::<Vec<_>>(),
            ["contact", "level"]
        );
        assert_eq!(
            policy.stored_dimensions(&SegmentScheme::default()),
            Err(vec!["contact", "level"])
        );
    }

    #[test]
    fn the_canonical_text_is_settled() {
        let policy = AnonymityPolicy {
            stored_dimension_keys: keys(&["contact", "level"]),
            pairs: vec![("level".to_owned(), "contact".to_owned())],
            ..standard()
        };
        assert_eq!(
            policy.canonical("ab"),
            "orgfit anonymity policy 1\nminimum_group_size=5\ndistribution_minimum_group_size=10\n\
             comment_minimum_group_size=10\nquality_minimum_group_size=30\n\
             driver_minimum_group_size=100\ndisclose_individual_participation=false\n\
             stored_segment_dimension_keys=contact,level\ntwo_way_tables=level:contact\n\
             token_scheme=server_issued\nroster_digest=ab\n"
        );
    }
}
