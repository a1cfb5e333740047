//! The release job under crashes and rivals: whatever stops where, and however many work at once, there
//! is one release in the end, and before it none.
use std::time::Duration;

use orgfit::assessment;
use orgfit::base::id::{Id, ReleaseId, WaveId};
use orgfit::base::{Clock, Context, Error, Reason};
use orgfit::insight::{release_due, verify_release};
use orgfit::pb::assessment::Wave;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::company::{Company, request_id, sheet, submit};
use crate::harness::{Database, World};

/// Longer than a lease.
const LEASE_OVER: Duration = Duration::from_mins(11);

/// A closed wave of a small company, in a database of its own.
struct Closed {
    world: World,
    watcher: PgConnection,
    wave: Wave,
}

impl Closed {
    async fn make(subject: &str) -> Self {
        let database = Database::own(subject).await;
        let db = database.connect().await;
        let world = World::start_on(database, db, |_| {}).await;
        let company = Company::found(&world).await;
        let instrument = company.publish_questions().await;
        let wave = company.plan(instrument.instrument_id).await;
        let tokens = company.invite(&wave).await;
        company.open(&wave, false).await.unwrap();
        for (number, token) in (0..26).zip(&tokens) {
            submit(&world, token, &request_id(), sheet(number)).await.unwrap();
        }
        let wave = company.close(&wave).await.unwrap();
        let watcher = world.database.superuser().await;
        Self { world, watcher, wave }
    }

    fn context(&self) -> Context {
        let patience = Duration::from_mins(1);
        let organization = self.world.tenant.organization_id;
        Context::operator(organization, self.world.clock.now(), patience)
    }

    async fn release(&self) -> Result<(), Error> {
        release_due(&self.world.db, &self.context()).await
    }

    fn wave_id(&self) -> WaveId {
        WaveId::from_uuid(Uuid::parse_str(&self.wave.wave_id).unwrap())
    }

    /// Releases, cards without a release, events of a release, jobs that are left.
    async fn count(&mut self) -> (i64, i64, i64, i64) {
        sqlx::query_as(
            "SELECT (SELECT count(*) FROM insight_releases),
                    (SELECT count(*) FROM insight_cards LEFT JOIN insight_releases USING (release_id)
                     WHERE number IS NULL),
                    (SELECT count(*) FROM outbox_events WHERE event_type = 'orgfit.release.published.v1'),
                    (SELECT count(*) FROM assessment_jobs)",
        )
        .fetch_one(&mut self.watcher)
        .await
        .unwrap()
    }

    async fn answers(&mut self) -> Vec<Uuid> {
        sqlx::query_scalar("SELECT answer_id FROM respondent_answers ORDER BY 1")
            .fetch_all(&mut self.watcher)
            .await
            .unwrap()
    }

