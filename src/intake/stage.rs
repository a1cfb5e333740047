//! The steps of an import, each in a transaction of its own: open, stage a chunk, apply.
use super::job::{
    ChunkVerdict, ImportHeader, ImportJob, ImportKind, ImportMode, ImportState, OPEN_IMPORTS_MAX,
    ResponseTarget,
};
use super::{store, wire};
use crate::assessment;
use crate::base::id::{Id, ImportId};
use crate::base::{Context, Db, Error, Reason, Result, Tx};
use crate::directory::{Outcome, PeopleImport, apply_units};
use crate::outbox::{self, EventType};

/// Staged chunks that are looked at together: 5,000 rows.
const CHUNKS_AT_ONCE: i64 = 10;

/// A chunk, with its rows encoded as they came.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// The field of the request that holds it.
    pub(super) field: &'static str,
    pub(super) kind: ImportKind,
    pub(super) index: i32,
    pub(super) row_count: usize,
    pub(super) encoded: Vec<u8>,
}

/// Opens an import, or goes on with the one that the same header opened.
pub(super) async fn open(
    db: &Db,
    ctx: &Context,
    header: &ImportHeader,
    kind: ImportKind,
) -> Result<ImportJob> {
    let mut tx = db.write("open_import", ctx.scope()).await?;
    let job = opened(&mut tx, ctx, header, kind).await?;
    tx.commit().await?;
    Ok(job)
}

async fn opened(
    tx: &mut Tx,
    ctx: &Context,
    header: &ImportHeader,
    kind: ImportKind,
) -> Result<ImportJob> {
    if let Some(job) = store::lock_import(tx, header.import_id).await? {
        job.check_header(header, Some(kind))?;
        return Ok(job);
    }
    if store::lock_opening(tx).await? >= OPEN_IMPORTS_MAX {
        return Err(Error::new(
            Reason::LimitReached,
            format!(
                "an organization has at most {OPEN_IMPORTS_MAX} open imports; finish one, or wait 7 days until it expires"
            ),
        ));
    }
    if let Some(target) = &header.target {
        // Looks at no row: a wave that takes none is refused before any is sent.
        assessment::examine_responses(tx, ctx, target.wave_id, &target.item_keys, &[]).await?;
    }
    store::insert_import(tx, &ImportJob::open(header.clone(), kind, ctx.now)).await?;
    let job = load_locked(tx, header.import_id).await?;
    job.check_header(header, Some(kind))?;
    Ok(job)
}

/// Stages a chunk. Opens the import when `header` is given and it is not open yet.
pub(super) async fn stage(
    db: &Db,
    ctx: &Context,
    header: &ImportHeader,
    chunk: &Chunk,
) -> Result<ImportJob> {
    let mut tx = db.write("stage_import_chunk", ctx.scope()).await?;
    let mut job = opened(&mut tx, ctx, header, chunk.kind).await?;
    let verdict =
        job.take_chunk(chunk.index, chunk.row_count).map_err(|error| error.within(chunk.field))?;
    if let ChunkVerdict::Stage { first_row_number } = verdict {
        let place = (chunk.index, first_row_number);
        store::insert_chunk(&mut tx, header.import_id, place, &chunk.encoded).await?;
        store::update_import(&mut tx, &job).await?;
    }
    tx.commit().await?;
    Ok(job)
}

/// Carries the footer out: applies all rows in one transaction, or none. What became of them is
/// kept either way, in the same transaction when they are applied.
pub(super) async fn finish(
    db: &Db,
    ctx: &Context,
    header: &ImportHeader,
    kind: Option<ImportKind>,
    row_count: i32,
) -> Result<ImportJob> {
    let mut tx = db.write("apply_import", ctx.scope()).await?;
    let mut job = load_locked(&mut tx, header.import_id).await?;
    job.check_header(header, kind)?;
    if !job.take_footer(row_count)? {
        tx.commit().await?;
        return Ok(job);
    }
    let outcome = apply(&mut tx, ctx, &job).await?;
    let mut report = job.clone();
    if report.finish(&outcome, ctx.now) {
        close(&mut tx, ctx, &report, outcome).await?;
        tx.commit().await?;
        return Ok(report);
    }
    // Nothing may stay of what was tried, except the report.
    drop(tx);
    let mut tx = db.write("report_import", ctx.scope()).await?;
    job = load_locked(&mut tx, header.import_id).await?;
    if job.state == ImportState::Open && job.next_chunk_index == report.next_chunk_index {
        close(&mut tx, ctx, &report, outcome).await?;
        job = report;
    }
    tx.commit().await?;
    Ok(job)
}

