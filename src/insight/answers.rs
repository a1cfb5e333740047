//! The answers of a wave in memory: records in the order of their cells, and within a cell in the
//! order of their bytes, so that nothing depends on the order in which they were read.
use super::subject::Subject;

/// Answers as they are read.
#[derive(Default)]
pub(super) struct Answers {
    cells: Vec<u32>,
    records: Vec<u8>,
}

impl Answers {
    /// Takes an answer, with a random byte that was drawn for it. False when it is not one of the wave.
    pub(super) fn push(
        &mut self,
        subject: &Subject,
        cell_id: i32,
        (sheet, random): (&[u8], u8),
    ) -> bool {
        let Ok(cell) = u32::try_from(cell_id) else { return false };
        if (cell as usize) >= subject.cells.len() {
            return false;
        }
        self.cells.push(cell);
        subject.push_record(&mut self.records, sheet, random)
    }
}

/// The cells of a wave, by unit, with their answers.
pub(super) struct Sorted {
    /// Cells by the position of their unit.
    pub(super) cells: Vec<usize>,
    /// Where the records of each of these begin, and where the last ends; in records.
    starts: Vec<usize>,
    records: Vec<u8>,
    len: usize,
}

impl Sorted {
    /// Sorts by counting.
    pub(super) fn new(subject: &Subject, answers: &Answers) -> Self {
        let len = subject.shape.record_len();
        let mut cells: Vec<usize> = (0..subject.cells.len()).collect();
        cells.sort_by_key(|cell| subject.cells[*cell].unit);
        let mut rank = vec![0; cells.len()];
        for (place, cell) in cells.iter().enumerate() {
            rank[*cell] = place;
        }
        let mut starts = vec![0; cells.len() + 1];
        for cell in &answers.cells {
            starts[rank[*cell as usize] + 1] += 1;
        }
        for place in 0..cells.len() {
            starts[place + 1] += starts[place];
        }
        let mut next = starts.clone();
        let mut records = vec![0; answers.records.len()];
        for (cell, record) in answers.cells.iter().zip(answers.records.chunks_exact(len.max(1))) {
            let at = &mut next[rank[*cell as usize]];
            records[*at * len..(*at + 1) * len].copy_from_slice(record);
            *at += 1;
        }
        Self { cells, starts, records, len }
    }

    /// Number of answers of all cells before this place.
    pub(super) fn before(&self, place: usize) -> usize {
        self.starts[place]
    }

    /// The records of a cell, in the order of their bytes.
    pub(super) fn records(&self, place: usize) -> Vec<&[u8]> {
        let bytes = &self.records[self.starts[place] * self.len..self.starts[place + 1] * self.len];
        let mut records: Vec<&[u8]> = bytes.chunks_exact(self.len.max(1)).collect();
        records.sort_unstable();
        records
    }

    /// The records of a cell, in any order.
    pub(super) fn unordered(&self, place: usize) -> std::slice::ChunksExact<'_, u8> {
        self.records[self.starts[place] * self.len..self.starts[place + 1] * self.len]
            .chunks_exact(self.len.max(1))
    }
}
