//! What is measured on: a PostgreSQL of the bench's own below `target/`, with closed waves that were
//! filled by SQL. Started here and stopped here.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use orgfit::assessment;
use orgfit::base::context::{IdSource, RandomIds};
use orgfit::base::id::{Id, OrganizationId, UnitId, WaveId};
use orgfit::base::page::PAGE_KEY_BYTES;
use orgfit::base::{Clock, Context, Db, SystemClock};
use orgfit::directory::{self, NewOrganization, Settings};
use orgfit::embedded::{self, Cluster};
use orgfit::insight::release_due;
use orgfit::respondent::{self, NewBox};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::Outcome;
use super::filled::{PEOPLE_PER_UNIT, cells, parents, questionnaire, segments, sheets, units};

const CONNECTIONS_MAX: u32 = 4;
/// How long setting something up, or a release, may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// The database.
pub(crate) struct Ground {
    data_dir: PathBuf,
    cluster: Cluster,
    db: Db,
}

/// A closed wave.
pub(crate) struct Wave<'ground> {
    ground: &'ground Ground,
    organization_id: OrganizationId,
    id: WaveId,
    divisions: usize,
}

impl Ground {
    /// Starts it empty.
    pub(crate) async fn prepare() -> Outcome<Self> {
        let options = embedded::Options {
            data_dir: postgres_place(&["--scratch", "bench-postgres"])?,
            bin_dir: Some(postgres_place(&[])?),
            search_path: std::env::var_os("PATH").unwrap_or_default(),
            temp_dir: std::env::temp_dir(),
            holder: "cargo bench --bench release".to_owned(),
        };
        if options.data_dir.exists() {
            // A run that was killed may have left its server behind: it is taken over and stopped.
            embedded::start(&options).await?.stop().await?;
            std::fs::remove_dir_all(&options.data_dir)?;
        }
        let cluster = embedded::start(&options).await?;
        require_durability(&cluster.superuser_url()).await?;
        let db = Db::connect(&cluster.app_url(), CONNECTIONS_MAX).await?;
        Ok(Self { data_dir: options.data_dir, cluster, db })
    }

    /// Stops it and removes the data.
    pub(crate) async fn clear_away(self) -> Outcome<()> {
        self.db.close().await;
        self.cluster.stop().await?;
        std::fs::remove_dir_all(&self.data_dir)?;
        Ok(())
    }

    /// Has the server write out what it owes, so that nobody pays for what came before.
    pub(crate) async fn checkpoint(&self) -> Outcome<()> {
        let mut connection = self.superuser().await?;
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
        Ok(())
    }

    async fn superuser(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.cluster.superuser_url()).await?)
    }

    /// A wave of an organization of its own, of so many divisions: closed, sealed, with its tokens.
    pub(crate) async fn close_a_wave(&self, divisions: usize) -> Outcome<Wave<'_>> {
        let organization_id = OrganizationId::from_uuid(RandomIds.ordered(SystemClock.now()));
        let wave_id = WaveId::from_uuid(RandomIds.random());
        let wave = Wave { ground: self, organization_id, id: wave_id, divisions };
        let ctx = wave.context();
        let settings =
            Settings::new("Bench".to_owned(), chrono_tz::Europe::Zurich, "en".to_owned());
        let new = NewOrganization { settings, page_key: [7; PAGE_KEY_BYTES] };
        let unit_ids: Vec<UnitId> =
            (0..units(divisions)).map(|_| UnitId::from_uuid(RandomIds.random())).collect();
        let mut tx = self.db.write("bench_organization", ctx.scope()).await?;
        directory::create_organization(&mut tx, &ctx, new).await?;
        let new = NewBox {
            wave_id,
            questionnaire: questionnaire(),
            close_time: None,
            imported: false,
            cells: cells(&unit_ids),
        };
        respondent::open(&mut tx, &new).await?;
        tx.commit().await?;
        wave.insert_assessment(&unit_ids).await?;
        wave.insert_answers().await?;
        Ok(wave)
    }
}

