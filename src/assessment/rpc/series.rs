//! `AssessmentService`: series here, waves in the file beside.
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::super::series::{Assessment, AssessmentFields};
use super::super::{store, wire};
use super::wave;
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, Id, UnitId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_mask, replayed};
use crate::base::{Check, Context, Db, Permission, Result, Tx};
use crate::outbox::{self, EventType};
use crate::pb::assessment as pb;
use crate::{directory, instrument};
use pb::assessment_service_server::AssessmentService;

const ASSESSMENT_PATHS: &[&str] = &["display_name", "instrument_key", "scope_unit_id"];

/// The service.
#[derive(Clone, Debug)]
pub struct AssessmentRpc {
    db: Db,
}

impl AssessmentRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[tonic::async_trait]
impl AssessmentService for AssessmentRpc {
    async fn create_assessment(
        &self,
        request: Request<pb::CreateAssessmentRequest>,
    ) -> Result<Response<pb::CreateAssessmentResponse>, Status> {
        const METHOD: &str = "orgfit.assessment.v1.AssessmentService/CreateAssessment";
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let request_id = check.request_id(&message.request_id);
        let request_id = check.build(|| request_id)?;
        let mut tx = self.db.write("create_assessment", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let fields = parse_fields(&mut tx, &ctx, &message.assessment.unwrap_or_default()).await?;
        let assessment = Assessment {
            assessment_id: ctx.new_id(),
            fields,
            revision: 1,
            create_time: ctx.now,
            update_time: ctx.now,
        };
        store::series::insert_assessment(&mut tx, &assessment).await?;
        tell(&mut tx, &ctx, &assessment).await?;
        let response =
            pb::CreateAssessmentResponse { assessment: Some(wire::assessment(&assessment)) };
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn get_assessment(
        &self,
        request: Request<pb::GetAssessmentRequest>,
    ) -> Result<Response<pb::GetAssessmentResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::AssessmentsRead)?;
        let mut check = Check::new();
        let id = check.id::<AssessmentId>("assessment_id", &message.assessment_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.read("get_assessment", ctx.scope()).await?;
        let assessment = store::series::find_assessment(&mut tx, id).await?;
        tx.commit().await?;
        let assessment = Some(wire::assessment(&assessment));
        Ok(Response::new(pb::GetAssessmentResponse { assessment }))
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Result<Response<pb::ListAssessmentsResponse>, Status> {
        const METHOD: &str = "orgfit.assessment.v1.AssessmentService/ListAssessments";
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::AssessmentsRead)?;
        let mut check = Check::new();
        let query = pb::ListAssessmentsRequest::default();
        let page =
            PageRequest::parse(&mut check, METHOD, &query, message.page_size, &message.page_token);
        let page = check.build(|| page)?;
        let mut tx = self.db.read("list_assessments", ctx.scope()).await?;
        let key = tx.page_key().await?;
        let after = page.after::<(Timestamp, Uuid)>(&key, ctx.now)?;
        let assessments = store::series::list_assessments(&mut tx, &page, after).await?;
        tx.commit().await?;
        let (assessments, next_page_token) =
            page.finish(&key, ctx.now, assessments, |assessment| {
                (assessment.create_time, assessment.assessment_id.uuid())
            })?;
        let assessments = assessments.iter().map(wire::assessment).collect();
        Ok(Response::new(pb::ListAssessmentsResponse { assessments, next_page_token }))
    }

    async fn update_assessment(
        &self,
        request: Request<pb::UpdateAssessmentRequest>,
    ) -> Result<Response<pb::UpdateAssessmentResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let paths = parse_mask(message.update_mask.as_ref(), ASSESSMENT_PATHS)?;
        let asked = message.assessment.unwrap_or_default();
        let mut check = Check::within("assessment");
        let id = check.id::<AssessmentId>("assessment_id", &asked.assessment_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.write("update_assessment", ctx.scope()).await?;
        let mut assessment = store::series::lock_assessment(&mut tx, id).await?;
        require_scope(&mut tx, &ctx, assessment.fields.scope_unit_id).await?;
        assessment.etag().check(&asked.etag, AssessmentId::RESOURCE_TYPE, &id)?;
        let mut merged = wire::assessment(&assessment);
        for path in paths {
            match path {
                "display_name" => merged.display_name.clone_from(&asked.display_name),
                "instrument_key" => merged.instrument_key.clone_from(&asked.instrument_key),
                _ => merged.scope_unit_id.clone_from(&asked.scope_unit_id),
            }
        }
        let fields = parse_fields(&mut tx, &ctx, &merged).await?;
        let (_, has_opened) = store::series::find_newest(&mut tx, id).await?;
        let mut check = Check::within("assessment");
        let changed = assessment.change(&mut check, fields, has_opened, ctx.now);
        check.build(|| changed)?;
        store::series::update_assessment(&mut tx, &assessment).await?;
        tell(&mut tx, &ctx, &assessment).await?;
        tx.commit().await?;
        let assessment = Some(wire::assessment(&assessment));
        Ok(Response::new(pb::UpdateAssessmentResponse { assessment }))
    }

    async fn create_wave(
        &self,
        request: Request<pb::CreateWaveRequest>,
    ) -> Result<Response<pb::CreateWaveResponse>, Status> {
        Ok(wave::create(&self.db, request).await?)
    }

    async fn get_wave(
        &self,
        request: Request<pb::GetWaveRequest>,
    ) -> Result<Response<pb::GetWaveResponse>, Status> {
        Ok(wave::get(&self.db, request).await?)
    }

    async fn list_waves(
        &self,
        request: Request<pb::ListWavesRequest>,
    ) -> Result<Response<pb::ListWavesResponse>, Status> {
        Ok(wave::list(&self.db, request).await?)
    }

    async fn update_wave(
        &self,
        request: Request<pb::UpdateWaveRequest>,
    ) -> Result<Response<pb::UpdateWaveResponse>, Status> {
        Ok(wave::update(&self.db, request).await?)
    }

    async fn open_wave(
        &self,
        request: Request<pb::OpenWaveRequest>,
    ) -> Result<Response<pb::OpenWaveResponse>, Status> {
        Ok(wave::open(&self.db, request).await?)
    }

    async fn close_wave(
        &self,
        request: Request<pb::CloseWaveRequest>,
    ) -> Result<Response<pb::CloseWaveResponse>, Status> {
        Ok(wave::close(&self.db, request).await?)
    }

    async fn cancel_wave(
        &self,
        request: Request<pb::CancelWaveRequest>,
    ) -> Result<Response<pb::CancelWaveResponse>, Status> {
        Ok(wave::cancel(&self.db, request).await?)
    }
}

/// Refuses whoever may not change what is measured in a scope; without one that is everything.
pub(super) async fn require_scope(
    tx: &mut Tx,
    ctx: &Context,
    scope_unit_id: Option<UnitId>,
) -> Result<()> {
    let permission = Permission::AssessmentsWrite;
    match scope_unit_id {
        None => ctx.caller.require_everywhere(permission),
        Some(unit) => {
            directory::require_within(tx, ctx.caller.reach(permission)?, permission, unit).await
        }
    }
}

/// Checks the fields of an assessment, that its scope is within reach, and that what they refer to
/// exists.
async fn parse_fields(
    tx: &mut Tx,
    ctx: &Context,
    asked: &pb::Assessment,
) -> Result<AssessmentFields> {
    let mut check = Check::within("assessment");
    let fields = AssessmentFields::parse(
        &mut check,
        &asked.display_name,
        &asked.instrument_key,
        &asked.scope_unit_id,
    );
    let fields = check.build(|| fields)?;
    require_scope(tx, ctx, fields.scope_unit_id).await?;
    let mut check = Check::within("assessment");
    if !instrument::key_exists(tx, &fields.instrument_key).await? {
        check.refuse("instrument_key", "must be the key of an instrument");
    }
    if let Some(unit) = fields.scope_unit_id
        && !directory::unit_exists(tx, unit).await?
    {
        check.refuse("scope_unit_id", "must be a unit of the organization");
    }
    check.build(|| Some(fields))
}

async fn tell(tx: &mut Tx, ctx: &Context, assessment: &Assessment) -> Result<()> {
    let (event, etag) = (EventType::AssessmentUpdated, Some(assessment.etag()));
    outbox::append(tx, ctx, event, assessment.assessment_id, etag).await
}
