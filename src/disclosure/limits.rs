//! Which groups may be known, by what is counted in them: how many people; how many answered anything of
//! each dimension, and all of each scale; of each item how many answered, and how many gave each
//! answer. All of these add up over people, so that what is left of a group is judged like any other.

/// An interval of a group's mean that is no longer than the scale divided by this all but tells the
/// mean.
const NARROW: u64 = 5;

/// The thresholds of a wave and what has to be known of its items.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Smallest group, at least 1.
    pub minimum: u32,
    /// Smallest group for distributions, and for items whose answers are all but unanimous.
    pub distribution_minimum: u32,
    /// Number of dimensions.
    dimensions: usize,
    /// The items, in the order of the counts.
    items: Vec<Judged>,
    /// The items of each scale whose measurement is judged.
    scales: Vec<Vec<usize>>,
    /// Fewest people who answered all of a scale to tell how well it measures.
    quality_minimum: u32,
    /// By item where its counts begin in a row.
    starts: Vec<usize>,
    width: usize,
}

/// An item as far as it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The score that it enters.
    pub score: Option<Entry>,
    /// The lowest code counts as the highest.
    pub reversed: bool,
    /// What is counted.
    pub form: Form,
    /// How many answers are counted.
    pub counted: usize,
}

/// How an item enters a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position of the dimension.
    pub dimension: usize,
    /// Position of the facet among all.
    pub facet: usize,
    /// Weight of the facet in the dimension.
    pub facet_weight: u32,
    /// Weight of the item in the facet.
    pub weight: u32,
}

/// What is counted of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Each point of a scale, from the lowest up.
    Points,
    /// Each option; several may be chosen.
    Options,
    /// The lowest and the highest number.
    Ends,
}

/// What a group answered to an item.
#[derive(Clone, Copy, Debug)]
struct Answers<'a> {
    form: Form,
    /// How many answered.
    number: u32,
    /// Of these, those in cells of which fewer than the minimum answered.
    in_small_cells: u32,
    counted: &'a [u32],
}

/// A sum over people: how many they are, of them those in small cells, what it is, and what it is at most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) people: u32,
    pub(super) in_small_cells: u32,
    pub(super) value: f64,
    pub(super) top: f64,
}

/// How far answers are from the ends of their scale, all in the same steps.
#[derive(Clone, Copy, Debug, Default)]
struct Distance {
    /// From the lowest.
    above: u64,
    /// From the lowest to the highest.
    range: u64,
}

impl Limits {
    /// Thresholds for items of `dimensions` dimensions.
    pub fn new(
        (minimum, distribution_minimum): (u32, u32),
        dimensions: usize,
        items: Vec<Judged>,
    ) -> Self {
        let mut width = 1 + 2 * dimensions;
        let mut starts = Vec::with_capacity(items.len());
        for item in &items {
            starts.push(width);
            width += 2 + item.counted;
        }
        Self {
            minimum,
            distribution_minimum,
            dimensions,
            items,
            scales: Vec::new(),
            quality_minimum: distribution_minimum,
            starts,
            width,
        }
    }

    /// The same with scales of these items, whose measurement is judged from so many people on.
    #[must_use]
    pub fn with_scales(self, quality_minimum: u32, scales: Vec<Vec<usize>>) -> Self {
        let more = scales.len();
        Self {
            scales,
            quality_minimum,
            starts: self.starts.into_iter().map(|start| start + more).collect(),
            width: self.width + more,
            ..self
        }
    }

    /// Number of counts in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// The dimension whose score an item enters.
    pub fn dimension_of(&self, item: usize) -> Option<usize> {
        self.items[item].score.map(|entry| entry.dimension)
    }

    /// Facet, its weight, and weight in it of an item that enters a score.
    pub(super) fn weights(&self, item: usize) -> Option<(usize, u32, u32)> {
        self.items[item].score.map(|entry| (entry.facet, entry.facet_weight, entry.weight))
    }

    /// How many of a group answered an item.
    pub(super) fn answered(&self, item: usize, row: &[u32]) -> u32 {
        row[self.starts[item]]
    }

