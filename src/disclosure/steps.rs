//! Counts before the release: how many answered, in steps that hide single responses.
use super::audit::Inhabited;
use super::counts::{Counts, Home};
use super::figure::{Figure, Flags, Kind, Method, Released, Sizes, rounded};
use super::frame::Frame;
use super::plan::plan_counts;
use super::tally::Tally;

/// Invitations and responses of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Turnout<'a> {
    /// Where its people belong.
    pub home: Home<'a>,
    /// Invitations, the late ones included.
    pub invited: u32,
    /// Of these, issued after the opening.
    pub late: u32,
    /// Responses.
    pub responses: u32,
}

/// Participation of a slice while responses come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    invited: Tally,
    late: Tally,
    at_least: Tally,
    rate: Released<Figure>,
}

impl Steps {
    /// Participation of all slices by number, in steps of `minimum` responses; none of those of which
    /// nothing may be told. Which they are follows from the invitations alone, so that it does
    /// not change when an answer comes in.
    pub fn plan(
        frame: &Frame,
        cells: &[Turnout<'_>],
        minimum: u32,
        salt: &[u8],
    ) -> Vec<Option<Self>> {
        let mut sums = Counts::new(frame, 3);
        for cell in cells {
            sums.add(frame, cell.home, &[cell.invited, cell.late, cell.responses]);
        }
        sums.add_up(frame);
        let invited: Vec<Inhabited<'_>> =
            cells.iter().map(|cell| Inhabited::of(cell.home, cell.invited)).collect();
        let shown = plan_counts(frame, &invited, minimum, salt);
        (0..frame.len())
            .zip(shown)
            .map(|(number, is_shown)| {
                let row = sums.row(number);
                is_shown.then(|| Self::of(row[0], row[1], row[2], minimum)).flatten()
            })
            .collect()
    }

    /// Participation in steps of `minimum_group_size` responses. None for a slice without
    /// invitations, of which there is nothing to tell.
    fn of(invited: u32, late: u32, responses: u32, minimum_group_size: u32) -> Option<Self> {
        let at_least = responses - responses % minimum_group_size.max(1);
        let rate = Released::Shown(share_of(at_least, invited)?);
        let (invited, late, at_least) = (Tally(invited), Tally(late), Tally(at_least));
        Some(Self { invited, late, at_least, rate })
    }

    /// Invitations, the late ones included.
    pub fn invited(&self) -> Tally {
        self.invited
    }

    /// Of these, invitations issued after the opening.
    pub fn late(&self) -> Tally {
        self.late
    }

    /// At least so many responses.
    pub fn at_least(&self) -> Tally {
        self.at_least
    }

    /// At least so many responses per invitation, 0 to 1.
    pub fn rate(&self) -> Released<Figure> {
        self.rate
    }
}

/// Which share of a slice's invited have a cell that carries a dimension. `invited` are the cells with
/// their invitations.
pub fn coverage(
    frame: &Frame,
    invited: &[Inhabited<'_>],
    slice_number: usize,
    dimension: usize,
) -> Option<Figure> {
    let mut sums = Counts::new(frame, 2);
    for cell in invited {
        let carries = cell.home.values.get(dimension).is_some_and(Option::is_some);
        sums.add(frame, cell.home, &[cell.people(), if carries { cell.people() } else { 0 }]);
    }
    sums.add_up(frame);
    let row = sums.row(slice_number);
    share_of(row[1], row[0])
}

/// Which share of `whole` people `part` of them are, as a published number. None of nobody.
fn share_of(part: u32, whole: u32) -> Option<Figure> {
    if whole == 0 {
        return None;
    }
    let value = rounded(f64::from(part) / f64::from(whole), Kind::Share, part)?;
    Some(Figure {
        value,
        standard_error: None,
        interval: None,
        sizes: Sizes::default(),
        method: Method::Exact,
        flags: Flags::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_move_in_steps_and_the_rate_follows() {
        for (responses, at_least, rate) in
            [(0, 0, 0), (4, 0, 0), (5, 5, 2_080), (9, 5, 2_080), (24, 20, 8_330)]
        {
            let steps = Steps::of(24, 2, responses, 5).unwrap();
            let told = [steps.invited(), steps.late(), steps.at_least()].map(Tally::get);
            assert_eq!(told, [24, 2, at_least]);
            assert_eq!(steps.rate().shown().unwrap().ten_thousandths(), rate);
        }
        assert_eq!(Steps::of(0, 0, 0, 5), None);
    }
}
