//! Places for connections: so many in all, and so many for one peer. A place is given back when
//! it is dropped.
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accept::peer_of;

/// The places.
#[derive(Debug)]
pub(super) struct Places {
    in_all_max: usize,
    per_peer_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by_peer: HashMap<IpAddr, usize>,
}

/// A place that is taken.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    peer: IpAddr,
}

impl Places {
    pub(super) fn new(in_all_max: usize, per_peer_max: usize) -> Self {
        Self { in_all_max, per_peer_max, taken: Mutex::default() }
    }

    /// Takes a place for a peer, if there is one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let peer = peer_of(address);
        let mut taken = self.taken();
        if taken.in_all >= self.in_all_max {
            return None;
        }
        let of_peer = taken.by_peer.get(&peer).copied().unwrap_or(0);
        if of_peer >= self.per_peer_max {
            return None;
        }
        taken.by_peer.insert(peer, of_peer + 1);
        taken.in_all += 1;
        Some(Place { places: self.clone(), peer })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.in_all -= 1;
        let of_peer = taken.by_peer.remove(&self.peer).unwrap_or(1) - 1;
        if of_peer > 0 {
            taken.by_peer.insert(self.peer, of_peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_in_all_and_per_peer_and_are_given_back() {
        let places = Arc::new(Places::new(3, 2));
        let take = |last: u8| places.take(IpAddr::from([192, 0, 2, last]));
        let (first, _second) = (take(1).unwrap(), take(1).unwrap());
        assert!(take(1).is_none());
        let third = take(2).unwrap();
        assert!(take(3).is_none());
        drop(first);
        assert!(take(1).is_some());
        drop(third);
        assert_eq!(places.taken().by_peer.len(), 1);
        assert!(take(3).is_some());
    }
}
