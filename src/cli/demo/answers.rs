//! Invents answers: plausible, the same for the same seed, and nobody's. What a person answers
//! depends on the unit, on the level, on the part of the instrument, and on chance.
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::pb::common::AnswerSheet;
use crate::pb::directory::Person;
use crate::pb::respondent::QuestionnaireItem;
use crate::pb::respondent::questionnaire_item::Format;

/// Invited people who answer, in percent.
const TAKING_PART_PERCENT: u32 = 82;
/// Answers of "cannot judge", where it is offered, in percent.
const CANNOT_JUDGE_PERCENT: u32 = 5;
/// The middle of all answers, in percent of the scale.
const MIDDLE: i32 = 62;

/// An invented respondent.
pub(super) struct Author {
    random: StdRng,
    language_code: String,
    unit: String,
    /// How much better than the others they see everything, in percent of the scale.
    mood: i32,
}

impl Author {
    /// The respondent behind a person.
    pub(super) fn new(person: &Person, number: usize, seed: u64) -> Self {
        let own = u64::try_from(number).unwrap_or(0).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut random = StdRng::seed_from_u64(seed ^ own);
        let leads = person
            .segments
            .iter()
            .any(|segment| ["executive", "management"].contains(&segment.value_key.as_str()));
        let mood = random.random_range(-26..=26) + if leads { 9 } else { 0 };
        Self {
            random,
            language_code: person.language_code.clone(),
            unit: person.unit_id.clone(),
            mood,
        }
    }

    /// Whether they answer at all.
    pub(super) fn takes_part(&mut self) -> bool {
        self.random.random_range(0..100) < TAKING_PART_PERCENT
    }

    /// The language that they read.
    pub(super) fn language_code(&self) -> &str {
        &self.language_code
    }

    /// Their answers, in the order of the questionnaire.
    pub(super) fn answer(&mut self, items: &[QuestionnaireItem]) -> AnswerSheet {
        AnswerSheet { codes: items.iter().map(|item| self.code(item)).collect() }
    }

    fn code(&mut self, item: &QuestionnaireItem) -> i32 {
        if item.allow_cannot_judge && self.random.random_range(0..100) < CANNOT_JUDGE_PERCENT {
            return -1;
        }
        // Units differ in parts of the instrument, not only as a whole.
        let view = MIDDLE
            + lean(&[&item.item_key], 14)
            + lean(&[&self.unit], 8)
            + lean(&[&self.unit, &item.dimension_title], 9)
            + self.mood
            + self.random.random_range(-42..=42);
        match &item.format {
            Some(Format::RatingScale(scale)) => step(view, scale.maximum - scale.minimum),
            Some(Format::NumberRange(_)) => step(view, 100),
            Some(Format::ChoiceList(list)) => {
                self.choice(list.options.len(), list.maximum_choices, &item.item_key)
            }
            None => 0,
        }
    }

    /// Options, the first ones of an order that depends on the item more often than others.
    fn choice(&mut self, options: usize, maximum: i32, item_key: &str) -> i32 {
        let mut ranked: Vec<_> = (0..options)
            .map(|option| {
                let liking = lean(&[item_key, &option.to_string()], 40);
                (liking + self.random.random_range(-40..=40), option)
            })
            .collect();
        ranked.sort_unstable();
        ranked
            .iter()
            .rev()
            .take(usize::try_from(maximum).unwrap_or(1))
            .map(|(_, option)| 1 << option)
            .sum()
    }
}

/// The code of the point that lies `view` percent up a scale of `steps`.
fn step(view: i32, steps: i32) -> i32 {
    1 + (view.clamp(0, 100) * steps + 50) / 100
}

/// A number from -`size` to `size` that is always the same for the same words.
fn lean(words: &[&str], size: i32) -> i32 {
    let digest = words
        .iter()
        .fold(Sha256::new(), |digest, word| digest.chain_update(word).chain_update([0]));
    let byte = digest.finalize()[0];
    (i32::from(byte) * (2 * size + 1)) / 256 - size
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pb::respondent::{ChoiceList, ChoiceListOption, RatingScale};

    fn item(key: &str, format: Format) -> QuestionnaireItem {
        QuestionnaireItem {
            item_key: key.to_owned(),
            format: Some(format),
            allow_cannot_judge: true,
            ..QuestionnaireItem::default()
        }
    }

    proptest! {
        #[test]
        fn every_answer_is_one_that_the_item_takes(number in 0usize..10_000, seed in any::<u64>(), maximum in 1i32..11) {
            let options = vec![ChoiceListOption::default(); 8];
            let list = ChoiceList { options, maximum_choices: 3, minimum_choices: 1, shuffled: true };
            let scale = RatingScale { minimum: 0, maximum, labels: Vec::new() };
            let items = [item("a", Format::RatingScale(scale)), item("b", Format::ChoiceList(list))];
            let answers = Author::new(&Person::default(), number, seed).answer(&items);
            prop_assert_eq!(&answers, &Author::new(&Person::default(), number, seed).answer(&items));
            prop_assert!(answers.codes[0] == -1 || (1..=maximum + 1).contains(&answers.codes[0]));
            prop_assert!(answers.codes[1] == -1 || answers.codes[1].count_ones() == 3);
        }
    }
}
