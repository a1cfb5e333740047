//! Answer sheets as they are sent: one code per item in an order known to both sides. A sheet is checked
//! whole, so that all its mistakes are told at once, and packed.
use crate::base::Check;
use crate::instrument::{Answer, Content, Field, Format, Item, Layout};

use super::questionnaire::Questionnaire;

/// The code of "cannot judge".
const CANNOT_JUDGE: i32 = -1;

/// The order of the codes of a sheet, and what each may be.
#[derive(Clone, Debug)]
pub struct Form {
    layout: Layout,
    columns: Vec<Column>,
}

/// What the code at one position may be, and where it is packed.
#[derive(Clone, Debug)]
struct Column {
    field: Field,
    required: bool,
    allow_cannot_judge: bool,
    /// Fewest and most options, for choices.
    choices: Option<(u32, u32)>,
}

impl Column {
    fn of(item: &Item, layout: &Layout, enforced: bool) -> Option<Self> {
        let choices = match item.format {
            Format::Choice { minimum_choices, maximum_choices, .. } => {
                Some((u32::from(minimum_choices), u32::from(maximum_choices)))
            }
            Format::Rating { .. } | Format::Number { .. } | Format::Text { .. } => None,
        };
        Some(Self {
            field: layout.field(&item.key)?.clone(),
            required: item.required && enforced,
            allow_cannot_judge: item.allow_cannot_judge,
            choices,
        })
    }

    /// The answer that a code stands for, or what is wrong with it.
    fn read(&self, code: i32) -> Result<Answer, String> {
        match u32::try_from(code) {
            Ok(0) if self.required => Err("is required: 0 is no answer".to_owned()),
            Ok(0) => Ok(Answer::None),
            Ok(code) if code <= self.field.code_max => self.within_choices(code),
            Err(_) if code == CANNOT_JUDGE && self.allow_cannot_judge => Ok(Answer::CannotJudge),
            Err(_) if code == CANNOT_JUDGE => {
                Err("must not be -1: \"cannot judge\" is not offered for the item".to_owned())
            }
            Ok(_) | Err(_) => Err(format!("must be a code from 0 to {}", self.field.code_max)),
        }
    }

    fn within_choices(&self, code: u32) -> Result<Answer, String> {
        match self.choices {
            Some((fewest, most)) if !(fewest..=most).contains(&code.count_ones()) => {
                Err(format!("must choose {fewest} to {most} options"))
            }
            Some(_) | None => Ok(Answer::Code(code)),
        }
    }
}

