//! What is measured of each person, and how a person's answers are written as a record: a byte for
//! each scored rating, so that many are added at once, then four bytes for every other answer, and a
//! last byte for the replicate of the person.

/// Bytes that are added together; records begin with a multiple of these.
pub(super) const LANES: usize = 16;
/// Number of replicates, which a byte holds evenly.
const REPLICATES_U8: u8 = 16;
const _: () = assert!(REPLICATES_U8 as usize == super::shared_view::REPLICATES);
/// Marks a scored rating that the person could not judge.
const CANNOT: u8 = u8::MAX;
/// Marks another answer that the person could not judge.
const CANNOT_WIDE: u32 = u32::MAX;
/// Largest code of a rating.
pub const RATING_CODES_MAX: u32 = 200;

/// One thing that is measured. Answers are codes from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// A rating that enters scores, so that its products with the others are kept.
    Scored {
        /// Points of its scale, 2 to [`RATING_CODES_MAX`].
        codes: u32,
    },
    /// Another rating: how often each point was given is kept.
    Rating {
        /// Points of its scale.
        codes: u32,
    },
    /// Options, a bit each: how often each was chosen is kept.
    Choice {
        /// Number of options.
        options: u32,
    },
    /// A number by its step: its sum and the sum of squares are kept.
    Number {
        /// Steps.
        codes: u32,
    },
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// None.
    Missing,
    /// "Cannot judge".
    Cannot,
    /// A code, from 1.
    Code(u32),
}

/// Where things of a variable are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Position among the variables of its kind.
    pub(super) lane: usize,
    /// First of its counters: those of its codes or options, then how many answered, then how many
    /// could not judge.
    pub(super) counter: usize,
    /// Number of codes or options that are counted.
    pub(super) counted: usize,
}

/// All that is measured of a person, in order.
#[derive(Clone, Debug)]
pub struct Shape {
    variables: Vec<Variable>,
    places: Vec<Place>,
    scored: Vec<usize>,
    others: Vec<usize>,
    /// Sets of scored variables, by position among them: what is known of the people who answered
    /// all of a set is kept.
    sets: Vec<Vec<usize>>,
    /// By scored variable the sets that it is in.
    sets_of: Vec<Vec<usize>>,
    counters: usize,
    most: u32,
}

impl Shape {
    /// A shape without sets.
    pub fn new(variables: Vec<Variable>) -> Self {
        Self::with_sets(variables, Vec::new())
    }

    /// A shape with sets of scored variables, named by their positions among the scored ones.
    pub fn with_sets(variables: Vec<Variable>, sets: Vec<Vec<usize>>) -> Self {
        let mut shape = Self {
            variables: Vec::new(),
            places: Vec::new(),
            scored: Vec::new(),
            others: Vec::new(),
            sets_of: Vec::new(),
            sets: Vec::new(),
            counters: 0,
            most: 1,
        };
        for (position, variable) in variables.iter().enumerate() {
            let counted = match variable {
                Variable::Scored { codes } | Variable::Rating { codes } => *codes as usize,
                Variable::Choice { options } => *options as usize,
                Variable::Number { .. } => 0,
            };
            let same = if let Variable::Scored { codes } = variable {
                shape.most = shape.most.max(*codes);
                &mut shape.scored
            } else {
                &mut shape.others
            };
            shape.places.push(Place { lane: same.len(), counter: shape.counters, counted });
            same.push(position);
            shape.counters += counted + 2;
        }
        shape.variables = variables;
        shape.sets_of = vec![Vec::new(); shape.scored.len()];
        for (set, lanes) in sets.iter().enumerate() {
            for lane in lanes {
                shape.sets_of[*lane].push(set);
            }
        }
        shape.sets = sets;
        shape
    }

    /// The variables.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The scored variables, by position.
    pub fn scored(&self) -> &[usize] {
        &self.scored
    }

    /// How many scored variables there are.
    pub(super) fn asked(&self) -> u32 {
        u32::try_from(self.scored.len()).unwrap_or(u32::MAX)
    }

    /// The sets, each by the positions of its variables among the scored ones.
    pub fn sets(&self) -> &[Vec<usize>] {
        &self.sets
    }

    /// The sets that a scored variable is in, by its position among the scored ones.
    pub(super) fn sets_of(&self, lane: usize) -> &[usize] {
        &self.sets_of[lane]
    }

    /// How many codes a scored variable has, by its position among the scored ones.
    pub(super) fn codes(&self, lane: usize) -> usize {
        self.places[self.scored[lane]].counted
    }

    /// The others, by position.
    pub(super) fn others(&self) -> &[usize] {
        &self.others
    }

    pub(super) fn place(&self, variable: usize) -> Place {
        self.places[variable]
    }

    /// Number of counters.
    pub(super) fn counters(&self) -> usize {
        self.counters
    }

    /// Largest code of a scored variable.
    pub(super) fn most(&self) -> u32 {
        self.most
    }

    /// Scored bytes of a record.
    pub(super) fn width(&self) -> usize {
        self.scored.len().next_multiple_of(LANES)
    }

    /// Bytes of a record.
    pub fn record_len(&self) -> usize {
        self.width() + 4 * self.others.len() + 1
    }

    /// Writes into a record the replicate of the person, by a random byte.
    pub fn put_replicate(&self, record: &mut [u8], random: u8) {
        record[self.width() + 4 * self.others.len()] = random % REPLICATES_U8;
    }

    /// The replicate of the person of a record.
    pub(super) fn replicate(&self, record: &[u8]) -> usize {
        usize::from(record[self.width() + 4 * self.others.len()])
    }

    /// Most people whose products are sure to fit into the sums.
    pub fn people_max(&self) -> u32 {
        u32::MAX / (self.most * self.most)
    }

    /// Writes an answer into a record of zeros. A code that the variable does not have counts as no
    /// answer.
    pub fn put(&self, record: &mut [u8], variable: usize, reply: Reply) {
        let lane = self.places[variable].lane;
        let limit = match self.variables[variable] {
            Variable::Scored { codes }
            | Variable::Rating { codes }
            | Variable::Number { codes } => codes,
            Variable::Choice { options } => (1 << options) - 1,
        };
        let code = match reply {
            Reply::Code(code) if code <= limit => code,
            Reply::Code(_) | Reply::Missing => 0,
            Reply::Cannot => CANNOT_WIDE,
        };
        if matches!(self.variables[variable], Variable::Scored { .. }) {
            record[lane] = if code == CANNOT_WIDE { CANNOT } else { code.to_le_bytes()[0] };
        } else {
            let at = self.width() + 4 * lane;
            record[at..at + 4].copy_from_slice(&code.to_le_bytes());
        }
    }

    /// Reads the answer to a variable that is not scored, by its lane.
    pub(super) fn other(&self, record: &[u8], lane: usize) -> Reply {
        let at = self.width() + 4 * lane;
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&record[at..at + 4]);
        match u32::from_le_bytes(bytes) {
            0 => Reply::Missing,
            CANNOT_WIDE => Reply::Cannot,
            code => Reply::Code(code),
        }
    }
}

/// Reads the byte of a scored rating.
pub(super) fn scored(byte: u8) -> Reply {
    match byte {
        0 => Reply::Missing,
        CANNOT => Reply::Cannot,
        code => Reply::Code(code.into()),
    }
}