impl Wave<'_> {
    fn context(&self) -> Context {
        Context::operator(self.organization_id, SystemClock.now(), PATIENCE)
    }

    async fn insert_assessment(&self, units: &[UnitId]) -> Outcome<()> {
        let (tenant, wave) = (self.organization_id.uuid(), self.id.uuid());
        let mut connection = self.ground.superuser().await?;
        let stored: Vec<String> = segments().into_iter().map(|each| each.key).collect();
        let policy = serde_json::json!({
            "minimum_group_size": 5, "distribution_minimum_group_size": 10,
            "comment_minimum_group_size": 10, "quality_minimum_group_size": 30,
            "driver_minimum_group_size": 100, "disclose_individual_participation": false,
            "stored_dimension_keys": stored, "pairs": [],
        });
        sqlx::query(
            "INSERT INTO assessment_assessments (tenant_id, assessment_id, display_name,
                 instrument_key, revision, create_time, update_time)
             VALUES ($1, $2, 'Bench', 'bench', 1, now(), now())",
        )
        .bind(tenant)
        .bind(wave)
        .execute(&mut connection)
        .await?;
        sqlx::query(
            "INSERT INTO assessment_waves (tenant_id, wave_id, assessment_id, number, display_name,
                 source, instrument_id, form_key, state, results_state, time_zone, language_codes,
                 policy, frozen, roster_digest, policy_digest, open_time, close_time, revision,
                 create_time, update_time)
             VALUES ($1, $2, $2, 1, '', 1, $2, '', 3, 2, 'Europe/Zurich', '{en}', $3, $4, '', '',
                 now(), now(), 1, now(), now())",
        )
        .bind(tenant)
        .bind(wave)
        .bind(policy)
        .bind(serde_json::to_value(segments())?)
        .execute(&mut connection)
        .await?;
        let above: Vec<Option<i32>> = parents(self.divisions)
            .into_iter()
            .map(|parent| parent.and_then(|parent| i32::try_from(parent).ok()))
            .collect();
        sqlx::query(
            "INSERT INTO assessment_units (tenant_id, wave_id, position, unit_id, parent_position,
                 depth, display_name)
             SELECT $1, $2, number - 1, unit, above, 0, 'Unit'
             FROM unnest($3::uuid[], $4::int[]) WITH ORDINALITY AS new (unit, above, number)",
        )
        .bind(tenant)
        .bind(wave)
        .bind(units.iter().map(|unit| unit.uuid()).collect::<Vec<Uuid>>())
        .bind(above)
        .execute(&mut connection)
        .await?;
        sqlx::query(
            "INSERT INTO assessment_jobs (tenant_id, wave_id, attempts, create_time)
             VALUES ($1, $2, 0, now())",
        )
        .bind(tenant)
        .bind(wave)
        .execute(&mut connection)
        .await?;
        Ok(())
    }

    /// How many sheets it has.
    pub(crate) fn sheets(&self) -> usize {
        units(self.divisions) * PEOPLE_PER_UNIT
    }

    /// The sheets, and the tokens that were spent for them.
    async fn insert_answers(&self) -> Outcome<()> {
        let mut connection = self.ground.superuser().await?;
        let before = format!("{}\t{}", self.organization_id, self.id);
        let mut copy = connection
            .copy_in_raw(
                "COPY respondent_sealed (tenant_id, wave_id, answer_id, cell_id, answers) FROM STDIN",
            )
            .await?;
        for unit in 0..units(self.divisions) {
            copy.send(sheets(unit, &before, "").into_bytes()).await?;
        }
        copy.finish().await?;
        sqlx::query(
            "INSERT INTO respondent_tokens (tenant_id, token_digest, wave_id, invitation_id,
                 cell_id, submission_digest)
             SELECT $1, decode(md5($2::text || number), 'hex'), $2, gen_random_uuid(), 0,
                 decode(md5(number::text), 'hex')
             FROM generate_series(1, $3) AS number",
        )
        .bind(self.organization_id.uuid())
        .bind(self.id.uuid())
        .bind(i64::try_from(self.sheets())?)
        .execute(&mut connection)
        .await?;
        sqlx::query("UPDATE respondent_waves SET state = 2, close_time = now() WHERE wave_id = $1")
            .bind(self.id.uuid())
            .execute(&mut connection)
            .await?;
        sqlx::raw_sql("VACUUM ANALYZE respondent_sealed, respondent_tokens, respondent_cells")
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// The first transaction of the job.
    pub(crate) async fn mix(&self) -> Outcome<()> {
        let ctx = self.context();
        let mut tx = self.ground.db.write("mix_answers", ctx.scope()).await?;
        assessment::mix(&mut tx, self.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The job; what is mixed already stays as it is.
    pub(crate) async fn release(&self) -> Outcome<()> {
        Ok(release_due(&self.ground.db, &self.context()).await?)
    }

    /// Refuses to compare a release that is not there; tells how many cards it has.
    pub(crate) async fn require_released(&self) -> Outcome<i64> {
        let mut connection = self.ground.superuser().await?;
        let (answers, cards): (i32, i64) = sqlx::query_as(
            "SELECT response_count, (SELECT count(*) FROM insight_cards WHERE tenant_id = $1)
             FROM insight_releases WHERE tenant_id = $1",
        )
        .bind(self.organization_id.uuid())
        .fetch_one(&mut connection)
        .await?;
        if usize::try_from(answers)? == self.sheets() {
            return Ok(cards);
        }
        Err(format!("the release is of {answers} answers").into())
    }

    /// Reads the same rows and throws them away.
    pub(crate) async fn copy_out(&self) -> Outcome<Duration> {
        let mut connection = self.ground.superuser().await?;
        let sql = format!(
            "COPY (SELECT cell_id, answers FROM respondent_answers WHERE tenant_id = '{}' AND \
             wave_id = '{}') TO STDOUT (FORMAT binary)",
            self.organization_id, self.id
        );
        let begun = Instant::now();
        let mut stream = connection.copy_out_raw(&sql).await?;
        let mut bytes = 0;
        while let Some(piece) = stream.try_next().await? {
            bytes += piece.len();
        }
        let elapsed = begun.elapsed();
        if bytes < self.sheets() * 30 {
            return Err(format!("COPY gave {bytes} bytes").into());
        }
        Ok(elapsed)
    }
}

/// What the script says that finds or unpacks PostgreSQL, as for `make`.
fn postgres_place(arguments: &[&str]) -> Outcome<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres_binaries.py");
    let said =
        Command::new("python3").arg(script).args(arguments).stderr(Stdio::inherit()).output()?;
    if !said.status.success() {
        return Err("no PostgreSQL server was found".into());
    }
    Ok(PathBuf::from(String::from_utf8(said.stdout)?.trim()))
}

/// A comparison without durability would be about something else.
async fn require_durability(url: &str) -> Outcome<()> {
    let mut connection = PgConnection::connect(url).await?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await?;
        if value != "on" {
            return Err(format!("{setting} is {value}").into());
        }
    }
    Ok(())
}
