//! `IntakeService`: streams of chunks, their unary twin, and what became of them.
use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::job::{ImportHeader, ImportJob, ImportKind, incomplete};
use super::stage::{Chunk, finish, open, stage};
use super::{store, wire};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, ImportId};
use crate::base::page::PageRequest;
use crate::base::wire::{context, enter};
use crate::base::{Check, Context, Db, Error, Permission, Result, Tx};
use crate::pb::intake as pb;
use pb::intake_service_server::IntakeService;

/// Row errors that the reply to a footer shows.
const ERRORS_SHOWN_MAX: i64 = 200;

/// The service.
#[derive(Clone, Debug)]
pub struct IntakeRpc {
    db: Db,
}

impl IntakeRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Reads a stream to its footer, message by message.
    async fn run(
        &self,
        ctx: &Context,
        kind: ImportKind,
        parts: impl Stream<Item = Result<Part, Status>> + Send,
    ) -> Result<(pb::ImportJob, Vec<pb::RowError>), Status> {
        ctx.caller.require_everywhere(kind.permission())?;
        let mut parts = std::pin::pin!(parts);
        let header = match parts.next().await.transpose()? {
            Some(Part::Header(header)) => wire::parse_header(Some(header), Some(kind))?,
            _ => return Err(Error::invalid_field("header", "must be the first message").into()),
        };
        open(&self.db, ctx, &header, kind).await?;
        while let Some(part) = parts.next().await.transpose()? {
            match part {
                Part::Chunk(chunk) => {
                    stage(&self.db, ctx, &header, &chunk).await?;
                }
                Part::Footer(footer) => {
                    let job = finish(&self.db, ctx, &header, Some(kind), footer.row_count).await?;
                    return Ok((wire::job(&job), self.first_errors(ctx, &job).await?));
                }
                Part::Header(_) => {
                    return Err(Error::invalid_field("header", "must come once, first").into());
                }
                Part::Empty => {
                    return Err(Error::invalid_field("part", "is required in every message").into());
                }
            }
        }
        Err(incomplete("the stream ended without a footer; go on from next_chunk_index").into())
    }

    async fn first_errors(&self, ctx: &Context, job: &ImportJob) -> Result<Vec<pb::RowError>> {
        let mut tx = self.db.read("list_first_row_errors", ctx.scope()).await?;
        let id = job.header.import_id;
        let errors = store::list_row_errors(&mut tx, id, ERRORS_SHOWN_MAX, None).await?;
        tx.commit().await?;
        Ok(errors.into_iter().map(wire::row_error).collect())
    }
}

/// A message of a stream.
enum Part {
    Header(pb::ImportHeader),
    Chunk(Chunk),
    Footer(pb::ImportFooter),
    Empty,
}

impl From<pb::ImportUnitsRequest> for Part {
    fn from(message: pb::ImportUnitsRequest) -> Self {
        use pb::import_units_request::Part as Wire;
        match message.part {
            Some(Wire::Header(header)) => Self::Header(header),
            Some(Wire::Rows(rows)) => Self::Chunk(rows.into()),
            Some(Wire::Footer(footer)) => Self::Footer(footer),
            None => Self::Empty,
        }
    }
}

impl From<pb::ImportPeopleRequest> for Part {
    fn from(message: pb::ImportPeopleRequest) -> Self {
        use pb::import_people_request::Part as Wire;
        match message.part {
            Some(Wire::Header(header)) => Self::Header(header),
            Some(Wire::Rows(rows)) => Self::Chunk(rows.into()),
            Some(Wire::Footer(footer)) => Self::Footer(footer),
            None => Self::Empty,
        }
    }
}

impl From<pb::ImportResponsesRequest> for Part {
    fn from(message: pb::ImportResponsesRequest) -> Self {
        use pb::import_responses_request::Part as Wire;
        match message.part {
            Some(Wire::Header(header)) => Self::Header(header),
            Some(Wire::Rows(rows)) => Self::Chunk(rows.into()),
            Some(Wire::Footer(footer)) => Self::Footer(footer),
            None => Self::Empty,
        }
    }
}

#[tonic::async_trait]
impl IntakeService for IntakeRpc {
    async fn import_units(
        &self,
        request: Request<Streaming<pb::ImportUnitsRequest>>,
    ) -> Result<Response<pb::ImportUnitsResponse>, Status> {
        let ctx = context(request.extensions())?;
        let parts = request.into_inner().map(|message| message.map(Part::from));
        let (job, row_errors) = self.run(&ctx, ImportKind::Units, parts).await?;
        Ok(Response::new(pb::ImportUnitsResponse { import_job: Some(job), row_errors }))
    }

    async fn import_people(
        &self,
        request: Request<Streaming<pb::ImportPeopleRequest>>,
    ) -> Result<Response<pb::ImportPeopleResponse>, Status> {
        let ctx = context(request.extensions())?;
        let parts = request.into_inner().map(|message| message.map(Part::from));
        let (job, row_errors) = self.run(&ctx, ImportKind::People, parts).await?;
        Ok(Response::new(pb::ImportPeopleResponse { import_job: Some(job), row_errors }))
    }

    async fn import_responses(
        &self,
        request: Request<Streaming<pb::ImportResponsesRequest>>,
    ) -> Result<Response<pb::ImportResponsesResponse>, Status> {
        let ctx = context(request.extensions())?;
        let parts = request.into_inner().map(|message| message.map(Part::from));
        let (job, row_errors) = self.run(&ctx, ImportKind::Responses, parts).await?;
        Ok(Response::new(pb::ImportResponsesResponse { import_job: Some(job), row_errors }))
    }

