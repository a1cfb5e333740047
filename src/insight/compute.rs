//! Computes a release from answers: counts first, from which the plan is made, then sums, one unit
//! at a time, from which the cards are made. Units are shared out among threads in pieces of the
//! tree's order; sums are whole numbers, so that the result does not depend on the pieces.
use std::num::NonZeroUsize;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::answers::{Answers, Sorted};
use super::climb::{Climb, MadeCard};
use super::subject::Subject;
use crate::disclosure::{Counts, Decisions, Extent, Home, Inhabited};
use crate::stats::Given;

/// Version of the rules of scoring, suppression and rounding.
pub(super) const METHOD_VERSION: &str = "3";

/// A computed release.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Computed {
    /// Encoded cards by slice number, in order.
    pub(super) cards: Vec<(i32, Vec<u8>)>,
    pub(super) digests: Digests,
    /// Responses of the whole wave, for the record: it is not told from here.
    pub(super) responses: i32,
    pub(super) extent: Extent,
}

/// Digests of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    pub(super) input: [u8; 32],
    pub(super) plan: [u8; 32],
    pub(super) exact: [u8; 32],
    pub(super) result: [u8; 32],
}

/// What is secret or given.
pub(super) struct Terms<'a> {
    pub(super) salt: &'a [u8],
    /// Digest of what does not show in the answers: the instrument, the form, the policy.
    pub(super) setting: [u8; 32],
    pub(super) threads: NonZeroUsize,
}

/// Computes a release. None when there are more answers than the sums can hold.
pub(super) fn compute(subject: &Subject, answers: Answers, terms: &Terms<'_>) -> Option<Computed> {
    let sorted = Sorted::new(subject, &answers);
    drop(answers);
    let places = subject.cells.len();
    let responses = u32::try_from(sorted.before(places)).ok()?;
    if responses > subject.shape.people_max() {
        return None;
    }
    let pieces = pieces(subject, &sorted, terms.threads);
    let Counted { counts, inputs, cells } = count(subject, &sorted, &pieces);
    let decisions = Decisions::make(
        &subject.frame,
        &subject.limits,
        (&counts, &cells),
        terms.salt,
        terms.threads,
    );
    let invited = invited(subject);
    let climb = Climb {
        subject,
        sorted: &sorted,
        decisions: &decisions,
        responses: &counts,
        invited: &invited,
    };
    let mut cards = climb.cards(&pieces);
    cards.sort_unstable_by_key(|card| card.number);
    let salted = || Sha256::new().chain_update(terms.salt);
    let plan = salted().chain_update(decisions.to_bytes()).finalize().into();
    let (exact, result) = digests(&cards, salted());
    let input = input_digest(subject, &inputs, salted().chain_update(terms.setting));
    let extent = Extent::of_release(&subject.frame, &counts, &decisions, subject.limits.minimum);
    let cards =
        cards.into_iter().filter_map(|card| Some((i32::try_from(card.number).ok()?, card.bytes)));
    Some(Computed {
        cards: cards.collect(),
        digests: Digests { input, plan, exact, result },
        responses: i32::try_from(responses).unwrap_or(i32::MAX),
        extent,
    })
}

/// Ranges of units, in the order of the tree, with about as many answers each.
fn pieces(subject: &Subject, sorted: &Sorted, threads: NonZeroUsize) -> Vec<Piece> {
    let units = subject.frame.parents.len();
    let places = sorted.cells.len();
    let all = sorted.before(places) + units;
    let mut pieces = Vec::new();
    let (mut unit, mut place) = (0, 0);
    for piece in 1..=threads.get() {
        let begin = (unit, place);
        let goal = all * piece / threads.get();
        while unit < units && (piece == threads.get() || sorted.before(place) + unit < goal) {
            while place < places && subject.cells[sorted.cells[place]].unit == unit {
                place += 1;
            }
            unit += 1;
        }
        pieces.push(Piece { units: begin.0..unit, places: begin.1..place });
    }
    pieces
}

/// A part of the work: units, and the places of their cells.
pub(super) struct Piece {
    pub(super) units: Range<usize>,
    pub(super) places: Range<usize>,
}

