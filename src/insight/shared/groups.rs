//! Groups of a unit's people: those with a value that is shown and of whom there are enough, and all
//! others together.
use super::plan::Axis;
use crate::disclosure::Allowed;
use crate::insight::parts::Parts;
use crate::stats::{GROUP_MIN, REPLICATES, Replicates, Sampled, Sums, Totals};

/// A unit with what may be told of its parts.
pub(in crate::insight) struct Unit<'a> {
    pub(in crate::insight) parts: &'a Parts,
    /// What may be told of the unit, then of each part of which replicates are kept.
    pub(in crate::insight) allowed: Vec<Option<Allowed<'a>>>,
    /// The parts of which replicates are kept.
    pub(in crate::insight) places: &'a [usize],
    /// How many of how many responded, of own staff and the units directly below that are shown and of
    /// all others together.
    pub(in crate::insight) turnouts: Vec<Sampled>,
}

/// A group.
pub(super) struct Group<'a> {
    /// The values of its people; none for all others.
    pub(super) values: Vec<usize>,
    pub(super) sums: Sums,
    /// Everyone but each replicate.
    pub(super) without: Vec<Totals>,
    /// Everyone.
    pub(super) all: Totals,
    /// What may be told of all that the group is made of.
    allowed: Vec<Allowed<'a>>,
}

impl<'a> Unit<'a> {
    /// The groups of an axis, in the order of its values, all others last.
    pub(super) fn groups(&self, axis: &Axis) -> Vec<Group<'a>> {
        let each = (0..axis.leading.len()).filter_map(|value| {
            let shown = self.shown(axis, &[value]);
            (!shown.is_empty()).then_some(shown)
        });
        self.with_others(axis, each.collect())
    }

    /// All who lead, of the values that are shown, and all others.
    pub(super) fn leading(&self, axis: &Axis) -> Vec<Group<'a>> {
        let leading: Vec<usize> =
            (0..axis.leading.len()).filter(|value| axis.leading[*value]).collect();
        let shown = self.shown(axis, &leading);
        if shown.is_empty() { Vec::new() } else { self.with_others(axis, vec![shown]) }
    }

    /// Values that are shown, of these.
    fn shown(&self, axis: &Axis, values: &[usize]) -> Vec<usize> {
        let is_shown =
            |value: &usize| self.at(axis, *value).is_some_and(|(.., shown)| shown.is_some());
        values.iter().copied().filter(is_shown).collect()
    }

    /// Groups of so many people that they take part, and who is left.
    fn with_others(&self, axis: &Axis, groups: Vec<Vec<usize>>) -> Vec<Group<'a>> {
        let Some((whole, replicates, Some(allowed))) = self.at_place(0) else { return Vec::new() };
        let (mut left, mut left_replicates) = (whole.clone(), replicates.clone());
        let mut told = vec![allowed];
        let mut found = Vec::new();
        for values in groups {
            let Some(group) = self.group(axis, values).filter(Group::takes_part) else { continue };
            left.take(&group.sums);
            for value in &group.values {
                if let Some((_, replicates, _)) = self.at(axis, *value) {
                    left_replicates.take(replicates);
                }
            }
            told.extend(&group.allowed);
            found.push(group);
        }
        let others = Group::of(Vec::new(), left, &left_replicates, told);
        if others.takes_part() {
            found.push(others);
        }
        found
    }

    fn group(&self, axis: &Axis, values: Vec<usize>) -> Option<Group<'a>> {
        let mut parts = values.iter().map(|value| self.at(axis, *value));
        let (sums, replicates, allowed) = parts.next()??;
        let (mut sums, mut replicates) = (sums.clone(), replicates.clone());
        let mut told: Vec<Allowed<'a>> = allowed.into_iter().collect();
        for part in parts {
            let (more, more_replicates, allowed) = part?;
            sums.merge(more);
            replicates.merge(more_replicates);
            told.extend(allowed);
        }
        Some(Group::of(values, sums, &replicates, told))
    }

    fn at(
        &self,
        axis: &Axis,
        value: usize,
    ) -> Option<(&'a Sums, &'a Replicates, Option<Allowed<'a>>)> {
        let part = axis.part(value);
        self.at_place(self.places.iter().position(|place| *place == part)?)
    }

    fn at_place(&self, place: usize) -> Option<(&'a Sums, &'a Replicates, Option<Allowed<'a>>)> {
        let parts: &'a Parts = self.parts;
        let sums = parts.sums.get(*self.places.get(place)?)?;
        Some((sums, parts.replicates.get(place)?, *self.allowed.get(place)?))
    }
}

impl<'a> Group<'a> {
    fn of(
        values: Vec<usize>,
        sums: Sums,
        replicates: &Replicates,
        allowed: Vec<Allowed<'a>>,
    ) -> Self {
        let without = (0..REPLICATES).map(|replicate| replicates.without(Some(replicate)));
        Self { values, without: without.collect(), all: replicates.without(None), sums, allowed }
    }

    fn takes_part(&self) -> bool {
        self.sums.people() >= GROUP_MIN
    }

    /// Whether the distribution of an item is told of all that the group is made of.
    pub(super) fn tells(&self, item: usize) -> bool {
        self.allowed.iter().all(|allowed| allowed.distribution(item))
    }
}
