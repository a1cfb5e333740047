//! Sums over the people who answered every item of a set: all that reliability needs of them.

/// Sums of complete rows of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    people: u32,
    sums: Vec<u64>,
    /// Sums of products, all of them, row by row.
    products: Vec<u64>,
}

impl Complete {
    /// Of sums that are known: those of the items, and those of the products of all pairs, row by
    /// row. None when their lengths do not go together.
    pub fn new(people: u32, sums: Vec<u64>, products: Vec<u64>) -> Option<Self> {
        (sums.len() * sums.len() == products.len()).then_some(Self { people, sums, products })
    }

    /// Of sums whose lengths go together.
    pub(super) fn of_square(people: u32, sums: Vec<u64>, products: Vec<u64>) -> Self {
        Self { people, sums, products }
    }

    /// Of the codes of people, a row each. None when a row has another length than the first.
    pub fn of_rows(rows: &[Vec<u32>]) -> Option<Self> {
        let items = rows.first().map_or(0, Vec::len);
        let mut all = Self { people: 0, sums: vec![0; items], products: vec![0; items * items] };
        for row in rows {
            if row.len() != items {
                return None;
            }
            all.people += 1;
            for (item, code) in row.iter().enumerate() {
                all.sums[item] += u64::from(*code);
                for (other, second) in row.iter().enumerate() {
                    all.products[item * items + other] += u64::from(*code) * u64::from(*second);
                }
            }
        }
        Some(all)
    }

    /// Adds the sums of other people. False, and nothing added, when they answered other items.
    #[must_use]
    pub fn merge(&mut self, other: &Self) -> bool {
        if self.sums.len() != other.sums.len() {
            return false;
        }
        self.people += other.people;
        for (mine, more) in self.sums.iter_mut().zip(&other.sums) {
            *mine += more;
        }
        for (mine, more) in self.products.iter_mut().zip(&other.products) {
            *mine += more;
        }
        true
    }

    /// How many people there are.
    pub fn people(&self) -> u32 {
        self.people
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.sums.len()
    }

    /// Sum of the codes of an item.
    pub fn sum(&self, item: usize) -> u64 {
        self.sums[item]
    }

    /// Sum of the products of two items, or of the squares of one.
    pub fn products(&self, first: usize, second: usize) -> u64 {
        self.products[first * self.sums.len() + second]
    }

    /// n (n - 1) times the covariance of two items, exactly.
    pub fn scatter(&self, first: usize, second: usize) -> i128 {
        i128::from(self.people) * i128::from(self.products(first, second))
            - i128::from(self.sums[first]) * i128::from(self.sums[second])
    }
}