async fn load_locked(tx: &mut Tx, id: ImportId) -> Result<ImportJob> {
    store::lock_import(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(ImportId::RESOURCE_TYPE, id.to_string()))
}

/// Writes the report, and drops the staged rows: they are personal data without a use now.
async fn close(tx: &mut Tx, ctx: &Context, report: &ImportJob, outcome: Outcome) -> Result<()> {
    let id = report.header.import_id;
    let faults = outcome.faults.into_kept();
    let errors: Vec<_> =
        (0..).zip(faults).map(|(number, fault)| wire::stored_error(number, fault)).collect();
    store::insert_row_errors(tx, id, &errors).await?;
    store::update_import(tx, report).await?;
    store::delete_chunks(tx, id).await?;
    outbox::append(tx, ctx, EventType::ImportFinished, id, None).await
}

async fn apply(tx: &mut Tx, ctx: &Context, job: &ImportJob) -> Result<Outcome> {
    match job.kind {
        ImportKind::Units => {
            let mut rows = Vec::new();
            let mut next = 0;
            while let Some(chunks) = load_chunks(tx, job, &mut next).await? {
                rows.extend(wire::decode_units(&chunks)?);
            }
            apply_units(tx, ctx, &rows, job.header.absent_rows).await
        }
        ImportKind::People => apply_people(tx, ctx, job).await,
        ImportKind::Responses => match &job.header.target {
            Some(target) => apply_responses(tx, ctx, job, target).await,
            None => Err(Error::internal("an import of responses has no wave")),
        },
    }
}

/// Takes the responses into their wave. One that closed in the meantime will never take them, so
/// that the import ends and its rows go.
async fn apply_responses(
    tx: &mut Tx,
    ctx: &Context,
    job: &ImportJob,
    target: &ResponseTarget,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut next = 0;
    while let Some(chunks) = load_chunks(tx, job, &mut next).await? {
        let rows = wire::decode_responses(&chunks)?;
        let examined =
            assessment::examine_responses(tx, ctx, target.wave_id, &target.item_keys, &rows).await;
        let (sheets, found) = match examined {
            Ok(examined) => examined,
            Err(error) if error.reason() == Reason::StateConflict => {
                let refusal = Some(error.message().to_owned());
                return Ok(Outcome { refusal, ..Outcome::default() });
            }
            Err(error) => return Err(error),
        };
        outcome.absorb(found);
        let wrong =
            job.header.mode == ImportMode::AllOrNothing && outcome.faults.rejected_rows() > 0;
        if !wrong && !job.header.validate_only {
            assessment::store_responses(tx, target.wave_id, sheets).await?;
        }
    }
    Ok(outcome)
}

async fn apply_people(tx: &mut Tx, ctx: &Context, job: &ImportJob) -> Result<Outcome> {
    let mut import = PeopleImport::begin(tx, job.header.absent_rows).await?;
    let mut next = 0;
    while let Some(chunks) = load_chunks(tx, job, &mut next).await? {
        import.examine(tx, ctx, &wire::decode_people(&chunks)?).await?;
    }
    let outcome = import.settle(tx).await?;
    // Writing what will not stay would only tell how many rows would have changed something;
    // for that, a check writes, and a refusal does not.
    if outcome.refusal.is_some() {
        return Ok(outcome.clone());
    }
    let mut next = 0;
    while let Some(chunks) = load_chunks(tx, job, &mut next).await? {
        import.write(tx, ctx, &wire::decode_people(&chunks)?).await?;
    }
    import.finish(tx, ctx).await
}

/// The next staged chunks; `None` after the last one.
async fn load_chunks(
    tx: &mut Tx,
    job: &ImportJob,
    next: &mut i32,
) -> Result<Option<Vec<store::StagedChunk>>> {
    if *next >= job.next_chunk_index {
        return Ok(None);
    }
    let chunks = store::list_chunks(tx, job.header.import_id, *next, CHUNKS_AT_ONCE).await?;
    *next = next.saturating_add(i32::try_from(chunks.len()).map_err(Error::internal)?);
    if chunks.is_empty() {
        return Err(Error::internal("a staged chunk is missing"));
    }
    Ok(Some(chunks))
}