/// What has been counted before anything is computed.
struct Counted<'a> {
    /// Counts of all slices.
    counts: Counts,
    /// A digest of the answers of each cell, by place.
    inputs: Vec<[u8; 32]>,
    /// The cells with how many of each answered, by place.
    cells: Vec<Inhabited<'a>>,
}

impl<'a> Counted<'a> {
    fn nothing(subject: &Subject) -> Self {
        let counts = Counts::new(&subject.frame, subject.limits.width());
        Self { counts, inputs: Vec::new(), cells: Vec::new() }
    }

    fn add_cell(&mut self, subject: &Subject, home: Home<'a>, given: &[u32]) {
        let row = subject.limits.row(given);
        self.counts.add(&subject.frame, home, &row);
        self.cells.push(Inhabited { home, sizes: subject.limits.sizes(&row), row });
    }
}

fn count<'a>(subject: &'a Subject, sorted: &Sorted, pieces: &[Piece]) -> Counted<'a> {
    let of_piece = |piece: &Piece| {
        let mut counted = Counted::nothing(subject);
        let mut given = Given::new(&subject.shape, subject.dimensions.len(), |item| {
            subject.limits.dimension_of(item)
        });
        for place in piece.places.clone() {
            let mut digest = Sha256::new();
            for record in sorted.records(place) {
                given.add(record);
                digest.update(record);
            }
            let cell = &subject.cells[sorted.cells[place]];
            let home = Home { unit: cell.unit, values: &cell.values };
            given.take(|given| counted.add_cell(subject, home, given));
            counted.inputs.push(digest.finalize().into());
        }
        counted
    };
    let mut parts = in_pieces(pieces, &of_piece).into_iter();
    let mut all = parts.next().unwrap_or_else(|| Counted::nothing(subject));
    for part in parts {
        all.counts.merge(&part.counts);
        all.inputs.extend(part.inputs);
        all.cells.extend(part.cells);
    }
    all.counts.add_up(&subject.frame);
    all
}

/// Invitations and late ones of all slices.
fn invited(subject: &Subject) -> Counts {
    let mut counts = Counts::new(&subject.frame, 2);
    for cell in &subject.cells {
        let home = Home { unit: cell.unit, values: &cell.values };
        counts.add(&subject.frame, home, &[cell.invited, cell.late]);
    }
    counts.add_up(&subject.frame);
    counts
}

/// Does a part of the work for each piece, at the same time.
pub(super) fn in_pieces<T: Send>(pieces: &[Piece], work: &(impl Fn(&Piece) -> T + Sync)) -> Vec<T> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = pieces.iter().map(|piece| scope.spawn(move || work(piece))).collect();
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ended.collect()
    })
}

/// Digests of the numbers before rounding and of those published, in the order of slices.
fn digests(cards: &[MadeCard], mut exact: Sha256) -> ([u8; 32], [u8; 32]) {
    let mut result = Sha256::new();
    for card in cards {
        let number = (card.number as u64).to_be_bytes();
        exact.update(number);
        exact.update(card.exact_digest);
        result.update(number);
        result.update((card.bytes.len() as u64).to_be_bytes());
        result.update(&card.bytes);
    }
    (exact.finalize().into(), result.finalize().into())
}

/// Digest of all inputs: the setting, the tree, the cells with their invitations, and the answers
/// of each.
fn input_digest(subject: &Subject, inputs: &[[u8; 32]], mut digest: Sha256) -> [u8; 32] {
    let number = |number: usize| (number as u64).to_be_bytes();
    for parent in &subject.frame.parents {
        digest.update(number(parent.map_or(0, |parent| parent + 1)));
    }
    let mut order: Vec<usize> = (0..subject.cells.len()).collect();
    order.sort_by_key(|cell| subject.cells[*cell].unit);
    for (cell, answers) in order.iter().map(|cell| &subject.cells[*cell]).zip(inputs) {
        digest.update(number(cell.unit));
        for value in &cell.values {
            digest.update(number(value.map_or(0, |value| usize::from(value) + 1)));
        }
        digest.update(cell.invited.to_be_bytes());
        digest.update(cell.late.to_be_bytes());
        digest.update(answers);
    }
    digest.finalize().into()
}
