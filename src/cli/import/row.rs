//! Rows of an import file as messages of the API. Only what has a form of its own on the wire is
//! read here: dates, states and lists. Everything else is the server's to judge.
use chrono::{Datelike, NaiveDate};

use super::column::Column;
use crate::pb::common::{CalendarDate, EmploymentStatus, SegmentSelector};
use crate::pb::intake::{PersonRow, UnitRow};

/// What parts the entries of a list within a cell.
const LIST_SEPARATOR: char = ';';
const DATE_FORMAT: &str = "%Y-%m-%d";

/// A row that becomes a message.
pub(super) trait Row: Default + Send + 'static {
    /// Takes the cell of a column; `Err` says what it has to look like.
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), String>;
}

/// Reads the cells of a line; names the first column that is wrong, never the cell.
pub(super) fn read_row<'c, R: Row>(
    columns: &[Column],
    cells: impl IntoIterator<Item = &'c str>,
) -> Result<R, String> {
    let mut row = R::default();
    for (column, cell) in columns.iter().zip(cells) {
        row.take(column, cell).map_err(|limit| match column {
            Column::Field(name) => format!("{name} {limit}"),
            Column::Segment(dimension) => format!("segment.{dimension} {limit}"),
        })?;
    }
    Ok(row)
}

impl Row for UnitRow {
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), String> {
        let Column::Field(name) = column else { return Ok(()) };
        match *name {
            "external_id" => cell.clone_into(&mut self.external_id),
            "parent_external_id" => cell.clone_into(&mut self.parent_external_id),
            "display_name" => cell.clone_into(&mut self.display_name),
            "predecessor_external_ids" => self.predecessor_external_ids = list(cell),
            "effective_date" => self.effective_date = date(cell)?,
            _ => {}
        }
        Ok(())
    }
}

impl Row for PersonRow {
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), String> {
        let name = match column {
            Column::Field(name) => *name,
            Column::Segment(_) if cell.is_empty() => return Ok(()),
            Column::Segment(dimension) => {
                self.segments.push(SegmentSelector {
                    dimension_key: dimension.clone(),
                    value_key: cell.to_owned(),
                });
                return Ok(());
            }
        };
        match name {
            "external_id" => cell.clone_into(&mut self.external_id),
            "unit_external_id" => cell.clone_into(&mut self.unit_external_id),
            "employee_number" => cell.clone_into(&mut self.employee_number),
            "first_name" => cell.clone_into(&mut self.first_name),
            "last_name" => cell.clone_into(&mut self.last_name),
            "display_name" => cell.clone_into(&mut self.display_name),
            "work_email" => cell.clone_into(&mut self.work_email),
            "language_code" => cell.clone_into(&mut self.language_code),
            "manager_external_id" => cell.clone_into(&mut self.manager_external_id),
            "employment_status" => self.employment_status = status(cell)?,
            "start_date" => self.start_date = date(cell)?,
            "termination_date" => self.termination_date = date(cell)?,
            "leads_unit_external_ids" => self.leads_unit_external_ids = list(cell),
            _ => {}
        }
        Ok(())
    }
}

fn list(cell: &str) -> Vec<String> {
    cell.split(LIST_SEPARATOR)
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

fn date(cell: &str) -> Result<Option<CalendarDate>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let date = NaiveDate::parse_from_str(cell, DATE_FORMAT)
        .map_err(|_| "must be a date that exists, such as 2026-02-28".to_owned())?;
    let number = |value: u32| i32::try_from(value).unwrap_or(0);
    Ok(Some(CalendarDate {
        year: date.year(),
        month: number(date.month()),
        day: number(date.day()),
    }))
}

fn status(cell: &str) -> Result<i32, String> {
    if cell.is_empty() {
        return Ok(EmploymentStatus::Unspecified.into());
    }
    let name = format!("EMPLOYMENT_STATUS_{}", cell.to_ascii_uppercase());
    match EmploymentStatus::from_str_name(&name) {
        Some(status) if status != EmploymentStatus::Unspecified => Ok(status.into()),
        _ => {
            Err("must be one of: active, leave, onboarding, prehire, retired, terminated, deceased"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(cells: &[(&'static str, &str)]) -> Result<PersonRow, String> {
        let columns: Vec<_> = cells
            .iter()
            .map(|(name, _)| match name.strip_prefix("segment.") {
                Some(dimension) => Column::Segment(dimension.to_owned()),
                None => Column::Field(name),
            })
            .collect();
        read_row(&columns, cells.iter().map(|(_, cell)| *cell))
    }

    #[test]
    fn cells_become_fields() {
        let row = person(&[
            ("external_id", "P1"),
            ("employment_status", "Leave"),
            ("start_date", "2024-02-29"),
            ("termination_date", ""),
            ("leads_unit_external_ids", "U1; U2;"),
            ("segment.function", "sales"),
            ("segment.level", ""),
        ])
        .unwrap();
        assert_eq!(row.employment_status(), EmploymentStatus::Leave);
        assert_eq!(row.start_date, Some(CalendarDate { year: 2024, month: 2, day: 29 }));
        assert_eq!(row.termination_date, None);
        assert_eq!(row.leads_unit_external_ids, ["U1", "U2"]);
        assert_eq!(row.segments.len(), 1);
    }

    #[test]
    fn a_wrong_cell_is_named_by_its_column_and_not_repeated() {
        for (name, cell) in [
            ("start_date", "29.2.2024-canary"),
            ("start_date", "2023-02-29"),
            ("employment_status", "canary"),
            ("employment_status", "unspecified"),
        ] {
            let mistake = person(&[(name, cell)]).unwrap_err();
            assert!(mistake.starts_with(name) && !mistake.contains(cell), "{mistake}");
        }
    }

    #[test]
    fn every_column_of_the_contract_is_read() {
        let pool = prost_reflect::DescriptorPool::decode(crate::pb::DESCRIPTOR_SET).unwrap();
        let names = |message: &str| -> Vec<String> {
            let message = pool.get_message_by_name(message).unwrap();
            message
                .fields()
                .map(|field| field.name().to_owned())
                .filter(|name| name != "segments")
                .collect()
        };
        let cell = |name: &str| match name {
            "employment_status" => "active",
            _ if name.ends_with("_date") => "2026-01-01",
            _ => "x",
        };
        for name in names("orgfit.intake.v1.PersonRow") {
            let column = Column::Field(String::leak(name.clone()));
            let row: PersonRow = read_row(&[column], [cell(&name)]).unwrap();
            assert_ne!(row, PersonRow::default(), "{name}");
        }
        for name in names("orgfit.intake.v1.UnitRow") {
            let column = Column::Field(String::leak(name.clone()));
            let row: UnitRow = read_row(&[column], [cell(&name)]).unwrap();
            assert_ne!(row, UnitRow::default(), "{name}");
        }
    }
}
