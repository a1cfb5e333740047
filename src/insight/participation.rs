//! How many were invited and took part: in steps until the release, exactly from then on.
use super::ground::Ground;
use crate::assessment::Snapshot;
use crate::base::clock::Timestamp;
use crate::disclosure::{self, Figure, Hidden, Home, Inhabited, Released, Steps};
use crate::respondent::Cell;

/// A count, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exact(u32),
    /// At least so many.
    AtLeast(u32),
    /// Why it is not shown.
    Hidden(Hidden),
}

impl From<Released<u32>> for Count {
    fn from(count: Released<u32>) -> Self {
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
    /// The state that the counts describe.
    pub as_of_time: Option<Timestamp>,
}

impl Participation {
    /// Nothing is shown, for one reason.
    pub fn hidden(reason: Hidden, as_of_time: Option<Timestamp>) -> Self {
        let count = Count::Hidden(reason);
        let rate = Released::Hidden(reason);
        Self { invited: count, late: count, responses: count, rate, as_of_time }
    }

    /// As a release publishes it.
    pub fn released(published: &disclosure::Participation, close_time: Option<Timestamp>) -> Self {
        Self {
            invited: published.invited().into(),
            late: published.late().into(),
            responses: Count::Exact(published.responses()),
            rate: published.rate(),
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
        let mut sums = vec![[0_u32; 3]; ground.frame().len()];
        for (position, cell) in cells.iter().enumerate() {
            let answered = snapshot.and_then(|snapshot| snapshot.cell_counts.get(position));
            let counts = [cell.invited, cell.late, answered.copied().unwrap_or(0)]
                .map(|count| u32::try_from(count).unwrap_or(0));
            for number in ground.slices_of(cell) {
                if let Some(sum) = sums.get_mut(number) {
                    for (sum, count) in sum.iter_mut().zip(counts) {
                        *sum = sum.saturating_add(count);
                    }
                }
            }
        }
        let inhabited = cells.iter().filter_map(|cell| {
            let unit = ground.position(Some(cell.unit_id))?;
            let home = Home { unit, values: &cell.values };
            Some(Inhabited { home, people: u32::try_from(cell.invited).unwrap_or(0) })
        });
        let invited: Vec<Inhabited<'_>> = inhabited.collect();
        let step = u32::try_from(minimum_group_size).unwrap_or(u32::MAX);
        let shown = disclosure::plan_counts(ground.frame(), &invited, step, salt);
        let counted = sums
            .iter()
            .zip(shown)
            .map(|([invited, late, answered], is_shown)| {
                is_shown.then(|| Steps::of(*invited, *late, *answered, step)).flatten()
            })
            .collect();
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
    let (mut part, mut whole) = (0_u32, 0_u32);
    for cell in cells.iter().filter(|cell| ground.slices_of(cell).contains(&slice_number)) {
        let invited = u32::try_from(cell.invited).unwrap_or(0);
        whole = whole.saturating_add(invited);
        if cell.values.get(dimension).is_some_and(Option::is_some) {
            part = part.saturating_add(invited);
        }
    }
    disclosure::share_of(part, whole)
}
