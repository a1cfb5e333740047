//! What is counted in each slice to decide whether it may be shown: a few whole numbers that add up
//! over people, the number of people first.
use super::frame::{Frame, Part, Slice};

/// Counts per slice of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    width: usize,
    rows: Vec<u32>,
}

/// Where the people of a cell belong: own staff of a unit, with a value of each dimension or none.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// Position of the unit.
    pub unit: usize,
    /// Per dimension the position of the value.
    pub values: &'a [Option<u16>],
}

impl Counts {
    /// Counts of nobody, `width` in each slice.
    pub fn new(frame: &Frame, width: usize) -> Self {
        Self { width, rows: vec![0; frame.len() * width] }
    }

    /// Adds the counts of a cell to all slices of its unit's own staff. [`Self::add_up`] brings them
    /// to the units above.
    pub fn add(&mut self, frame: &Frame, home: Home<'_>, cell: &[u32]) {
        let direct = Slice { unit: home.unit, direct: true, part: Part::Whole };
        let row = frame.number(direct);
        self.add_row(row, cell);
        for (dimension, value) in home.values.iter().enumerate() {
            if let Some(value) = value {
                self.add_row(row + frame.value_offset(dimension, *value), cell);
            }
        }
        for (pair, (one, other)) in frame.pairs.iter().enumerate() {
            if let (Some(first), Some(second)) = (home.values[*one], home.values[*other]) {
                let part = Part::Pair { pair, first, second };
                self.add_row(frame.number(Slice { unit: 0, direct: false, part }), cell);
            }
        }
    }

    fn add_row(&mut self, number: usize, cell: &[u32]) {
        let row = &mut self.rows[number * self.width..(number + 1) * self.width];
        for (mine, more) in row.iter_mut().zip(cell) {
            *mine += more;
        }
    }

    /// Adds own staff and the units below to each unit, once, after all cells.
    pub fn add_up(&mut self, frame: &Frame) {
        let parts = frame.parts();
        let block = parts * self.width;
        for unit in (0..frame.parents.len()).rev() {
            if frame.has_units_below(unit) {
                // By now the units below have been added.
                let (whole, own) =
                    self.rows[unit * 2 * block..(unit + 1) * 2 * block].split_at_mut(block);
                for (mine, more) in whole.iter_mut().zip(own) {
                    *mine += *more;
                }
            }
            if let Some(parent) = frame.parents[unit] {
                let (above, from) = self.rows.split_at_mut(unit * 2 * block);
                let into = &mut above[parent * 2 * block..parent * 2 * block + block];
                for (mine, more) in into.iter_mut().zip(&from[..block]) {
                    *mine += *more;
                }
            }
        }
    }

    /// Adds counts of other people, before [`Self::add_up`].
    pub fn merge(&mut self, other: &Self) {
        for (mine, more) in self.rows.iter_mut().zip(&other.rows) {
            *mine += more;
        }
    }

    /// The counts of a slice, by its number.
    pub fn row(&self, number: usize) -> &[u32] {
        &self.rows[number * self.width..(number + 1) * self.width]
    }

    /// People of a slice.
    pub fn people(&self, number: usize) -> u32 {
        self.rows[number * self.width]
    }

    /// How many are counted in each slice.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Other counts made of these, slice by slice.
    #[must_use]
    pub fn map(&self, width: usize, make: impl Fn(&[u32], &mut [u32])) -> Self {
        let mut rows = vec![0; self.rows.len() / self.width * width];
        for (from, into) in self.rows.chunks_exact(self.width).zip(rows.chunks_exact_mut(width)) {
            make(from, into);
        }
        Self { width, rows }
    }
}
