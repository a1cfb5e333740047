//! How many were invited and took part: in steps until the release, exactly from then on.
use super::ground::Ground;
use crate::assessment::Snapshot;
use crate::base::clock::Timestamp;
use crate::disclosure::{self, Figure, Hidden, Home, Inhabited, Released, Steps, Tally, Turnout};
use crate::respondent::Cell;

/// A count, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exact(Tally),
    /// At least so many.
    AtLeast(Tally),
    /// Why it is not shown.
    Hidden(Hidden),
}

impl From<Released<Tally>> for Count {
    fn from(count: Released<Tally>) -> Self {
        match count {
            Released::Shown(count) => Self::Exact(count),
            Released::Hidden(reason) => Self::Hidden(reason),
        }
    }
}

/// Participation of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    /// Invitations, the late ones included.
    pub invited: Count,
    /// Of these, invitations issued after the opening.
    pub late: Count,
    /// Responses.
    pub responses: Count,
    /// Responses per invitation, 0 to 1.
    pub rate: Released<Figure>,
    /// How evenly the parts of a unit responded; of units as a whole, from the release on.
    pub representativeness: Option<Released<Figure>>,
    /// The state that the counts describe.
    pub as_of_time: Option<Timestamp>,
}

impl Participation {
    /// Nothing is shown, for one reason.
    pub fn hidden(reason: Hidden, as_of_time: Option<Timestamp>) -> Self {
        let count = Count::Hidden(reason);
        let rate = Released::Hidden(reason);
        let (invited, late, responses) = (count, count, count);
        Self { invited, late, responses, rate, representativeness: None, as_of_time }
    }

    /// As a release publishes it.
    pub fn released(published: &disclosure::Participation, close_time: Option<Timestamp>) -> Self {
        Self {
            invited: published.invited().into(),
            late: published.late().into(),
            responses: Count::Exact(published.responses()),
            rate: published.rate(),
            representativeness: published.representativeness(),
            as_of_time: close_time,
        }
    }

    /// Of a wave that invites nobody and has not released anything.
    fn imported(as_of_time: Option<Timestamp>) -> Self {
        let unmeasured = Self::hidden(Hidden::NotMeasured, as_of_time);
        Self { responses: Count::Hidden(Hidden::NotReleased), ..unmeasured }
    }
}

/// Participation of all slices of a wave that has released nothing.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nobody is invited.
    Imported(Option<Timestamp>),
    /// By slice number; none where nothing may be told.
    Counted(Vec<Option<Steps>>, Option<Timestamp>),
}

impl Progress {
    /// Adds the counts of the cells up. Which slices are told follows from the invited counts alone, so
    /// that it does not change when an answer comes in. Before the first count nobody has
    /// answered since `open_time`.
    pub fn of(
        ground: &Ground,
        cells: &[Cell],
        snapshot: Option<&Snapshot>,
        open_time: Option<Timestamp>,
        (minimum_group_size, salt): (i32, &[u8]),
    ) -> Self {
        let turnouts = cells.iter().filter_map(|cell| {
            let position = usize::try_from(cell.cell_id).unwrap_or(usize::MAX);
            let answered = snapshot.and_then(|snapshot| snapshot.cell_counts.get(position));
            Some(Turnout {
                home: home(ground, cell)?,
                invited: whole(cell.invited),
                late: whole(cell.late),
                responses: whole(answered.copied().unwrap_or(0)),
            })
        });
        let turnouts: Vec<Turnout<'_>> = turnouts.collect();
        let counted = Steps::plan(ground.frame(), &turnouts, whole(minimum_group_size), salt);
        Self::Counted(counted, snapshot.map(|snapshot| snapshot.as_of_time).or(open_time))
    }

    /// Participation of a slice.
    pub fn of_slice(&self, number: usize) -> Participation {
        match self {
            Self::Imported(time) => Participation::imported(*time),
            Self::Counted(counted, time) => match counted.get(number).copied().flatten() {
                None => Participation::hidden(Hidden::Protected, *time),
                Some(steps) => Participation {
                    invited: Count::Exact(steps.invited()),
                    late: Count::Exact(steps.late()),
                    responses: Count::AtLeast(steps.at_least()),
                    rate: steps.rate(),
                    representativeness: None,
                    as_of_time: *time,
                },
            },
        }
    }
}

