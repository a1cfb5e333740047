//! `orgfit import`: sends a CSV file through the API, as any other caller would. A stream that
//! breaks off is taken up again where the server stands, under the same import id.
pub(super) mod api;
mod column;
mod file;
mod report;
mod row;

use std::path::Path;

use tonic::codegen::tokio_stream::{self, Stream};
use tonic::{Code, Status};

use super::args::{ImportArguments, Kind};
use super::config::Config;
use super::console::Console;
use super::failure::{Failure, Outcome};
use crate::pb::intake as pb;
use crate::pb::intake::intake_service_client::IntakeServiceClient;
use api::{Connection, Patience};
use column::rows_of;
use file::ImportFile;
use pb::{import_people_request, import_units_request};
pub(super) use report::summary;
use row::Row;

type Client = IntakeServiceClient<Connection>;

/// Runs the command.
pub(super) async fn run(config: &Config, console: Console, arguments: &ImportArguments) -> Outcome {
    let connection = api::configured(config)?;
    let import_id = match &arguments.import_id {
        Some(text) => text.clone(),
        None => new_import_id(),
    };
    let header = pb::ImportHeader {
        import_id: import_id.clone(),
        mode: mode(arguments).into(),
        absent_rows: absent_rows(arguments).into(),
        validate_only: arguments.dry_run,
        source: arguments.source.clone(),
        absent_limit_percent: if arguments.full { arguments.absent_limit } else { 0 },
        ..pb::ImportHeader::default()
    };
    let sent = send_file(connection, console, arguments.kind, &arguments.file, header).await;
    match sent {
        Ok(result) => report::show(arguments, &result),
        Err(mut failure) => {
            failure.message.push_str("\nGo on with --import-id ");
            failure.message.push_str(&import_id);
            Err(failure)
        }
    }
}

/// A random identifier for an import.
pub(super) fn new_import_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().hyphenated().to_string()
}

fn mode(arguments: &ImportArguments) -> pb::ImportMode {
    if arguments.full || arguments.all_or_nothing {
        pb::ImportMode::AllOrNothing
    } else {
        pb::ImportMode::ApplyValidRows
    }
}

fn absent_rows(arguments: &ImportArguments) -> pb::AbsentRows {
    if arguments.full { pb::AbsentRows::SoftDelete } else { pb::AbsentRows::Keep }
}

/// What an import came to.
pub(super) struct ImportResult {
    pub(super) job: pb::ImportJob,
    pub(super) row_errors: Vec<pb::RowError>,
}

impl ImportResult {
    /// Whether every row was taken.
    pub(super) fn is_clean(&self) -> bool {
        self.job.state() == pb::ImportState::Succeeded && self.job.rejected_row_count == 0
    }
}

/// Sends a whole file and waits for the report.
pub(super) async fn send_file(
    connection: Connection,
    console: Console,
    kind: Kind,
    path: &Path,
    header: pb::ImportHeader,
) -> Outcome<ImportResult> {
    let client = IntakeServiceClient::new(connection);
    match kind {
        Kind::Units => send::<pb::UnitRow>(client, console, kind, path, header).await,
        Kind::People => send::<pb::PersonRow>(client, console, kind, path, header).await,
    }
}

/// What is different between the imports of units and people.
trait ImportRow: Row {
    /// A part of the stream.
    type Part: Send + 'static;

    fn header(header: pb::ImportHeader) -> Self::Part;
    fn chunk(chunk_index: i32, rows: Vec<Self>) -> Self::Part;
    fn footer(footer: pb::ImportFooter) -> Self::Part;
    fn call(
        client: &mut Client,
        parts: impl Stream<Item = Self::Part> + Send + 'static,
    ) -> impl Future<Output = Result<ImportResult, Status>> + Send;
}

