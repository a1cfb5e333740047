//! What a caller sees of a wave. A reach that is a part of the tree shows the units of that part, and of
//! the units above them their overall and dimension scores as references, nothing finer.
use std::collections::BTreeSet;

use super::ground::{Ground, NamedSlice};
use crate::base::caller::denied;
use crate::base::id::UnitId;
use crate::base::{Permission, Reach, Result};
use crate::disclosure::{Part, Slice};

/// How much of a slice is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everything that is published.
    Full,
    /// Overall and dimension scores.
    Reference,
}

/// How much is seen of each unit of a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything.
    Whole,
    /// A part.
    Part {
        /// The view of each unit, by position.
        views: Vec<Option<View>>,
        /// What the rest is refused for.
        permission: Permission,
    },
}

impl Sight {
    /// The sight of a reach. `above` says that the reach holds the wave's scope, whose place in the
    /// tree above the wave does not know. Refuses whoever sees nothing.
    pub fn of(reach: &Reach, permission: Permission, above: bool, ground: &Ground) -> Result<Self> {
        let Reach::Subtrees(tops) = reach else { return Ok(Self::Whole) };
        if above {
            return Ok(Self::Whole);
        }
        let views = views(tops, ground);
        if views.contains(&Some(View::Full)) {
            Ok(Self::Part { views, permission })
        } else {
            Err(denied(permission))
        }
    }

    /// Whether nothing is kept back.
    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    /// How much of a slice is seen, if anything.
    pub fn view(&self, slice: Slice) -> Option<View> {
        match self {
            Self::Whole => Some(View::Full),
            Self::Part { views, .. } => match views.get(slice.unit).copied().flatten()? {
                View::Full => Some(View::Full),
                View::Reference => {
                    (slice.part == Part::Whole && !slice.direct).then_some(View::Reference)
                }
            },
        }
    }

    /// The slice that a caller means, and how much of it they see. Whoever sees a part is refused
    /// everything else in the same words, whether or not it exists.
    pub fn find(&self, ground: &Ground, named: &NamedSlice) -> Result<(Slice, View)> {
        let is_whole_unit = named.segments.is_empty() && !named.direct;
        let view = match self {
            Self::Whole => View::Full,
            Self::Part { views, permission } => ground
                .position(named.unit_id)
                .and_then(|unit| views.get(unit).copied().flatten())
                .filter(|view| *view == View::Full || is_whole_unit)
                .ok_or_else(|| denied(*permission))?,
        };
        Ok((ground.find(named)?, view))
    }
}

/// Units in the reach are seen in full, those above them as references.
fn views(tops: &BTreeSet<UnitId>, ground: &Ground) -> Vec<Option<View>> {
    let mut views: Vec<Option<View>> = Vec::with_capacity(ground.units().len());
    for unit in ground.units() {
        let above = unit.parent.and_then(|parent| views.get(parent).copied().flatten());
        let is_seen = above == Some(View::Full) || tops.contains(&unit.unit_id);
        views.push(is_seen.then_some(View::Full));
    }
    for (position, unit) in ground.units().iter().enumerate().rev() {
        if views[position].is_some()
            && let Some(parent) = unit.parent
            && views[parent].is_none()
        {
            views[parent] = Some(View::Reference);
        }
    }
    views
}

#[cfg(test)]
mod tests {
    use super::super::ground::tests::{ground, named, unit};
    use super::*;
    use crate::base::Reason;

    fn sight(tops: &[u128]) -> Result<Sight> {
        let reach = Reach::Subtrees(tops.iter().map(|top| unit(*top)).collect());
        Sight::of(&reach, Permission::ResultsRead, false, &ground())
    }

    #[test]
    fn a_part_is_seen_in_full_and_what_is_above_as_a_reference() {
        let wanted = [
            (&[1][..], "RFFF-"),
            (&[3], "RR-F-"),
            (&[2, 4], "RRF-F"),
            (&[0], "FFFFF"),
            (&[77, 4], "R---F"),
        ];
        for (tops, wanted) in wanted {
            let Sight::Part { views, .. } = sight(tops).unwrap() else { panic!("it is a part") };
            let told: String = views
                .iter()
                .map(|view| match view {
                    Some(View::Full) => 'F',
                    Some(View::Reference) => 'R',
                    None => '-',
                })
                .collect();
            assert_eq!(told, wanted, "{tops:?}");
        }
    }

    #[test]
    fn whoever_sees_no_unit_is_refused_and_whoever_reaches_above_the_scope_sees_all() {
        assert_eq!(sight(&[77]).unwrap_err().reason(), Reason::PermissionMissing);
        let reach = Reach::of(Some(unit(77)));
        for (reach, above) in [(reach, true), (Reach::Organization, false)] {
            let sight = Sight::of(&reach, Permission::ResultsRead, above, &ground());
            assert!(sight.unwrap().is_whole());
        }
    }

    #[test]
    fn what_is_out_of_sight_and_what_is_not_there_are_refused_alike() {
        let sight = sight(&[3]).unwrap();
        let ground = ground();
        let refusals: Vec<_> = [
            named(Some(4), false, &[]),
            named(Some(2), false, &[("age", "old")]),
            named(Some(99), false, &[]),
            named(Some(1), true, &[]),
            named(None, false, &[("contact", "daily")]),
            named(None, false, &[("age", "old")]),
        ]
        .iter()
        .map(|named| format!("{:?}", sight.find(&ground, named).unwrap_err()))
        .collect();
        assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
        let seen = |named| sight.find(&ground, &named).unwrap().1;
        assert_eq!(seen(named(None, false, &[])), View::Reference);
        assert_eq!(seen(named(Some(3), false, &[("contact", "daily")])), View::Full);
        let error = sight.find(&ground, &named(Some(3), false, &[("age", "old")])).unwrap_err();
        assert_eq!(error.reason(), Reason::SliceNotPlanned);
    }
}