    /// The items of each dimension, and each that enters none by itself.
    pub(super) fn items_together(&self) -> Vec<Vec<usize>> {
        let mut groups = vec![Vec::new(); self.dimensions];
        for item in 0..self.items.len() {
            match self.dimension_of(item) {
                Some(dimension) => groups[dimension].push(item),
                None => groups.push(vec![item]),
            }
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// The row of a cell. `given` are its people, those who answered anything of each dimension, those
    /// who answered all of each scale, and for each item those who answered it and those who gave each
    /// answer.
    pub fn row(&self, given: &[u32]) -> Vec<u32> {
        let small = |number: u32| if number < self.minimum { number } else { 0 };
        let mut row = Vec::with_capacity(self.width);
        let (numbers, items) = given.split_at(1 + self.dimensions);
        let (complete, mut items) = items.split_at(self.scales.len());
        row.push(numbers[0]);
        row.extend(numbers[1..].iter().flat_map(|number| [*number, small(*number)]));
        row.extend(complete);
        for item in &self.items {
            let (counts, others) = items.split_at(1 + item.counted);
            row.extend([counts[0], small(counts[0])]);
            row.extend(&counts[1..]);
            items = others;
        }
        row
    }

    /// How many of a group answered anything, anything of each dimension, and each item: numbers of
    /// which none may be known of fewer than the minimum.
    pub fn sizes(&self, row: &[u32]) -> Vec<u32> {
        let dimensions = (0..self.dimensions).map(|dimension| row[1 + 2 * dimension]);
        let items = self.starts.iter().map(|start| row[*start]);
        std::iter::once(row[0]).chain(dimensions).chain(items).collect()
    }

    /// How many of these numbers are about people and dimensions; the others are about items.
    pub fn sizes_of_scales(&self) -> usize {
        1 + self.dimensions
    }

    /// What has to be known of a group to tell its number of answers to an item, or their
    /// distribution: people, answers, and each answer.
    pub(super) fn of_item(&self, item: usize, row: &[u32], into: &mut [u32]) {
        let answers = self.answers(item, row);
        into[0] = row[0];
        into[1] = answers.number;
        into[2..].copy_from_slice(answers.counted);
    }

    /// How many counts [`Self::of_item`] gives.
    pub(super) fn width_of_item(&self, item: usize) -> usize {
        2 + self.items[item].counted
    }

    /// What those of a cell who answered anything of a dimension gave it, by the weights that its items
    /// have when all are answered.
    pub(super) fn of_dimension(&self, dimension: usize, row: &[u32]) -> Sum {
        let people = row[1 + 2 * dimension];
        let mut sum = Sum::of(people, row[2 + 2 * dimension]);
        let entries = self.items.iter().enumerate().filter_map(|(item, judged)| {
            judged.score.filter(|entry| entry.dimension == dimension).map(|entry| (item, entry))
        });
        let entries: Vec<(usize, Entry)> = entries.collect();
        for (item, entry) in &entries {
            let facet = entries.iter().filter(|(_, other)| other.facet == entry.facet);
            let of_facet: u32 = facet.map(|(_, other)| other.weight).sum();
            let of_item = self.of_points(*item, row);
            let weight =
                f64::from(entry.facet_weight) * f64::from(entry.weight) / f64::from(of_facet);
            let steps = self.items[*item].counted.saturating_sub(1).max(1);
            let share = weight / f64::from(u32::try_from(steps).unwrap_or(u32::MAX));
            let value = if self.items[*item].reversed {
                of_item.top - of_item.value
            } else {
                of_item.value
            };
            sum.value += share * value;
            sum.top += share * of_item.top;
        }
        sum
    }

    /// The answers of a cell to an item, in steps from the lowest; nothing where no points are counted.
    pub(super) fn of_points(&self, item: usize, row: &[u32]) -> Sum {
        let answers = self.answers(item, row);
        let Some(Distance { above, range }) = answers.distance() else { return Sum::default() };
        let whole = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        Sum {
            value: whole(above),
            top: whole(range),
            ..Sum::of(answers.number, answers.in_small_cells)
        }
    }

    /// How many of a cell gave an answer to an item.
    pub(super) fn of_share(&self, item: usize, answer: usize, row: &[u32]) -> Sum {
        let Answers { number, in_small_cells, counted, .. } = self.answers(item, row);
        Sum {
            value: f64::from(counted[answer]),
            top: f64::from(number),
            ..Sum::of(number, in_small_cells)
        }
    }

    /// How many of a cell gave an answer to an item, and nothing else.
    pub(super) fn gave(&self, item: usize, answer: usize, row: &[u32]) -> u32 {
        row[self.starts[item] + 2 + answer]
    }

    /// How many answers to an item are counted.
    pub(super) fn counted(&self, item: usize) -> usize {
        self.items[item].counted
    }

    /// Number of dimensions.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn answers<'a>(&self, item: usize, row: &'a [u32]) -> Answers<'a> {
        let Judged { form, counted, .. } = self.items[item];
        let start = self.starts[item];
        Answers {
            form,
            number: row[start],
            in_small_cells: row[start + 1],
            counted: &row[start + 2..start + 2 + counted],
        }
    }

    /// Whether scores of dimensions and above may be known of a group: the people are enough, and so
    /// are those who answered anything of each dimension, and no dimension is at an end of its
    /// scale or so near that the score of a small cell inside is all but told, nor did all give the
    /// same answers to it. A dimension with a single answered item is that item.
    pub fn allows_dimensions(&self, row: &[u32]) -> bool {
        let people = row[0];
        if people == 0 {
            return true;
        }
        people >= self.minimum
            && (0..self.dimensions).all(|dimension| self.allows_dimension(dimension, row))
    }

    fn allows_dimension(&self, dimension: usize, row: &[u32]) -> bool {
        let &[number, in_small_cells] = &row[1 + 2 * dimension..3 + 2 * dimension] else {
            return false;
        };
        if number == 0 {
            return true;
        }
        let mut distance = Distance::default();
        let (mut items, mut single) = (0, true);
        for (item, judged) in self.items.iter().enumerate() {
            let answers = self.answers(item, row);
            if self.dimension_of(item) != Some(dimension) || answers.number == 0 {
                continue;
            }
            let Some(more) = answers.distance() else { continue };
            distance.range += more.range;
            distance.above += if judged.reversed { more.range - more.above } else { more.above };
            items += 1;
            single = self.allows_item(answers);
        }
        number >= self.minimum
            && (number >= self.distribution_minimum
                || match items {
                    0 => true,
                    1 => single,
                    _ => !self.is_told(distance, number, in_small_cells),
                })
    }

    /// Whether facets and items may be known as well.
    pub fn allows_items(&self, row: &[u32]) -> bool {
        self.allows_dimensions(row)
            && (0..self.items.len()).all(|item| self.allows_item(self.answers(item, row)))
    }

    /// Enough answered; below the distribution minimum at least two answers are off either end
    /// point, and one above it; and what small cells inside answered is not all but told.
    fn allows_item(&self, answers: Answers<'_>) -> bool {
        let Answers { number, in_small_cells, .. } = answers;
        if number == 0 {
            return true;
        }
        let off = if number < self.distribution_minimum { 2 } else { 1 };
        let (low, high) = answers.ends();
        let told = |distance| self.is_told(distance, number, in_small_cells);
        number >= self.minimum
            && number - low >= off
            && number - high >= off
            && !answers.distance().is_some_and(told)
    }

    /// Whether the distance of a group's answers from an end of the scale tells all of them, or
    /// all but tells those of the people in its small cells: even with the whole distance theirs,
    /// their mean lies in an interval that is too narrow.
    fn is_told(&self, distance: Distance, number: u32, in_small_cells: u32) -> bool {
        let Distance { above, range } = distance;
        let nearest = above.min(range - above);
        let small = u64::from(in_small_cells.min(self.minimum - 1));
        nearest == 0 || NARROW * u64::from(number) * nearest <= small * range
    }

    /// Whether it may be known how many of a group answered an item: those who did and those who
    /// did not are nobody or enough. The counts are people, answers, and each answer.
    pub fn allows_number(&self, row: &[u32]) -> bool {
        let &[people, answers, ..] = row else { return false };
        let enough = |count: u32| count == 0 || count >= self.minimum;
        enough(answers) && enough(people - answers)
    }

    /// The items of each scale whose measurement is judged.
    pub(super) fn scales(&self) -> &[Vec<usize>] {
        &self.scales
    }

    /// What has to be known of a group to tell how well a scale measures: its people, and those who
    /// answered all of it.
    pub(super) fn of_scale(&self, scale: usize, row: &[u32], into: &mut [u32]) {
        into[0] = row[0];
        into[1] = row[1 + 2 * self.dimensions + scale];
    }

    /// Whether it may be told how well a scale measures: enough answered all of it, and those who
    /// did not are nobody or enough. The counts are people, and those who answered all of it.
    pub fn allows_quality(&self, row: &[u32]) -> bool {
        let &[people, complete] = row else { return false };
        let left = people - complete;
        people == 0 || (complete >= self.quality_minimum && (left == 0 || left >= self.minimum))
    }

    /// Whether the distribution of an item may be known besides: they are enough, and did not all
    /// give the same answer.
    pub fn allows_distribution(&self, row: &[u32]) -> bool {
        let &[_, answers, ..] = row else { return false };
        self.allows_number(row)
            && (answers == 0
                || (answers >= self.distribution_minimum
                    && row[2..].iter().all(|count| *count < answers)))
    }
}

impl Sum {
    pub(super) fn of(people: u32, in_small_cells: u32) -> Self {
        Self { people, in_small_cells, ..Self::default() }
    }

