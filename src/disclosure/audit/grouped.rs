//! The cells of a wave grouped by the shown slices that they are in. Whoever asks next about the same
//! slices takes up what was found before.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Inhabited, Kinds, Nearest};
use crate::disclosure::frame::Frame;

/// Groupings that are kept, the ones that were asked for last: each takes memory for every cell.
const KEPT_MAX: usize = 2;

/// The cells of a wave with the groupings that were asked for last.
pub(in crate::disclosure) struct Grouped<'a> {
    pub(super) frame: &'a Frame,
    pub(super) cells: &'a [Inhabited<'a>],
    /// Which slices are shown, and the kinds of cells that follow.
    kept: Mutex<VecDeque<(Vec<bool>, Arc<Kinds>)>>,
}

impl<'a> Grouped<'a> {
    pub(in crate::disclosure) fn new(frame: &'a Frame, cells: &'a [Inhabited<'a>]) -> Self {
        Self { frame, cells, kept: Mutex::default() }
    }

    /// The kinds of cells when these slices are shown.
    pub(super) fn kinds(&self, shown: &[bool]) -> Arc<Kinds> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| known == shown)
            && let Some(grouping) = kept.remove(at)
        {
            let kinds = Arc::clone(&grouping.1);
            kept.push_front(grouping);
            return kinds;
        }
        // Outside the lock, so that others need not wait who ask about other slices.
        drop(kept);
        let nearest = Nearest::of(self.frame, shown);
        let around = |cell: &Inhabited<'_>, into: &mut Vec<u32>| nearest.around(&cell.home, into);
        let kinds = Arc::new(Kinds::of(self.frame, self.cells, around));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((shown.to_vec(), Arc::clone(&kinds)));
        kept.truncate(KEPT_MAX);
        kinds
    }
}
