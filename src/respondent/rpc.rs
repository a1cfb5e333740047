//! `orgfit.respondent.v1.RespondentService`.
use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::cache::{Asked, Cache};
use super::language;
use super::store::{submission as store, wave};
use super::token::{Digest, Token, Verdict, token_invalid};
use super::wire::{self, Place};
use super::writer::{Submission, Submissions};
use crate::base::clock::Timestamp;
use crate::base::{Check, Context, Db, Error, Result, wire as base_wire};
use crate::pb::respondent as pb;
use crate::pb::respondent::respondent_service_server::RespondentService;

/// The service. Its connections have the respondents' role, which can read no answer.
#[derive(Debug)]
pub struct RespondentRpc {
    db: Db,
    submissions: Submissions,
    cache: Cache,
}

impl RespondentRpc {
    /// The service over `db`, which hands what is submitted to the writers of `submissions`.
    pub fn new(db: Db, submissions: Submissions) -> Self {
        Self { db, submissions, cache: Cache::default() }
    }

    /// What the wave of the token asks, if it was opened.
    async fn asked(&self, ctx: &Context, token: &Token) -> Result<Option<Arc<Asked>>> {
        if let Some(asked) = self.cache.find(token) {
            return Ok(Some(asked));
        }
        let mut tx = self.db.read("find_questionnaire", ctx.scope()).await?;
        let found = wave::find_questionnaire(&mut tx, token.wave_id).await?;
        Ok(found.map(|questionnaire| self.cache.keep(token, questionnaire)))
    }

    /// The truth for a submission that cannot be stored as it is. A repetition is one whatever it holds;
    /// a token that is good for nothing is refused before the mistakes of its sheet are.
    async fn judge(
        &self,
        ctx: &Context,
        token: Token,
        submission: Option<Digest>,
        mistakes: Error,
    ) -> Result<()> {
        let mut tx = self.db.write("judge_submission", ctx.scope()).await?;
        let verdict = store::load_standing(&mut tx, token, ctx.now).await?.verdict(submission);
        match verdict {
            Verdict::Usable(_) => Err(mistakes),
            Verdict::Repetition => {
                tx.wait_for_standby().await?;
                tx.commit().await
            }
            Verdict::Spent | Verdict::Invalid | Verdict::NotOpen => {
                Err(verdict.refusal(token.wave_id).unwrap_or(mistakes))
            }
        }
    }

    /// What a token that was not used yet would be stored with, and when its wave closes.
    async fn place(&self, ctx: &Context, token: Token) -> Result<(Place, Option<Timestamp>)> {
        let mut tx = self.db.read("get_questionnaire", ctx.scope()).await?;
        let verdict = store::load_standing(&mut tx, token, ctx.now).await?.verdict(None);
        let cell_id = match verdict {
            Verdict::Usable(cell_id) => cell_id,
            Verdict::Repetition | Verdict::Spent | Verdict::Invalid | Verdict::NotOpen => {
                return Err(verdict.refusal(token.wave_id).unwrap_or_else(token_invalid));
            }
        };
        let (unit_name, values) = store::find_place(&mut tx, token.wave_id, cell_id)
            .await?
            .ok_or_else(|| Error::internal("a token has a cell that does not exist"))?;
        let close_time = store::find_close_time(&mut tx, token.wave_id).await?;
        Ok((Place { unit_name, values }, close_time))
    }
}

#[tonic::async_trait]
impl RespondentService for RespondentRpc {
    async fn get_questionnaire(
        &self,
        request: Request<pb::GetQuestionnaireRequest>,
    ) -> Result<Response<pb::GetQuestionnaireResponse>, Status> {
        let token = token(request.extensions())?;
        let (ctx, message) = base_wire::enter(request)?;
        let (place, close_time) = self.place(&ctx, token).await?;
        let mut check = Check::new();
        if !message.language_code.is_empty() {
            check.language("language_code", &message.language_code);
        }
        check.build(|| Some(()))?;
        let asked = self
            .asked(&ctx, &token)
            .await?
            .ok_or_else(|| Error::internal("an open wave has no questionnaire"))?;
        let questionnaire = &asked.questionnaire;
        let language = language::choose(
            &message.language_code,
            &questionnaire.default_language_code,
            &questionnaire.language_codes,
        );
        let questionnaire = wire::questionnaire(questionnaire, language, &place, close_time)?;
        Ok(Response::new(pb::GetQuestionnaireResponse { questionnaire: Some(questionnaire) }))
    }

    async fn submit_response(
        &self,
        request: Request<pb::SubmitResponseRequest>,
    ) -> Result<Response<pb::SubmitResponseResponse>, Status> {
        let token = token(request.extensions())?;
        let (ctx, message) = base_wire::enter(request)?;
        let asked = self.asked(&ctx, &token).await?;
        match wire::parse_submission(&message, asked.as_deref()) {
            (_, Ok((submission_id, sheet))) => {
                let digest = token.submission_digest(submission_id);
                let arrive_time = ctx.now;
                let submission = Submission { token, digest, sheet, arrive_time };
                self.submissions.submit(submission).await?;
            }
            (submission_id, Err(mistakes)) => {
                let digest = submission_id.map(|id| token.submission_digest(id));
                self.judge(&ctx, token, digest, mistakes).await?;
            }
        }
        Ok(Response::new(pb::SubmitResponseResponse {}))
    }
}

/// The token that the roof attached to the call.
fn token(extensions: &tonic::Extensions) -> Result<Token> {
    extensions
        .get::<Token>()
        .copied()
        .ok_or_else(|| Error::internal("the call reached its method without a response token"))
}