    /// Adds other people's.
    pub(super) fn add(&mut self, other: Self) {
        self.people += other.people;
        self.in_small_cells += other.in_small_cells;
        self.value += other.value;
        self.top += other.top;
    }
}

impl Answers<'_> {
    /// How many answers are at the lowest and at the highest end.
    fn ends(&self) -> (u32, u32) {
        let end = |count: Option<&u32>| count.copied().unwrap_or(0);
        match self.form {
            Form::Points | Form::Ends => (end(self.counted.first()), end(self.counted.last())),
            Form::Options => (0, 0),
        }
    }

    /// How far the answers are from the lowest point, where each point is counted.
    fn distance(&self) -> Option<Distance> {
        let Form::Points = self.form else { return None };
        let above = (0..).zip(self.counted).map(|(steps, count)| steps * u64::from(*count)).sum();
        let steps = self.counted.len().saturating_sub(1) as u64;
        Some(Distance { above, range: steps * u64::from(self.number) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: usize = 4;

    fn limits() -> Limits {
        let entry = |dimension| Entry { dimension, facet: dimension, facet_weight: 1, weight: 1 };
        let item = |dimension: Option<usize>, reversed| Judged {
            score: dimension.map(entry),
            reversed,
            form: Form::Points,
            counted: 5,
        };
        let items = vec![
            item(Some(0), false),
            item(Some(0), true),
            item(Some(1), false),
            item(None, false),
        ];
        Limits::new((5, 10), 2, items)
    }

    /// The row of a cell of people, of whom each item has answers at these points.
    fn row(limits: &Limits, people: u32, items: [[u32; 5]; ITEMS]) -> Vec<u32> {
        let number = |item: &[u32; 5]| item.iter().sum::<u32>();
        let mut given = vec![people];
        given.extend([number(&items[0]).max(number(&items[1])), number(&items[2])]);
        for item in &items {
            given.push(number(item));
            given.extend(item);
        }
        limits.row(&given)
    }

    #[test]
    fn groups_are_judged_by_people_and_end_points() {
        let limits = limits();
        let calm = [0, 2, 2, 2, 0];
        let none = [0; 5];
        for (people, items, dimensions, all, why) in [
            (0, [none; ITEMS], true, true, "nobody"),
            (6, [calm; ITEMS], true, true, "no extremes"),
            (6, [[5, 0, 0, 1, 0], calm, calm, calm], true, false, "all but one at an end point"),
            (6, [[4, 0, 0, 2, 0], calm, calm, calm], true, true, "all but two"),
            (
                6,
                [[6, 0, 0, 0, 0], [0, 0, 0, 0, 6], calm, calm],
                false,
                false,
                "a dimension at its lowest",
            ),
            (6, [[6, 0, 0, 0, 0], [6, 0, 0, 0, 0], calm, calm], true, false, "at both ends"),
            (6, [[6, 0, 0, 0, 0], [5, 1, 0, 0, 0], calm, calm], true, false, "near both ends"),
            (
                6,
                [calm, calm, [5, 0, 1, 0, 0], calm],
                false,
                false,
                "a dimension of one item is that item",
            ),
            (6, [calm, none, calm, calm], true, true, "an item that nobody answered"),
            (
                6,
                [[5, 0, 1, 0, 0], none, calm, calm],
                false,
                false,
                "so that the other is the dimension",
            ),
            (6, [calm, calm, calm, [0, 1, 0, 0, 5]], true, false, "outcomes are judged as items"),
            (6, [[0, 2, 0, 2, 0], calm, calm, calm], true, false, "too few answered one item"),
            (
                6,
                [[0, 2, 0, 2, 0], [0, 0, 2, 0, 0], calm, calm],
                false,
                false,
                "too few answered anything of a dimension",
            ),
            (
                12,
                [[11, 1, 0, 0, 0], calm, calm, calm],
                true,
                true,
                "enough for all but one at an end point",
            ),
            (12, [[12, 0, 0, 0, 0], calm, calm, calm], true, false, "all are told"),
            (
                12,
                [[12, 0, 0, 0, 0], [0, 0, 0, 0, 12], calm, calm],
                true,
                false,
                "enough for a dimension at its lowest",
            ),
        ] {
            let row = row(&limits, people, items);
            assert_eq!(limits.allows_dimensions(&row), dimensions, "{why}");
            assert_eq!(limits.allows_items(&row), all, "{why}");
        }
        assert!(!limits.allows_dimensions(&row(&limits, 4, [[0, 1, 1, 1, 1]; ITEMS])));
    }

    #[test]
    fn what_small_cells_answered_is_not_all_but_told() {
        let limits = limits();
        let calm = [1, 1, 1, 1, 0];
        let nearly = |first: [u32; 5], second: [u32; 5], cells: [u32; 2]| {
            let mut sum = vec![0; limits.width()];
            for (people, points) in cells.into_iter().zip([first, second]) {
                let more = row(&limits, people, [points, calm, calm, calm]);
                sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            }
            limits.allows_items(&sum)
        };
        // Nine people, of whom four are a cell of their own; three steps below the highest point leave
        // the mean of the four between 4.25 and 5; with four it may be 4.
        assert!(!nearly([0, 0, 1, 1, 3], [0, 0, 0, 0, 4], [5, 4]));
        assert!(nearly([0, 0, 2, 0, 3], [0, 0, 0, 0, 4], [5, 4]));
        // The same in one large cell tells of nobody apart.
        let all = row(&limits, 9, [[0, 0, 1, 1, 7], [4; 5], [4; 5], [4; 5]]);
        assert!(limits.allows_items(&all));
    }

    #[test]
    fn the_measurement_is_judged_by_those_who_answered_all_of_a_scale() {
        let limits = limits().with_scales(30, vec![vec![0, 1]]);
        let given = [&[40, 38, 39, 37][..], &[1; 4 * 6]].concat();
        let mut counts = [0; 2];
        limits.of_scale(0, &limits.row(&given), &mut counts);
        assert_eq!(counts, [40, 37]);
        for (counts, allowed) in [
            ([0, 0], true),
            ([30, 30], true),
            ([29, 29], false),
            ([40, 36], false),
            ([40, 35], true),
            ([34, 29], false),
            ([4, 0], false),
        ] {
            assert_eq!(limits.allows_quality(&counts), allowed, "{counts:?}");
        }
    }

    #[test]
    fn numbers_and_distributions_are_told_of_enough_who_differ() {
        let limits = limits();
        for (counts, number, distribution) in [
            ([12, 12, 6, 6, 0], true, true),
            ([12, 11, 5, 6, 0], false, false),
            ([12, 7, 4, 3, 0], true, false),
            ([15, 10, 9, 1, 0], true, true),
            ([15, 10, 10, 0, 0], true, false),
            ([12, 4, 2, 2, 0], false, false),
            ([12, 0, 0, 0, 0], true, true),
        ] {
            assert_eq!(limits.allows_number(&counts), number);
            assert_eq!(limits.allows_distribution(&counts), distribution);
        }
    }
}
