//! Counts before the release: how many answered, in steps that hide single responses.
use super::figure::{Figure, Kind, Method, Released, Sizes, rounded};

/// Participation of a slice while responses come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    invited: u32,
    late: u32,
    at_least: u32,
    rate: Released<Figure>,
}

impl Steps {
    /// Participation in steps of `minimum_group_size` responses. None for a slice without
    /// invitations, of which there is nothing to tell.
    pub fn of(invited: u32, late: u32, responses: u32, minimum_group_size: u32) -> Option<Self> {
        let at_least = responses - responses % minimum_group_size.max(1);
        let rate = Released::Shown(share_of(at_least, invited)?);
        Some(Self { invited, late, at_least, rate })
    }

    /// Invitations, the late ones included.
    pub fn invited(&self) -> u32 {
        self.invited
    }

    /// Of these, invitations issued after the opening.
    pub fn late(&self) -> u32 {
        self.late
    }

    /// At least so many responses.
    pub fn at_least(&self) -> u32 {
        self.at_least
    }

    /// At least so many responses per invitation, 0 to 1.
    pub fn rate(&self) -> Released<Figure> {
        self.rate
    }
}

/// Which share of `whole` people `part` of them are, as a published number. None of nobody.
pub fn share_of(part: u32, whole: u32) -> Option<Figure> {
    if whole == 0 {
        return None;
    }
    let value = rounded(f64::from(part) / f64::from(whole), Kind::Share, part)?;
    let (error, sizes) = (None, Sizes::default());
    Some(Figure { value, error, sizes, method: Method::Exact, census: false })
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
            assert_eq!((steps.invited(), steps.late(), steps.at_least()), (24, 2, at_least));
            assert_eq!(steps.rate().shown().unwrap().ten_thousandths(), rate);
        }
        assert_eq!(Steps::of(0, 0, 0, 5), None);
    }
}
