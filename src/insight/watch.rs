//! What a stream of results tells next: the present state first, then what changed, and a sign of
//! life when nothing did.
use std::time::Duration;

/// Longest silence of a stream.
pub const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Time between two looks at the wave.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Most slices of a stream.
pub const SLICES_MAX: usize = 20;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<P, R> {
    /// Participation of the slice at a position of those that are watched.
    Participation(usize, P),
    /// Results were released. The last message.
    Release(R),
    /// Nothing happened.
    Heartbeat,
}

/// What a stream has told.
#[derive(Clone, Debug)]
pub struct Watch<P> {
    told: Vec<P>,
    silence: Duration,
}

impl<P> Default for Watch<P> {
    /// Nothing yet.
    fn default() -> Self {
        Self { told: Vec::new(), silence: Duration::ZERO }
    }
}

impl<P: Clone + PartialEq> Watch<P> {
    /// What to tell after a look that came `elapsed` after the one before: the participation of each
    /// slice, and the release when there is one.
    pub fn look<R>(
        &mut self,
        participation: Vec<P>,
        release: Option<R>,
        elapsed: Duration,
    ) -> Vec<Told<P, R>> {
        let mut messages: Vec<Told<P, R>> = participation
            .iter()
            .enumerate()
            .filter(|(position, now)| self.told.get(*position) != Some(*now))
            .map(|(position, now)| Told::Participation(position, now.clone()))
            .collect();
        self.told = participation;
        messages.extend(release.map(Told::Release));
        self.silence = self.silence.saturating_add(elapsed);
        if messages.is_empty() && self.silence >= SILENCE_MAX {
            messages.push(Told::Heartbeat);
        }
        if !messages.is_empty() {
            self.silence = Duration::ZERO;
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_state_comes_first_then_changes_then_the_release() {
        let mut watch = Watch::default();
        let first = watch.look(vec![1, 2], None::<char>, Duration::ZERO);
        assert_eq!(first, [Told::Participation(0, 1), Told::Participation(1, 2)]);
        assert_eq!(watch.look(vec![1, 2], None::<char>, SECOND), []);
        assert_eq!(watch.look(vec![1, 3], None::<char>, SECOND), [Told::Participation(1, 3)]);
        let last = watch.look(vec![4, 3], Some('r'), SECOND);
        assert_eq!(last, [Told::Participation(0, 4), Told::Release('r')]);
    }

    #[test]
    fn silence_lasts_twenty_seconds_at_most() {
        let mut watch = Watch::default();
        watch.look(vec![1], None::<char>, Duration::ZERO);
        for round in 0..3 {
            for second in 1..20 {
                assert_eq!(watch.look(vec![1], None::<char>, SECOND), [], "{round} {second}");
            }
            assert_eq!(watch.look(vec![1], None::<char>, SECOND), [Told::Heartbeat]);
        }
        watch.look(vec![2], None::<char>, SECOND * 19);
        assert_eq!(watch.look(vec![2], None::<char>, SECOND * 19), []);
    }
}
