//! Writes submissions by the batch. While one batch commits, the next one gathers, so that many
//! respondents share one flush of the log and nobody waits for company.
//!
//! Each statement spends tokens and stores their answers at once and commits by itself. Nobody is told
//! that their answers are stored before it returned. Whoever was not stored is told the truth by a
//! look at the token. When a batch fails, its members are tried one by one.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::store::submission as store;
use super::token::{Digest, Token, Verdict};
use crate::base::clock::Timestamp;
use crate::base::id::OrganizationId;
use crate::base::{Db, Error, Reason, Result, Session, metric};

/// Submissions that wait at most; the next one is refused.
const QUEUE_MAX: usize = 4_096;
/// Submissions of a batch at most.
const BATCH_MAX: usize = 64;
/// Writers. While one waits for its commit, the other one gathers.
const WRITERS: usize = 2;
/// How long one gathers at most while the other one writes. Two that write at once share the work of one in
/// smaller pieces, so that it takes longer; but neither has to wait for a statement that hangs.
const GATHERING_TIME_MAX: Duration = Duration::from_millis(20);
/// When a refused submission may come back.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Name of the statement among transactions.
const NAME: &str = "submit_response";

/// A checked submission.
pub(super) struct Submission {
    /// The token that it spends.
    pub(super) token: Token,
    /// Tells a repetition.
    pub(super) digest: Digest,
    /// The packed answers.
    pub(super) sheet: Vec<u8>,
    /// When it arrived.
    pub(super) arrive_time: Timestamp,
}

type Reply = oneshot::Sender<Result<()>>;

/// Where submissions are handed in.
#[derive(Clone, Debug)]
pub struct Submissions(mpsc::Sender<(Submission, Reply)>);

/// Writes submissions. Whoever makes it runs it, and ends it after the last call.
pub struct Writer {
    db: Db,
    queue: Arc<Mutex<mpsc::Receiver<(Submission, Reply)>>>,
    /// Held while writing.
    turn: Arc<Mutex<()>>,
    session: Option<Session>,
}

/// Where submissions are handed in, and the writers, each of which takes a connection of `db`.
pub fn writers(db: &Db) -> (Submissions, Vec<Writer>) {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    let queue = Arc::new(Mutex::new(receiver));
    let turn = Arc::new(Mutex::new(()));
    let writer =
        || Writer { db: db.clone(), queue: queue.clone(), turn: turn.clone(), session: None };
    (Submissions(sender), std::iter::repeat_with(writer).take(WRITERS).collect())
}

impl Submissions {
    /// Hands a submission in, and returns when it is stored or was before.
    pub(super) async fn submit(&self, submission: Submission) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.0.try_send((submission, reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::new(
                Reason::Overloaded,
                "more answers arrive than can be stored; come back after the given delay",
            )
            .with("limit", "waiting submissions")
            .retry_after(RETRY_DELAY),
            mpsc::error::TrySendError::Closed(_) => unavailable(),
        })?;
        answer.await.unwrap_or_else(|_| Err(unavailable()))
    }
}