/// Which share of a slice's invited have a cell that carries a dimension.
pub fn coverage(
    ground: &Ground,
    cells: &[Cell],
    slice_number: usize,
    dimension: usize,
) -> Option<Figure> {
    let invited = cells
        .iter()
        .filter_map(|cell| Some(Inhabited::of(home(ground, cell)?, whole(cell.invited))));
    let invited: Vec<Inhabited<'_>> = invited.collect();
    disclosure::coverage(ground.frame(), &invited, slice_number, dimension)
}

/// Where the people of a cell belong.
fn home<'a>(ground: &Ground, cell: &'a Cell) -> Option<Home<'a>> {
    Some(Home { unit: ground.position(Some(cell.unit_id))?, values: &cell.values })
}

fn whole(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::ground::tests::{ground, named, unit};
    use super::*;

    fn cell(cell_id: i32, of: u128, values: [Option<u16>; 2], invited: i32) -> Cell {
        let values = values.to_vec();
        Cell { cell_id, unit_id: unit(of), unit_name: String::new(), values, invited, late: 1 }
    }

    fn cells() -> Vec<Cell> {
        vec![
            cell(0, 1, [None, None], 7),
            cell(1, 2, [Some(0), Some(0)], 6),
            cell(2, 2, [Some(1), Some(0)], 8),
            cell(3, 3, [Some(1), None], 3),
        ]
    }

    fn told(count: Count) -> String {
        match count {
            Count::Exact(count) => format!("exactly {}", count.get()),
            Count::AtLeast(count) => format!("at least {}", count.get()),
            Count::Hidden(reason) => format!("{reason:?}"),
        }
    }

    fn time(seconds: i64) -> Option<Timestamp> {
        DateTime::from_timestamp(seconds, 0)
    }

    #[test]
    fn a_slice_counts_its_cells_in_steps_and_small_ones_are_protected() {
        let ground = ground();
        let snapshot = Snapshot { as_of_time: time(9).unwrap(), cell_counts: vec![4, 6, 7, 3] };
        let plan = (5, &[7_u8; 32][..]);
        let progress = Progress::of(&ground, &cells(), Some(&snapshot), time(1), plan);
        let of = |name| {
            let slice = ground.find(&name).unwrap();
            progress.of_slice(ground.frame().number(slice))
        };
        let whole = of(named(None, false, &[]));
        assert_eq!(
            (told(whole.invited), told(whole.late)),
            ("exactly 24".into(), "exactly 4".into())
        );
        assert_eq!((told(whole.responses), whole.as_of_time), ("at least 20".into(), time(9)));
        assert_eq!(whole.rate.shown().unwrap().ten_thousandths(), 8_330);
        assert_eq!(told(of(named(Some(2), false, &[])).responses), "at least 10");
        let small = of(named(Some(3), false, &[]));
        assert_eq!(small, Participation::hidden(Hidden::Protected, time(9)));
        assert_eq!(of(named(Some(4), false, &[])).responses, Count::Hidden(Hidden::Protected));

        let before = Progress::of(&ground, &cells(), None, time(1), plan);
        let slice = ground.find(&named(None, false, &[])).unwrap();
        let whole = before.of_slice(ground.frame().number(slice));
        assert_eq!((told(whole.responses), whole.as_of_time), ("at least 0".into(), time(1)));
    }

    #[test]
    fn who_is_not_invited_is_not_counted() {
        let told = Progress::Imported(None).of_slice(0);
        assert_eq!(told.invited, Count::Hidden(Hidden::NotMeasured));
        assert_eq!(told.responses, Count::Hidden(Hidden::NotReleased));
    }

    #[test]
    fn coverage_is_the_share_of_the_invited_whose_cell_carries_the_dimension() {
        let ground = ground();
        let of = |name, dimension| {
            let number = ground.frame().number(ground.find(&name).unwrap());
            coverage(&ground, &cells(), number, dimension).map(|share| share.ten_thousandths())
        };
        assert_eq!(of(named(None, false, &[]), 0), Some(7_080));
        assert_eq!(of(named(None, false, &[]), 1), Some(5_830));
        assert_eq!(of(named(Some(2), false, &[]), 1), Some(10_000));
        assert_eq!(of(named(Some(4), false, &[]), 1), None);
    }
}