impl Form {
    /// Sheets of respondents: the items that are asked, in order, required ones enforced.
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let layout = Layout::of(&questionnaire.content);
        let columns = questionnaire
            .items()
            .into_iter()
            .filter_map(|item| Column::of(item, &layout, true))
            .collect();
        Self { layout, columns }
    }

    /// Sheets that were collected elsewhere, with codes in the order of `item_keys`, each of which names
    /// an item with codes, and none twice. Nothing is required of them: what is missing is not
    /// answered.
    pub fn in_order(
        content: &Content,
        item_keys: &[String],
        check: &mut Check,
        field: &str,
    ) -> Option<Self> {
        let layout = Layout::of(content);
        let mut columns: Vec<Column> = Vec::with_capacity(item_keys.len());
        let mut whole = true;
        for (position, key) in item_keys.iter().enumerate() {
            let place = format!("{field}[{position}]");
            if columns.iter().any(|column| column.field.item_key == *key) {
                check.refuse(&place, "names an item a second time");
                whole = false;
            } else if let Some(column) =
                content.item(key).and_then(|item| Column::of(item, &layout, false))
            {
                columns.push(column);
            } else {
                check.refuse(&place, "must be the key of an item of the instrument that has codes");
                whole = false;
            }
        }
        whole.then_some(Self { layout, columns })
    }

    /// Number of codes.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether sheets have no code.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Packs a sheet, or notes all that is wrong with it as `<field>[<position>]`.
    pub fn pack(&self, codes: &[i32], check: &mut Check, field: &str) -> Option<Vec<u8>> {
        if codes.len() != self.columns.len() {
            let count = self.columns.len();
            check.refuse(field, format!("must have {count} codes, one for each item in order"));
            return None;
        }
        let mut sheet = self.layout.blank();
        let mut whole = true;
        for (position, (column, code)) in self.columns.iter().zip(codes).enumerate() {
            match column.read(*code) {
                Ok(answer) => column.field.put(&mut sheet, answer),
                Err(description) => {
                    check.refuse(&format!("{field}[{position}]"), description);
                    whole = false;
                }
            }
        }
        whole.then_some(sheet)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Localized;
    use crate::instrument::{ChoiceOption, Role};
    use crate::respondent::{Attribute, Promise};

    fn item(key: &str, format: Format) -> Item {
        Item {
            key: key.to_owned(),
            role: Role::Information,
            text: Localized::default(),
            format,
            required: false,
            allow_cannot_judge: false,
            first_wave_number: 1,
        }
    }

    fn rating() -> Format {
        Format::Rating { minimum: 0, maximum: 10, labels: Vec::new() }
    }

    fn questionnaire() -> Questionnaire {
        let options = (0..4)
            .map(|n| ChoiceOption { key: format!("o{n}"), text: Localized::default() })
            .collect();
        let choice =
            Format::Choice { options, maximum_choices: 2, minimum_choices: 2, ordered: false };
        let number = Format::Number { minimum_milli: 0, maximum_milli: 500_000, step_milli: 500 };
        let items = vec![
            Item { required: true, ..item("rating", rating()) },
            Item { allow_cannot_judge: true, ..item("judge", rating()) },
            item("choice", choice),
            item("comment", Format::Text { maximum_characters: 9 }),
            item("number", number),
            Item { first_wave_number: 2, ..item("later", rating()) },
        ];
        Questionnaire {
            content: Content { items, ..Content::default() },
            form_key: String::new(),
            wave_number: 1,
            language_codes: Vec::new(),
            default_language_code: String::new(),
            time_zone: String::new(),
            promise: Promise {
                minimum_group_size: 5,
                comment_minimum_group_size: 10,
                discloses_individual_participation: false,
                policy_digest: String::new(),
            },
            attributes: Vec::<Attribute>::new(),
        }
    }

    fn pack(form: &Form, codes: &[i32]) -> Result<Vec<u8>, Vec<(String, String)>> {
        let mut check = Check::new();
        let sheet = form.pack(codes, &mut check, "answers.codes");
        let findings: Vec<_> = check
            .into_findings()
            .into_iter()
            .map(|finding| (finding.violation.field, finding.violation.description))
            .collect();
        assert_eq!(sheet.is_none(), !findings.is_empty());
        sheet.ok_or(findings)
    }

    #[test]
    fn all_mistakes_of_a_sheet_are_told_at_once() {
        let form = Form::of(&questionnaire());
        assert_eq!(form.len(), 4);
        let wrong = |codes: &[i32]| -> Vec<String> {
            pack(&form, codes).unwrap_err().into_iter().map(|(field, _)| field).collect()
        };
        assert_eq!(
            wrong(&[0, 12, 0b111, 1002]),
            ["answers.codes[0]", "answers.codes[1]", "answers.codes[2]", "answers.codes[3]"]
        );
        assert_eq!(wrong(&[-1, -2, 0b1, i32::MIN]).len(), 4);
        assert_eq!(wrong(&[1, -1, 16, -1]), ["answers.codes[2]", "answers.codes[3]"]);
        for count in [0, 3, 5] {
            assert_eq!(wrong(&vec![1; count]), ["answers.codes"]);
        }
        assert!(pack(&form, &[11, -1, 0b1010, 1001]).is_ok());
        assert!(pack(&form, &[1, 0, 0, 0]).is_ok());
    }

    #[test]
    fn sheets_of_all_forms_have_one_length_and_imports_their_own_order() {
        let questionnaire = questionnaire();
        let whole = Form::of(&questionnaire);
        let keys = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut check = Check::new();
        let order = keys(&["later", "number", "rating"]);
        let form = Form::in_order(&questionnaire.content, &order, &mut check, "item_keys").unwrap();
        let sheet = pack(&form, &[3, 700, 0]).unwrap();
        assert_eq!(sheet.len(), pack(&whole, &[1, 1, 3, 1]).unwrap().len());
        let layout = Layout::of(&questionnaire.content);
        assert_eq!(layout.field("later").unwrap().get(&sheet), Answer::Code(3));
        assert_eq!(layout.field("number").unwrap().get(&sheet), Answer::Code(700));
        assert_eq!(layout.field("rating").unwrap().get(&sheet), Answer::None);

        let order = keys(&["rating", "nothing", "rating", "comment"]);
        assert!(Form::in_order(&questionnaire.content, &order, &mut check, "item_keys").is_none());
        let fields: Vec<_> =
            check.into_findings().into_iter().map(|finding| finding.violation.field).collect();
        assert_eq!(fields, ["item_keys[1]", "item_keys[2]", "item_keys[3]"]);
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_packed_as_it_was_sent(codes in proptest::collection::vec(-2..=1002_i32, 4)) {
            let questionnaire = questionnaire();
            let form = Form::of(&questionnaire);
            if let Ok(sheet) = pack(&form, &codes) {
                for (item, code) in questionnaire.items().iter().zip(&codes) {
                    let answer = form.layout.field(&item.key).unwrap().get(&sheet);
                    let expected = match *code {
                        0 => Answer::None,
                        -1 => Answer::CannotJudge,
                        code => Answer::Code(u32::try_from(code).unwrap()),
                    };
                    prop_assert_eq!(answer, expected);
                }
            }
        }
    }
}