impl Writer {
    /// Writes what is handed in until `stop`, and then what still waits.
    pub async fn run(mut self, stop: CancellationToken) {
        let (queue, turn) = (self.queue.clone(), self.turn.clone());
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            let mut waiting = queue.lock().await;
            let received = tokio::select! {
                received = waiting.recv_many(&mut batch, BATCH_MAX) => received,
                () = stop.cancelled(), if !waiting.is_closed() => {
                    waiting.close();
                    continue;
                }
            };
            if received == 0 {
                return;
            }
            let _turn = tokio::time::timeout(GATHERING_TIME_MAX, turn.lock()).await.ok();
            while batch.len() < BATCH_MAX
                && let Ok(one) = waiting.try_recv()
            {
                batch.push(one);
            }
            drop(waiting);
            self.write(batch.drain(..)).await;
        }
    }

    /// Writes a batch, tenant by tenant.
    async fn write(&mut self, batch: impl Iterator<Item = (Submission, Reply)>) {
        let mut tenants: BTreeMap<OrganizationId, Vec<(Submission, Reply)>> = BTreeMap::new();
        for (submission, reply) in batch {
            tenants.entry(submission.token.organization_id).or_default().push((submission, reply));
        }
        for (tenant, mut members) in tenants {
            members.sort_by_key(|(submission, _)| submission.token.digest);
            let (members, replies): (Vec<_>, Vec<_>) = members.into_iter().unzip();
            let begun = Instant::now();
            let outcomes = self.settle(tenant, &members).await;
            let stored = outcomes.iter().any(Result::is_ok);
            metric::transaction_ended(
                NAME,
                if stored { "commit" } else { "rollback" },
                begun.elapsed(),
            );
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // Whoever went away finds out by repeating the call.
                let _ = reply.send(outcome);
            }
        }
    }

    /// The session, made if there is none.
    async fn session(&mut self) -> Result<Session> {
        match self.session.take() {
            Some(session) => Ok(session),
            None => self.db.session().await,
        }
    }

    /// What becomes of each member: stored now or before, or the reason why not.
    async fn settle(&mut self, tenant: OrganizationId, members: &[Submission]) -> Vec<Result<()>> {
        let Ok(mut session) = self.session().await else {
            return members.iter().map(|_| Err(unavailable())).collect();
        };
        match settle_in(&mut session, tenant, members).await {
            Ok(outcomes) => {
                self.session = Some(session);
                outcomes
            }
            // The session is not used again: it may be broken.
            Err(error) => {
                drop(session);
                self.settle_singly(tenant, members, &error).await
            }
        }
    }

    /// As [`Self::settle`] after it failed, one by one. What the batch stored all the same is found
    /// stored.
    async fn settle_singly(
        &mut self,
        tenant: OrganizationId,
        members: &[Submission],
        error: &Error,
    ) -> Vec<Result<()>> {
        let source = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(source, "answers could not be stored together and are stored singly");
        let mut outcomes = Vec::with_capacity(members.len());
        for member in members {
            // The others need not each wait for a database that is away.
            let Ok(mut session) = self.session().await else { break };
            match settle_in(&mut session, tenant, std::slice::from_ref(member)).await {
                Ok(outcome) => {
                    self.session = Some(session);
                    outcomes.extend(outcome);
                }
                Err(error) => outcomes.push(Err(error)),
            }
        }
        outcomes.resize_with(members.len(), || Err(unavailable()));
        outcomes
    }
}

/// Spends what can be spent, and looks at the tokens of the others. An error means that nothing is known
/// of any of them.
async fn settle_in(
    session: &mut Session,
    tenant: OrganizationId,
    members: &[Submission],
) -> Result<Vec<Result<()>>> {
    // Equal tokens are neighbours; the first one has its try, the others find out what became of it.
    let mut tries: Vec<&Submission> = members.iter().collect();
    tries.dedup_by_key(|submission| submission.token.digest);
    let mut stored = store::spend(session.of(tenant).await?, tenant, &tries).await?;
    if stored.len() == members.len() {
        return Ok(members.iter().map(|_| Ok(())).collect());
    }
    let is_stored: Vec<bool> =
        members.iter().map(|member| stored.remove(&member.token.digest)).collect();
    let mut others = look_up(session, tenant, members, &is_stored).await?.into_iter();
    Ok(is_stored
        .iter()
        .map(
            |is_stored| {
                if *is_stored { Ok(()) } else { others.next().unwrap_or(Err(unavailable())) }
            },
        )
        .collect())
}

/// The truth for those that were not stored now.
async fn look_up(
    session: &mut Session,
    tenant: OrganizationId,
    members: &[Submission],
    is_stored: &[bool],
) -> Result<Vec<Result<()>>> {
    let others: Vec<&Submission> = members
        .iter()
        .zip(is_stored)
        .filter_map(|(member, is_stored)| (!is_stored).then_some(member))
        .collect();
    let tokens: Vec<_> = others.iter().map(|one| (one.token, one.arrive_time)).collect();
    let standings = store::list_standings(session.of(tenant).await?, tenant, &tokens).await?;
    let verdicts: Vec<_> = standings
        .iter()
        .zip(&others)
        .map(|(standing, one)| standing.verdict(Some(one.digest)))
        .collect();
    if verdicts.contains(&Verdict::Repetition) {
        store::await_standby(session.of(tenant).await?).await?;
    }
    Ok(verdicts
        .into_iter()
        .zip(&others)
        .map(|(verdict, one)| match verdict {
            // It could be spent the moment after it could not, which is for the caller to repeat.
            Verdict::Usable(_) => Err(unavailable()),
            Verdict::Repetition => Ok(()),
            Verdict::Spent | Verdict::Invalid | Verdict::NotOpen => {
                verdict.refusal(one.token.wave_id).map_or(Ok(()), Err)
            }
        })
        .collect())
}

fn unavailable() -> Error {
    Error::new(
        Reason::Unavailable,
        "the outcome is not known; repeat the call with the same submission_id",
    )
    .retry_after(RETRY_DELAY)
}
