//! How an answer sheet is packed: a fixed number of bytes per item of an instrument version,
//! whatever the form, so that all sheets of a version look alike.
//!
//! An item takes as many bytes, 1 to 3, as its codes need, lowest byte first. All bits 0 means no
//! answer, all bits 1 "cannot judge".
use super::content::{Content, Format};

/// One answer of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not answered.
    None,
    /// "Cannot judge".
    CannotJudge,
    /// The code, from 1.
    Code(u32),
}

/// Where an item is in a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Key of the item.
    pub item_key: String,
    /// First byte.
    pub offset: usize,
    /// Number of bytes, 1-3.
    pub width: usize,
    /// Largest code.
    pub code_max: u32,
}

/// The layout of an instrument version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    fields: Vec<Field>,
    len: usize,
}

impl Layout {
    /// The layout of a content: all items but free text, in the instrument's order.
    pub fn of(content: &Content) -> Self {
        let mut fields = Vec::new();
        let mut offset = 0;
        for item in &content.items {
            if matches!(item.format, Format::Text { .. }) {
                continue;
            }
            let code_max = item.format.code_max();
            let width = match code_max {
                0..=0xFE => 1,
                0xFF..=0xFFFE => 2,
                _ => 3,
            };
            fields.push(Field { item_key: item.key.clone(), offset, width, code_max });
            offset += width;
        }
        Self { fields, len: offset }
    }

    /// Number of bytes of a sheet.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether sheets are empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The fields, in the instrument's order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of an item.
    pub fn field(&self, item_key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.item_key == item_key)
    }

    /// A sheet without any answer.
    pub fn blank(&self) -> Vec<u8> {
        vec![0; self.len]
    }
}

impl Field {
    /// Writes an answer into a sheet of the layout.
    pub fn put(&self, sheet: &mut [u8], answer: Answer) {
        let code = match answer {
            Answer::None => 0,
            Answer::CannotJudge => u32::MAX,
            Answer::Code(code) => code,
        };
        let bytes = code.to_le_bytes();
        sheet[self.offset..self.offset + self.width].copy_from_slice(&bytes[..self.width]);
    }

    /// Reads the answer from a sheet of the layout.
    pub fn get(&self, sheet: &[u8]) -> Answer {
        let mut bytes = [0; 4];
        bytes[..self.width].copy_from_slice(&sheet[self.offset..self.offset + self.width]);
        let code = u32::from_le_bytes(bytes);
        if code == 0 {
            Answer::None
        } else if code == (1 << (8 * self.width)) - 1 {
            Answer::CannotJudge
        } else {
            Answer::Code(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_read_and_neighbours_stay(
            (code_max, code) in (1u32..=0xF_FFFF).prop_flat_map(|max| (Just(max), 1..=max)),
            cannot in any::<bool>(),
        ) {
            let width = match code_max { 0..=0xFE => 1, 0xFF..=0xFFFE => 2, _ => 3 };
            let field = Field { item_key: String::new(), offset: 2, width, code_max };
            let answer = if cannot { Answer::CannotJudge } else { Answer::Code(code) };
            let mut sheet = vec![7; 8];
            field.put(&mut sheet, answer);
            prop_assert_eq!(field.get(&sheet), answer);
            field.put(&mut sheet, Answer::None);
            prop_assert_eq!(field.get(&sheet), Answer::None);
            prop_assert!(sheet[..2].iter().chain(&sheet[2 + width..]).all(|byte| *byte == 7));
        }
    }
}
