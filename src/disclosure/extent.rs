//! How much of a wave is shown: numbers of slices, which tell neither which slice is protected nor why.
use super::audit::Inhabited;
use super::counts::Counts;
use super::decide::Decisions;
use super::frame::{Frame, Part, Slice};
use super::plan::plan_counts;
use super::tally::Tally;

/// Of how many units and slices there are enough people, and how many of them are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    eligible_units: Tally,
    shown_units: Tally,
    eligible_slices: Tally,
    shown_slices: Tally,
}

impl Extent {
    /// Of a release that is decided.
    pub fn of_release(frame: &Frame, counts: &Counts, decisions: &Decisions, minimum: u32) -> Self {
        Self::count(frame, counts, minimum, |number| decisions.is_shown(number))
    }

    /// Of a plan by numbers of people alone.
    pub fn preview(frame: &Frame, cells: &[Inhabited<'_>], minimum: u32, salt: &[u8]) -> Self {
        let mut counts = Counts::new(frame, 1);
        for cell in cells {
            counts.add(frame, cell.home, &[cell.people()]);
        }
        counts.add_up(frame);
        let shown = plan_counts(frame, cells, minimum, salt);
        Self::count(frame, &counts, minimum, |number| shown[number])
    }

    fn count(
        frame: &Frame,
        counts: &Counts,
        minimum: u32,
        is_shown: impl Fn(usize) -> bool,
    ) -> Self {
        let parts = frame.parts();
        let whole = |unit: usize| frame.number(Slice { unit, direct: false, part: Part::Whole });
        let enough = |number: &usize| counts.people(*number) >= minimum;
        let shown = |number: &usize| is_shown(*number);
        let total = |count: usize| Tally(u32::try_from(count).unwrap_or(u32::MAX));
        // Own staff of a unit without units below is the unit, and has no slice of its own.
        let slices = (0..frame.len()).filter(|number| {
            let row = number / parts;
            row >= frame.parents.len() * 2
                || row.is_multiple_of(2)
                || frame.has_units_below(row / 2)
        });
        let units = (0..frame.parents.len()).map(whole);
        Self {
            eligible_units: total(units.clone().filter(enough).count()),
            shown_units: total(units.filter(shown).count()),
            eligible_slices: total(slices.clone().filter(enough).count()),
            shown_slices: total(slices.filter(shown).count()),
        }
    }

    /// Units with enough people.
    pub fn eligible_units(&self) -> Tally {
        self.eligible_units
    }

    /// Of these, units that are shown.
    pub fn shown_units(&self) -> Tally {
        self.shown_units
    }

    /// Slices with enough people.
    pub fn eligible_slices(&self) -> Tally {
        self.eligible_slices
    }

    /// Of these, slices that are shown.
    pub fn shown_slices(&self) -> Tally {
        self.shown_slices
    }

    /// The stored form.
    pub fn encode(&self) -> [i32; 4] {
        [self.eligible_units, self.shown_units, self.eligible_slices, self.shown_slices]
            .map(|count| i32::try_from(count.0).unwrap_or(i32::MAX))
    }

    /// Reads the stored form; only a store does.
    pub fn decode(stored: [i32; 4]) -> Self {
        let [eligible_units, shown_units, eligible_slices, shown_slices] =
            stored.map(|count| Tally(u32::try_from(count).unwrap_or(0)));
        Self { eligible_units, shown_units, eligible_slices, shown_slices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Home;

    #[test]
    fn what_is_large_enough_is_counted_and_what_is_shown_of_it() {
        let frame = Frame { parents: vec![None, Some(0), Some(0)], values: vec![2], pairs: vec![] };
        let homes = [(0, Some(0), 6), (1, Some(0), 7), (1, Some(1), 5), (2, None, 3)];
        let values: Vec<_> = homes.iter().map(|(_, value, _)| [*value]).collect();
        let cells: Vec<_> = homes
            .iter()
            .zip(&values)
            .map(|((unit, _, people), values)| Inhabited::of(Home { unit: *unit, values }, *people))
            .collect();
        // The scope, its own staff and unit 1, all of them with value 0, and two of them with value 1.
        // Unit 2 would be what is left of the scope, so that the scope's own staff are hidden.
        let extent = Extent::preview(&frame, &cells, 5, b"salt");
        assert_eq!((extent.eligible_units().get(), extent.eligible_slices().get()), (2, 8));
        assert_eq!(extent.shown_units().get(), 2);
        assert!(extent.shown_slices() < extent.eligible_slices());
        assert_eq!(Extent::decode(extent.encode()), extent);
    }
}
