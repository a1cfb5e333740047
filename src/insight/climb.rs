//! Sums of all slices, from the lowest units up: those of a unit are made from its own staff and the
//! units below, turned into cards, given to the unit above, and forgotten.
use std::collections::BTreeMap;

use super::answers::Sorted;
use super::compute::{Piece, in_pieces};
use super::draft::Drafter;
use super::parts::Parts;
use super::shared::Unit;
use super::subject::Subject;
use crate::disclosure::{Counts, Decisions, Part, Slice, publish};
use crate::stats::{Contribution, GroupScores, Sampled, Sums, Tally};

/// What the cards are made from.
pub(super) struct Climb<'a> {
    pub(super) subject: &'a Subject,
    pub(super) sorted: &'a Sorted,
    pub(super) decisions: &'a Decisions,
    /// Responses of all slices.
    pub(super) responses: &'a Counts,
    /// Invitations of all slices, and late ones.
    pub(super) invited: &'a Counts,
}

/// A card of a slice.
pub(super) struct MadeCard {
    pub(super) number: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) exact_digest: [u8; 32],
}

/// What a piece leaves: its cards, and the sums of units that other pieces have a part in.
struct Ended {
    cards: Vec<MadeCard>,
    open: BTreeMap<usize, Parts>,
    pairs: Vec<Sums>,
}

/// The sums of a piece on its way through the tree.
struct Walk<'a> {
    climb: &'a Climb<'a>,
    drafter: Drafter<'a>,
    tally: Tally<'a>,
    person: Contribution,
    cards: Vec<MadeCard>,
    /// Units whose staff is not complete yet, each above the next, with what is known of their parts.
    open: Vec<(usize, Parts)>,
    /// Parts that are used again.
    spare: Vec<Parts>,
    pairs: Vec<Sums>,
}

impl Climb<'_> {
    /// The cards of all slices that are shown, in no order.
    pub(super) fn cards(&self, pieces: &[Piece]) -> Vec<MadeCard> {
        let ended = in_pieces(pieces, &|piece| self.walk(piece));
        let mut cards = Vec::new();
        let mut open: BTreeMap<usize, Parts> = BTreeMap::new();
        let mut pairs: Option<Vec<Sums>> = None;
        for piece in ended {
            cards.extend(piece.cards);
            for (unit, parts) in piece.open {
                match open.get_mut(&unit) {
                    Some(mine) => mine.merge(&parts),
                    None => {
                        open.insert(unit, parts);
                    }
                }
            }
            match &mut pairs {
                Some(mine) => merge(mine, &piece.pairs),
                None => pairs = Some(piece.pairs),
            }
        }
        let mut drafter = Drafter::new(self.subject);
        while let Some((unit, parts)) = open.pop_last() {
            self.make_cards(&mut drafter, &mut cards, (unit, false), &parts);
            if let Some(above) = self.subject.frame.parents[unit] {
                let mine = open.entry(above).or_insert_with(|| Parts::new(self.subject));
                mine.take_up(&parts, self.scores(&drafter, unit, &parts));
            }
        }
        let first = self.subject.frame.parents.len() * 2 * self.subject.frame.parts();
        for (at, sums) in pairs.unwrap_or_default().iter().enumerate() {
            self.make_card(&mut drafter, &mut cards, first + at, (sums, None));
        }
        cards
    }

    fn walk(&self, piece: &Piece) -> Ended {
        let frame = &self.subject.frame;
        let crossed = frame.len() - frame.parents.len() * 2 * frame.parts();
        let mut walk = Walk {
            climb: self,
            drafter: Drafter::new(self.subject),
            tally: Tally::new(&self.subject.shape),
            person: Contribution::new(&self.subject.shape),
            cards: Vec::new(),
            open: Vec::new(),
            spare: Vec::new(),
            pairs: vec![Sums::new(&self.subject.shape); crossed],
        };
        let mut place = piece.places.start;
        for unit in piece.units.clone() {
            walk.enter(unit, piece.units.start);
            while place < piece.places.end && self.cell(place).unit == unit {
                walk.add_cell(place);
                place += 1;
            }
            if frame.has_units_below(unit)
                && let Some((_, parts)) = walk.open.last()
            {
                self.make_cards(&mut walk.drafter, &mut walk.cards, (unit, true), parts);
            }
        }
        walk.end(piece)
    }

    fn cell(&self, place: usize) -> &super::subject::Place {
        &self.subject.cells[self.sorted.cells[place]]
    }

    /// Makes the cards of all parts of a unit.
    fn make_cards(
        &self,
        drafter: &mut Drafter<'_>,
        cards: &mut Vec<MadeCard>,
        (unit, direct): (usize, bool),
        parts: &Parts,
    ) {
        let first = self.subject.frame.number(Slice { unit, direct, part: Part::Whole });
        for (offset, sums) in parts.sums.iter().enumerate() {
            let whole = (offset == 0 && !direct).then(|| self.unit(unit, parts));
            self.make_card(drafter, cards, first + offset, (sums, whole.as_ref()));
        }
    }

    /// A unit as a whole.
    fn unit<'p>(&'p self, unit: usize, parts: &'p Parts) -> Unit<'p> {
        let first = self.number_of(unit, false);
        let places = &self.subject.shared.parts;
        let allowed = places.iter().map(|part| self.decisions.allowed(first + part));
        Unit { parts, allowed: allowed.collect(), places, turnouts: self.turnouts(unit) }
    }

    /// How many of how many responded, of the shown parts of a unit in the tree and of the rest.
    fn turnouts(&self, unit: usize) -> Vec<Sampled> {
        let turnout = |number: usize| Sampled {
            sample: self.responses.people(number),
            population: self.invited.people(number),
        };
        let own = self.number_of(unit, true);
        let below = self.subject.frame.units_below(unit).map(|below| self.number_of(below, false));
        let parts = std::iter::once(own).chain(below);
        let whole = self.number_of(unit, false);
        let mut rest = turnout(whole);
        let mut turnouts = Vec::new();
        for part in parts.filter(|part| *part != whole && self.decisions.is_shown(*part)) {
            let part = turnout(part);
            rest.sample -= part.sample;
            rest.population -= part.population;
            turnouts.push(part);
        }
        turnouts.push(rest);
        turnouts
    }

    fn number_of(&self, unit: usize, direct: bool) -> usize {
        self.subject.frame.number(Slice { unit, direct, part: Part::Whole })
    }

    /// Scores of the people of a unit on each scale where the distributions of its items are told, to
    /// compare the unit with others.
    fn scores(&self, drafter: &Drafter<'_>, unit: usize, parts: &Parts) -> Vec<GroupScores> {
        let slice = Slice { unit, direct: false, part: Part::Whole };
        match self.decisions.allowed(self.subject.frame.number(slice)) {
            Some(allowed) => drafter.scores(&parts.sums[0], allowed),
            None => Vec::new(),
        }
    }

    fn make_card(
        &self,
        drafter: &mut Drafter<'_>,
        cards: &mut Vec<MadeCard>,
        number: usize,
        (sums, unit): (&Sums, Option<&Unit<'_>>),
    ) {
        let Some(allowed) = self.decisions.allowed(number) else { return };
        let row = self.invited.row(number);
        let draft = drafter.draft((sums, unit), (row[0], row[1]), allowed);
        let published = publish(&draft, allowed);
        cards.push(MadeCard {
            number,
            bytes: published.card.encode(),
            exact_digest: published.exact_digest,
        });
    }
}

