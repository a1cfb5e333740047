//! The invented rows as CSV files, such as an HR system exports them.
use std::path::{Path, PathBuf};

use super::company::{Person, Unit};
use crate::cli::failure::{Failure, Outcome};

/// Writes `units.csv`.
pub(super) fn write_units(dir: &Path, units: &[Unit]) -> Outcome<PathBuf> {
    let header = ["external_id", "parent_external_id", "display_name"];
    let rows = units.iter().map(|unit| {
        [unit.external_id.as_str(), &unit.parent_external_id, &unit.display_name].map(str::to_owned)
    });
    write(&dir.join("units.csv"), header, rows)
}

/// Writes `people.csv`.
pub(super) fn write_people(dir: &Path, people: &[Person]) -> Outcome<PathBuf> {
    let header = [
        "external_id",
        "unit_external_id",
        "employee_number",
        "first_name",
        "last_name",
        "work_email",
        "language_code",
        "manager_external_id",
        "employment_status",
        "start_date",
        "leads_unit_external_ids",
        "segment.hierarchy_level",
        "segment.function",
        "segment.customer_contact",
    ];
    let rows = people.iter().map(|person| {
        [
            person.external_id.as_str(),
            &person.unit_external_id,
            &person.employee_number,
            person.first_name,
            person.last_name,
            &person.work_email,
            person.language_code,
            &person.manager_external_id,
            person.employment_status,
            &person.start_date.to_string(),
            &person.leads_unit_external_ids,
            person.hierarchy_level,
            person.function,
            person.customer_contact,
        ]
        .map(str::to_owned)
    });
    write(&dir.join("people.csv"), header, rows)
}

fn write<const N: usize>(
    path: &Path,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Outcome<PathBuf> {
    let failed =
        |error: csv::Error| Failure::new(format!("writing {} failed: {error}", path.display()));
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush()?;
    Ok(path.to_path_buf())
}
