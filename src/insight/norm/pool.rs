//! Which organizations a pooled norm may consist of. What two versions differ by can be computed from
//! both, and so can what more versions differ by together: the most that follows from all of them is
//! about organizations that are in the same ones. So each such group has to be large enough.
use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Level, Target, Value};
use crate::base::error::Violation;
use crate::base::{Error, Result};
use crate::disclosure::{Contribution, Reference};

/// Fewest organizations of a pool, and of whatever two pools differ by.
pub const ORGANIZATIONS_MIN: usize = 10;
/// None has more than the part of the respondents that this number makes.
pub const SHARE_PARTS: u64 = 4;
/// Most versions of an instrument: all of them are looked at before another one is made.
pub const VERSIONS_MAX: usize = 1_000;
/// Most contributions of a pool.
pub const CONTRIBUTIONS_MAX: i64 = 100_000;

/// A contribution in a pool, by a random number that leads to no organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The random number.
    pub contribution_id: Uuid,
    /// How many responded.
    pub respondents: u32,
}

/// What an organization gives, without any sign of which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anonymous {
    /// The random number.
    pub contribution_id: Uuid,
    /// What each of its scores is the score of.
    pub targets: Vec<Target>,
    /// The scores.
    pub contribution: Contribution,
}

/// A version of a pooled norm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Position among the versions of the instrument, from 1.
    pub number: i32,
    /// What it was made of.
    pub members: Vec<Member>,
    /// Its values.
    pub values: Vec<Value>,
}

impl Version {
    /// All who responded.
    pub fn respondents(&self) -> i32 {
        i32::try_from(sum(&self.members)).unwrap_or(i32::MAX)
    }

    /// All organizations.
    pub fn organizations(&self) -> i32 {
        i32::try_from(self.members.len()).unwrap_or(i32::MAX)
    }
}

/// What a pooled norm is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The version that there is.
    Kept(Version),
    /// A version that has to be stored.
    Made(Version),
}

/// Decides about the next version from all versions so far, oldest first, and what is contributed now.
pub fn next(mut versions: Vec<Version>, contributed: &[Anonymous]) -> Result<Next> {
    let mut members: Vec<Member> = contributed.iter().map(Anonymous::member).collect();
    members.sort_unstable();
    let missing = lack(&members);
    let is_new = versions.last().is_none_or(|last| last.members != members);
    let may_be_made = is_new
        && missing.is_none()
        && versions.len() < VERSIONS_MAX
        && groups(&versions, &members).values().all(|group| lack(group).is_none());
    if may_be_made {
        let number = i32::try_from(versions.len() + 1).map_err(Error::internal)?;
        return Ok(Next::Made(Version { number, members, values: values(contributed) }));
    }
    match versions.pop() {
        Some(last) => Ok(Next::Kept(last)),
        None => Err(not_ready(missing)),
    }
}

impl Anonymous {
    fn member(&self) -> Member {
        let respondents = self.contribution.respondents().get();
        Member { contribution_id: self.contribution_id, respondents }
    }
}

/// All organizations that were ever in a version or are now, by the versions that they are in.
fn groups(versions: &[Version], now: &[Member]) -> BTreeMap<Vec<usize>, Vec<Member>> {
    let mut places: BTreeMap<Member, Vec<usize>> = BTreeMap::new();
    let sets = versions.iter().map(|version| version.members.as_slice()).chain([now]);
    for (place, members) in sets.enumerate() {
        for member in members {
            places.entry(*member).or_default().push(place);
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<Member>> = BTreeMap::new();
    for (member, versions) in places {
        groups.entry(versions).or_default().push(member);
    }
    groups
}

/// What a group of organizations lacks to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    Organizations,
    Balance,
}

fn lack(members: &[Member]) -> Option<Lack> {
    let largest = members.iter().map(|member| u64::from(member.respondents)).max().unwrap_or(0);
    if members.len() < ORGANIZATIONS_MIN {
        Some(Lack::Organizations)
    } else if largest.saturating_mul(SHARE_PARTS) > sum(members) {
        Some(Lack::Balance)
    } else {
        None
    }
}

fn sum(members: &[Member]) -> u64 {
    members.iter().map(|member| u64::from(member.respondents)).sum()
}

/// What is missing, and nothing of who there is.
fn not_ready(missing: Option<Lack>) -> Error {
    let (field, description) = match missing {
        Some(Lack::Balance) => (
            "contributions.respondents",
            "no organization may have more than a quarter of all respondents; others have to contribute more",
        ),
        Some(Lack::Organizations) | None => (
            "contributions",
            "at least 10 organizations have to contribute what they measured with the instrument",
        ),
    };
    let violation = Violation { field: field.to_owned(), description: description.to_owned() };
    Error::not_ready("there is no pooled norm of the instrument yet", vec![violation])
}

/// Norms of what all have in common. Every one is over the same organizations, since two over
/// different ones would tell of those that differ.
fn values(contributed: &[Anonymous]) -> Vec<Value> {
    let Some(first) = contributed.first() else { return Vec::new() };
    let position =
        |one: &Anonymous, target: &Target| one.targets.iter().position(|other| other == target);
    let value = |target: &Target| {
        let scores: Option<Vec<_>> = contributed
            .iter()
            .map(|one| Some((&one.contribution, position(one, target)?)))
            .collect();
        let reference = Reference::pooled(&scores?)?;
        Some(Value { target: target.clone(), reference })
    };
    first.targets.iter().filter(|target| target.level != Level::Item).filter_map(value).collect()
}

#[cfg(test)]
mod tests;