impl Walk<'_> {
    /// Closes what is complete before a unit, and opens the unit, below units of an earlier piece
    /// if need be.
    fn enter(&mut self, unit: usize, first: usize) {
        let above = self.climb.subject.frame.parents[unit];
        while self.open.last().is_some_and(|(last, _)| Some(*last) != above && *last >= first) {
            self.close();
        }
        if let Some(above) = above.filter(|above| *above < first) {
            // The sums for a unit of an earlier piece.
            if self.open.last().is_none_or(|(last, _)| *last != above) {
                let parts = self.fresh();
                self.open.push((above, parts));
            }
        }
        let parts = self.fresh();
        self.open.push((unit, parts));
    }

    /// Makes the cards of the last open unit and adds it to the one above.
    fn close(&mut self) {
        let Some((unit, parts)) = self.open.pop() else { return };
        self.climb.make_cards(&mut self.drafter, &mut self.cards, (unit, false), &parts);
        if let Some((_, into)) = self.open.last_mut() {
            into.take_up(&parts, self.climb.scores(&self.drafter, unit, &parts));
        }
        self.spare.push(parts);
    }

    fn fresh(&mut self) -> Parts {
        match self.spare.pop() {
            Some(mut parts) => {
                parts.clear();
                parts
            }
            None => Parts::new(self.climb.subject),
        }
    }

    fn add_cell(&mut self, place: usize) {
        let frame = &self.climb.subject.frame;
        let cell = self.climb.cell(place);
        let mut parts = vec![0];
        for (dimension, value) in cell.values.iter().enumerate() {
            parts.extend(value.map(|value| frame.value_offset(dimension, value)));
        }
        let mut crossed = Vec::new();
        let first = frame.parents.len() * 2 * frame.parts();
        for (pair, (one, other)) in frame.pairs.iter().enumerate() {
            if let (Some(a), Some(b)) = (cell.values[*one], cell.values[*other]) {
                let part = Part::Pair { pair, first: a, second: b };
                crossed.push(frame.number(Slice { unit: 0, direct: false, part }) - first);
            }
        }
        self.add_replicates(place);
        let mut records = self.climb.sorted.unordered(place).peekable();
        while records.peek().is_some() {
            while !self.tally.is_full()
                && let Some(record) = records.next()
            {
                self.tally.add(record);
            }
            if let Some((_, of_unit)) = self.open.last_mut() {
                self.tally.pour(&mut of_unit.sums, &parts);
                self.tally.pour(&mut self.pairs, &crossed);
                self.tally.clear();
            }
        }
    }

    /// Adds the people of a cell to the replicates of their unit.
    fn add_replicates(&mut self, place: usize) {
        let Subject { shape, shared, .. } = self.climb.subject;
        let kept = shared.kept(&self.climb.cell(place).values);
        if kept.is_empty() {
            return;
        }
        let Some((_, of_unit)) = self.open.last_mut() else { return };
        for record in self.climb.sorted.unordered(place) {
            self.person.read(shape, record);
            for part in &kept {
                of_unit.replicates[*part].add(&self.person);
            }
        }
    }

    /// Closes all units that end with the piece; others have a part in what is left.
    fn end(mut self, piece: &Piece) -> Ended {
        let parents = &self.climb.subject.frame.parents;
        let next = parents.get(piece.units.end).copied().flatten();
        while let Some((unit, _)) = self.open.last() {
            // What comes next lies below the unit, or the unit began before.
            let mut above = next;
            while above.is_some_and(|each| each > *unit) {
                above = above.and_then(|each| parents[each]);
            }
            if above == Some(*unit) || *unit < piece.units.start {
                break;
            }
            self.close();
        }
        Ended { cards: self.cards, open: self.open.into_iter().collect(), pairs: self.pairs }
    }
}

fn merge(mine: &mut [Sums], theirs: &[Sums]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.merge(theirs);
    }
}
