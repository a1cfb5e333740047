//! An import file, read twice: once to check every row before anything is sent, and once to send
//! it. So a mistake in the last line costs nothing, and a file larger than memory can be sent.
use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord};

use super::column::{Column, ROWS_PER_CHUNK, read_header};
use super::row::{Row, read_row};
use crate::cli::args::Kind;
use crate::cli::failure::{Failure, Outcome};

/// Most mistakes that are told at once.
const MISTAKES_SHOWN_MAX: usize = 20;

/// A file whose rows are all well formed.
pub(super) struct ImportFile<R> {
    path: PathBuf,
    columns: Vec<Column>,
    /// Number of rows.
    pub(super) row_count: usize,
    rows: PhantomData<fn() -> R>,
}

impl<R: Row> ImportFile<R> {
    /// Checks the whole file.
    pub(super) fn check(kind: Kind, path: &Path) -> Outcome<Self> {
        let mut reader = open(path)?;
        let header = reader.headers().map_err(|error| unreadable(path, &error))?;
        let columns = read_header(kind, header).map_err(|found| refusal(path, &found, 0))?;
        let mut mistakes = Vec::new();
        let mut wrong = 0;
        let mut row_count = 0;
        for record in reader.records() {
            let mistake = match &record {
                Ok(record) => read_row::<R>(&columns, record).err().map(|text| at(record, &text)),
                Err(error) => Some(describe(error)),
            };
            row_count += 1;
            if let Some(mistake) = mistake {
                wrong += 1;
                if mistakes.len() < MISTAKES_SHOWN_MAX {
                    mistakes.push(mistake);
                }
            }
        }
        if wrong > 0 {
            return Err(refusal(path, &mistakes, wrong - mistakes.len()));
        }
        Ok(Self { path: path.to_path_buf(), columns, row_count, rows: PhantomData })
    }

    /// Reads chunks of rows, beginning with chunk `from`. It ends early when the file is no longer
    /// what was checked.
    pub(super) fn chunks(
        &self,
        from: usize,
    ) -> Outcome<impl Iterator<Item = Vec<R>> + Send + use<R>> {
        let columns = self.columns.clone();
        let mut rows = open(&self.path)?
            .into_records()
            .skip(from * ROWS_PER_CHUNK)
            .map_while(move |record| read_row(&columns, &record.ok()?).ok());
        Ok(std::iter::from_fn(move || {
            let chunk: Vec<R> = rows.by_ref().take(ROWS_PER_CHUNK).collect();
            (!chunk.is_empty()).then_some(chunk)
        }))
    }
}

fn open(path: &Path) -> Outcome<csv::Reader<File>> {
    ReaderBuilder::new().from_path(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &csv::Error) -> Failure {
    Failure::new(format!("{}: {}", path.display(), describe(error)))
}

fn refusal(path: &Path, mistakes: &[String], more: usize) -> Failure {
    let mut lines = vec![format!("{} was not sent:", path.display())];
    lines.extend_from_slice(mistakes);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Failure::new(lines.join("\n  "))
}

fn at(record: &StringRecord, text: &str) -> String {
    record.position().map_or_else(|| text.to_owned(), |at| format!("line {}: {text}", at.line()))
}

/// The parser's error without the cells.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser may come to know more errors")]
fn describe(error: &csv::Error) -> String {
    let line = error.position().map_or_else(String::new, |at| format!("line {}: ", at.line()));
    let text = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} cells and the header has {expected_len}")
        }
        _ => "the line is not CSV".to_owned(),
    };
    format!("{line}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb::intake::PersonRow;

    fn file(text: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn check(text: impl AsRef<[u8]>) -> Result<usize, String> {
        let file = file(text);
        ImportFile::<PersonRow>::check(Kind::People, file.path())
            .map(|file| file.row_count)
            .map_err(|failure| failure.message)
    }

    #[test]
    fn quotes_line_ends_and_byte_order_marks_of_spreadsheets_are_read() {
        let text =
            "\u{feff}external_id,unit_external_id,last_name\r\nP1,U1,\"O'Neil, \"\"Jr\"\"\"\r\n";
        let file = file(text);
        let file = ImportFile::<PersonRow>::check(Kind::People, file.path()).unwrap();
        let rows: Vec<_> = file.chunks(0).unwrap().flatten().collect();
        assert_eq!(rows[0].external_id, "P1");
        assert_eq!(rows[0].last_name, "O'Neil, \"Jr\"");
    }

    #[test]
    fn all_wrong_lines_are_told_at_once_by_number() {
        let header = "external_id,unit_external_id,start_date\n";
        let mistakes =
            check(format!("{header}P1,U1,tomorrow\nP2,U1,2026-01-01\nP3,U1\n")).unwrap_err();
        assert!(mistakes.contains("line 2: start_date"), "{mistakes}");
        assert!(mistakes.contains("line 4: there are 2 cells"), "{mistakes}");
        assert!(!mistakes.contains("line 3") && !mistakes.contains("tomorrow"), "{mistakes}");
        let many = check(format!("{header}{}", "P,U,x\n".repeat(30))).unwrap_err();
        assert!(many.ends_with("and 10 more"), "{many}");
        let latin = check([header.as_bytes(), b"P\xfc,U1,\n"].concat()).unwrap_err();
        assert!(latin.contains("UTF-8"), "{latin}");
    }

    #[test]
    fn chunks_go_on_where_an_import_broke_off() {
        let rows: Vec<_> = (0..1201).map(|n| format!("P{n},U")).collect();
        let file = file(format!("external_id,unit_external_id\n{}", rows.join("\n")));
        let file = ImportFile::<PersonRow>::check(Kind::People, file.path()).unwrap();
        let sizes = |from| file.chunks(from).unwrap().map(|chunk| chunk.len()).collect::<Vec<_>>();
        assert_eq!(file.row_count, 1201);
        assert_eq!(sizes(0), [500, 500, 201]);
        assert_eq!(sizes(2), [201]);
        assert!(sizes(3).is_empty());
        assert_eq!(file.chunks(1).unwrap().next().unwrap()[0].external_id, "P500");
    }
}