async fn send<R: ImportRow>(
    mut client: Client,
    console: Console,
    kind: Kind,
    path: &Path,
    header: pb::ImportHeader,
) -> Outcome<ImportResult> {
    let file = ImportFile::<R>::check(kind, path)?;
    let what = match kind {
        Kind::Units => "Importing units ",
        Kind::People => "Importing people",
    };
    let mut patience = Patience::default();
    let mut reached = find_next_chunk(&mut client, &mut patience, &header.import_id).await?;
    loop {
        let parts = parts(&file, console, what, header.clone(), reached)?;
        match R::call(&mut client, tokio_stream::iter(parts)).await {
            Ok(result) => {
                console.end_progress();
                return Ok(result);
            }
            Err(status) => {
                console.end_progress();
                patience.endure(status).await?;
                let next = find_next_chunk(&mut client, &mut patience, &header.import_id).await?;
                if next > reached {
                    patience.renew();
                }
                reached = next;
            }
        }
    }
}

/// The stream from chunk `from` on. It shows its progress as the connection takes it.
fn parts<R: ImportRow>(
    file: &ImportFile<R>,
    console: Console,
    what: &'static str,
    header: pb::ImportHeader,
    from: usize,
) -> Outcome<impl Iterator<Item = R::Part> + Send + use<R>> {
    let row_count = file.row_count;
    let footer_count = i32::try_from(row_count)
        .map_err(|_| Failure::new("the file has more rows than an import may have"))?;
    let chunks = file.chunks(from)?.zip(from..).map(move |(rows, index)| {
        console.progress(what, rows_of(index, row_count).start + rows.len(), row_count);
        R::chunk(i32::try_from(index).unwrap_or(i32::MAX), rows)
    });
    Ok(std::iter::once(R::header(header))
        .chain(chunks)
        .chain(std::iter::once(R::footer(pb::ImportFooter { row_count: footer_count }))))
}

/// Where the server stands: 0 for an import that it does not know.
async fn find_next_chunk(
    client: &mut Client,
    patience: &mut Patience,
    import_id: &str,
) -> Outcome<usize> {
    loop {
        let request = pb::GetImportRequest { import_id: import_id.to_owned() };
        match client.get_import(request).await {
            Ok(response) => {
                let job = response.into_inner().import_job.unwrap_or_default();
                return Ok(usize::try_from(job.next_chunk_index).unwrap_or(0));
            }
            Err(status) if status.code() == Code::NotFound => return Ok(0),
            Err(status) => patience.endure(status).await?,
        }
    }
}

impl ImportRow for pb::UnitRow {
    type Part = pb::ImportUnitsRequest;

    fn header(header: pb::ImportHeader) -> Self::Part {
        pb::ImportUnitsRequest { part: Some(import_units_request::Part::Header(header)) }
    }

    fn chunk(chunk_index: i32, rows: Vec<Self>) -> Self::Part {
        let rows = pb::UnitRows { chunk_index, rows };
        pb::ImportUnitsRequest { part: Some(import_units_request::Part::Rows(rows)) }
    }

    fn footer(footer: pb::ImportFooter) -> Self::Part {
        pb::ImportUnitsRequest { part: Some(import_units_request::Part::Footer(footer)) }
    }

    async fn call(
        client: &mut Client,
        parts: impl Stream<Item = Self::Part> + Send + 'static,
    ) -> Result<ImportResult, Status> {
        let response = client.import_units(parts).await?.into_inner();
        Ok(ImportResult {
            job: response.import_job.unwrap_or_default(),
            row_errors: response.row_errors,
        })
    }
}

impl ImportRow for pb::PersonRow {
    type Part = pb::ImportPeopleRequest;

    fn header(header: pb::ImportHeader) -> Self::Part {
        pb::ImportPeopleRequest { part: Some(import_people_request::Part::Header(header)) }
    }

    fn chunk(chunk_index: i32, rows: Vec<Self>) -> Self::Part {
        let rows = pb::PersonRows { chunk_index, rows };
        pb::ImportPeopleRequest { part: Some(import_people_request::Part::Rows(rows)) }
    }

    fn footer(footer: pb::ImportFooter) -> Self::Part {
        pb::ImportPeopleRequest { part: Some(import_people_request::Part::Footer(footer)) }
    }

    async fn call(
        client: &mut Client,
        parts: impl Stream<Item = Self::Part> + Send + 'static,
    ) -> Result<ImportResult, Status> {
        let response = client.import_people(parts).await?.into_inner();
        Ok(ImportResult {
            job: response.import_job.unwrap_or_default(),
            row_errors: response.row_errors,
        })
    }
}