    async fn submit_import_chunk(
        &self,
        request: Request<pb::SubmitImportChunkRequest>,
    ) -> Result<Response<pb::SubmitImportChunkResponse>, Status> {
        use pb::submit_import_chunk_request::Part as Wire;

        let (ctx, message) = enter(request)?;
        require_any_import(&ctx)?;
        let chunk = match message.part {
            Some(Wire::Units(rows)) => Chunk { field: "units", ..Chunk::from(rows) },
            Some(Wire::People(rows)) => Chunk { field: "people", ..Chunk::from(rows) },
            Some(Wire::Responses(rows)) => Chunk { field: "responses", ..Chunk::from(rows) },
            Some(Wire::Footer(footer)) => {
                let header = wire::parse_header(message.header, None)?;
                let job = self.finish_unary(&ctx, &header, footer.row_count).await?;
                let row_errors = self.first_errors(&ctx, &job).await?;
                let import_job = Some(wire::job(&job));
                return Ok(Response::new(pb::SubmitImportChunkResponse { import_job, row_errors }));
            }
            None => return Err(Error::invalid_field("part", "is required").into()),
        };
        ctx.caller.require_everywhere(chunk.kind.permission())?;
        let header = wire::parse_header(message.header, Some(chunk.kind))?;
        let job = stage(&self.db, &ctx, &header, &chunk).await?;
        let import_job = Some(wire::job(&job));
        Ok(Response::new(pb::SubmitImportChunkResponse { import_job, row_errors: Vec::new() }))
    }

    async fn get_import(
        &self,
        request: Request<pb::GetImportRequest>,
    ) -> Result<Response<pb::GetImportResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::ImportsRead)?;
        let mut check = Check::new();
        let id = check.id::<ImportId>("import_id", &message.import_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.read("get_import", ctx.scope()).await?;
        let job = load(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Response::new(pb::GetImportResponse { import_job: Some(wire::job(&job)) }))
    }

    async fn list_imports(
        &self,
        request: Request<pb::ListImportsRequest>,
    ) -> Result<Response<pb::ListImportsResponse>, Status> {
        const METHOD: &str = "orgfit.intake.v1.IntakeService/ListImports";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::ImportsRead)?;
        let mut check = Check::new();
        let kind = wire::parse_kind(&mut check, message.kind);
        let query = pb::ListImportsRequest { kind: message.kind, ..Default::default() };
        let page =
            PageRequest::parse(&mut check, METHOD, &query, message.page_size, &message.page_token);
        let (kind, page) = check.build(|| Some((kind?, page?)))?;
        let mut tx = self.db.read("list_imports", ctx.scope()).await?;
        let key = tx.page_key().await?;
        let after = page.after::<(Timestamp, Uuid)>(&key, ctx.now)?;
        let jobs = store::list_imports(&mut tx, kind, &page, after).await?;
        tx.commit().await?;
        let (jobs, next_page_token) =
            page.finish(&key, ctx.now, jobs, |job| (job.create_time, job.header.import_id.uuid()))?;
        let import_jobs = jobs.iter().map(wire::job).collect();
        Ok(Response::new(pb::ListImportsResponse { import_jobs, next_page_token }))
    }

    async fn list_import_row_errors(
        &self,
        request: Request<pb::ListImportRowErrorsRequest>,
    ) -> Result<Response<pb::ListImportRowErrorsResponse>, Status> {
        const METHOD: &str = "orgfit.intake.v1.IntakeService/ListImportRowErrors";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::ImportsRead)?;
        let mut check = Check::new();
        let id = check.id::<ImportId>("import_id", &message.import_id);
        let page = PageRequest::parse(
            &mut check,
            METHOD,
            &message.import_id,
            message.page_size,
            &message.page_token,
        );
        let (id, page) = check.build(|| Some((id?, page?)))?;
        let mut tx = self.db.read("list_import_row_errors", ctx.scope()).await?;
        load(&mut tx, id).await?;
        let key = tx.page_key().await?;
        let after = page.after::<i32>(&key, ctx.now)?;
        let errors = store::list_row_errors(&mut tx, id, page.fetch(), after).await?;
        tx.commit().await?;
        let (errors, next_page_token) =
            page.finish(&key, ctx.now, errors, |error| error.error_number)?;
        let row_errors = errors.into_iter().map(wire::row_error).collect();
        Ok(Response::new(pb::ListImportRowErrorsResponse { row_errors, next_page_token }))
    }
}

impl IntakeRpc {
    /// A footer does not say what it ends; the stored import does. One of a kind that the caller
    /// may not import is as unknown to them as one that is not there.
    async fn finish_unary(
        &self,
        ctx: &Context,
        header: &ImportHeader,
        row_count: i32,
    ) -> Result<ImportJob> {
        let mut tx = self.db.read("find_import", ctx.scope()).await?;
        let job = load(&mut tx, header.import_id).await?;
        tx.commit().await?;
        ctx.caller
            .require_everywhere(job.kind.permission())
            .map_err(|_| unknown(header.import_id))?;
        finish(&self.db, ctx, header, None, row_count).await
    }
}

/// Refuses whoever may import nothing, before anything is looked at.
fn require_any_import(ctx: &Context) -> Result<()> {
    ctx.caller
        .require_everywhere(Permission::UnitsImport)
        .or_else(|_| ctx.caller.require_everywhere(Permission::PeopleImport))
        .or_else(|_| ctx.caller.require_everywhere(Permission::ResponsesImport))
}

async fn load(tx: &mut Tx, id: ImportId) -> Result<ImportJob> {
    store::find_import(tx, id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: ImportId) -> Error {
    Error::not_found(ImportId::RESOURCE_TYPE, id.to_string())
}