    /// Keeps a table from everybody until the transaction of the connection ends.
    async fn block(&self, sql: &'static str) -> PgConnection {
        let mut blocker = self.world.database.superuser().await;
        sqlx::raw_sql("BEGIN").execute(&mut blocker).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut blocker).await.unwrap();
        blocker
    }

    /// Waits until a transaction of this name waits for a lock; returns its process.
    async fn until_waiting(&mut self, transaction: &str) -> i32 {
        loop {
            let waiting: Option<i32> = sqlx::query_scalar(
                "SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'
                     AND application_name = 'orgfit ' || $1",
            )
            .bind(transaction)
            .fetch_optional(&mut self.watcher)
            .await
            .unwrap();
            if let Some(pid) = waiting {
                return pid;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn end(self) {
        self.watcher.close_hard().await.ok();
        self.world.server.shutdown().await;
        self.world.db.close().await;
        self.world.database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_at_once_make_one_release() {
    let mut closed = Closed::make("rivals").await;
    let (a, b, c, d) =
        tokio::join!(closed.release(), closed.release(), closed.release(), closed.release());
    for ended in [a, b, c, d] {
        ended.unwrap();
    }
    assert_eq!(closed.count().await, (1, 0, 1, 0));
    closed.release().await.unwrap();
    assert_eq!(closed.count().await, (1, 0, 1, 0));
    closed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stops_after_the_mixing_is_taken_over_when_the_lease_is_over() {
    let mut closed = Closed::make("mixed").await;
    let job =
        assessment::take_job(&closed.world.db, &closed.context(), 600).await.unwrap().unwrap();
    let mut tx = closed.world.db.write("mix_answers", closed.context().scope()).await.unwrap();
    assert!(assessment::hold_job(&mut tx, job).await.unwrap());
    assessment::mix(&mut tx, closed.wave_id()).await.unwrap();
    tx.commit().await.unwrap();
    let mixed = closed.answers().await;
    assert_eq!(mixed.len(), 26);

    closed.release().await.unwrap();
    assert_eq!(closed.count().await, (0, 0, 0, 1), "the lease still holds");
    closed.world.clock.advance(LEASE_OVER);
    closed.release().await.unwrap();
    assert_eq!(closed.count().await, (1, 0, 1, 0));
    assert_eq!(closed.answers().await, mixed, "what is mixed stays as it is");
    closed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_dies_while_publishing_leaves_nothing_of_the_release() {
    let mut closed = Closed::make("dies").await;
    let mut blocker = closed.block("LOCK TABLE outbox_events IN ACCESS EXCLUSIVE MODE").await;
    let (db, context) = (closed.world.db.clone(), closed.context());
    let working = tokio::spawn(async move { release_due(&db, &context).await });
    // Everything is written but the event.
    let pid = closed.until_waiting("publish_release").await;
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut blocker).await.unwrap();
    working.await.unwrap().unwrap_err();
    sqlx::raw_sql("ROLLBACK").execute(&mut blocker).await.unwrap();
    assert_eq!(closed.count().await, (0, 0, 0, 1));

    closed.world.clock.advance(LEASE_OVER);
    closed.release().await.unwrap();
    assert_eq!(closed.count().await, (1, 0, 1, 0));
    closed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_lease_publishes_nothing() {
    let mut closed = Closed::make("lost").await;
    let mut blocker = closed.block("LOCK TABLE insight_releases IN ACCESS EXCLUSIVE MODE").await;
    sqlx::raw_sql("LOCK TABLE respondent_cells IN ACCESS EXCLUSIVE MODE")
        .execute(&mut blocker)
        .await
        .unwrap();
    let (db, context) = (closed.world.db.clone(), closed.context());
    let slow = tokio::spawn(async move { release_due(&db, &context).await });
    closed.until_waiting("read_answers").await;
    closed.world.clock.advance(LEASE_OVER);
    let other = assessment::take_job(&closed.world.db, &closed.context(), 600).await.unwrap();
    assert!(other.is_some(), "another process takes the job over");
    sqlx::raw_sql("ROLLBACK").execute(&mut blocker).await.unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(closed.count().await, (0, 0, 0, 1), "the slow one left the job to the other");

    closed.world.clock.advance(LEASE_OVER);
    closed.release().await.unwrap();
    assert_eq!(closed.count().await, (1, 0, 1, 0));
    closed.end().await;
}

/// What is stored is what anybody computes again, until a card or an answer is another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_verified_bit_by_bit_and_a_changed_one_is_found() {
    let mut closed = Closed::make("verify").await;
    closed.release().await.unwrap();
    let (release,): (Uuid,) = sqlx::query_as("SELECT release_id FROM insight_releases")
        .fetch_one(&mut closed.watcher)
        .await
        .unwrap();
    let release_id = ReleaseId::from_uuid(release);
    let verify = async |closed: &Closed| {
        verify_release(&closed.world.db, &closed.context(), release_id).await.unwrap()
    };
    let same = verify(&closed).await;
    assert!(same.cards > 0);
    assert!(same.differences.is_empty(), "{:?}", same.differences);

    // Only whoever owns the database can do this; triggers keep the engine from it.
    let forge = "SET session_replication_role = replica;
        UPDATE insight_cards SET card = set_byte(card, octet_length(card) - 1, 99)
        WHERE slice_number = 0;";
    sqlx::raw_sql(forge).execute(&mut closed.watcher).await.unwrap();
    assert_eq!(verify(&closed).await.differences, ["cards"]);

    let forge = "UPDATE respondent_answers SET answers = set_byte(answers, 0, 1);";
    sqlx::raw_sql(forge).execute(&mut closed.watcher).await.unwrap();
    let differences = verify(&closed).await.differences;
    assert!(differences.contains(&"input_digest"), "{differences:?}");

    let unknown = ReleaseId::from_uuid(Uuid::new_v4());
    let error = verify_release(&closed.world.db, &closed.context(), unknown).await.unwrap_err();
    assert_eq!(error.reason(), Reason::ResourceNotFound);
}
