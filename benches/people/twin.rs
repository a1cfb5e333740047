//! The baseline: a table equal to that of people, and a bare COPY into it.
use std::fmt::Write;

use futures::TryStreamExt;
use orgfit::base::id::OrganizationId;
use sqlx::{Connection, PgConnection};

use super::Outcome;
use super::ground::Ground;

/// Bytes that are handed to the server at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The table, and the superuser's connection that fills it.
pub(crate) struct Twin {
    connection: PgConnection,
}

impl Twin {
    /// Makes the table, empty.
    pub(crate) async fn make(ground: &Ground) -> Outcome<Self> {
        let mut connection = PgConnection::connect(&ground.superuser_url()).await?;
        sqlx::raw_sql(
            "CREATE SCHEMA bench;
             CREATE TABLE bench.people (LIKE directory_people INCLUDING ALL);
             ALTER TABLE bench.people
                 ADD FOREIGN KEY (tenant_id) REFERENCES directory_organizations,
                 ADD FOREIGN KEY (tenant_id, unit_id) REFERENCES directory_units,
                 ADD FOREIGN KEY (tenant_id, manager_person_id) REFERENCES bench.people
                     DEFERRABLE INITIALLY DEFERRED",
        )
        .execute(&mut connection)
        .await?;
        require_equal_constraints(&mut connection).await?;
        Ok(Self { connection })
    }

    /// The imported people of an organization, as COPY writes them.
    pub(crate) async fn rows_of(&mut self, organization: OrganizationId) -> Outcome<Vec<u8>> {
        let mut sql = String::from("COPY (SELECT * FROM directory_people WHERE tenant_id = ");
        write!(sql, "'{organization}') TO STDOUT")?;
        let rows = self.connection.copy_out_raw(&sql).await?;
        let fold = async |mut all: Vec<u8>, row: bytes::Bytes| {
            all.extend_from_slice(&row);
            Ok(all)
        };
        Ok(rows.try_fold(Vec::new(), fold).await?)
    }

    /// Copies rows in; returns how many.
    pub(crate) async fn copy_in(&mut self, rows: &[u8]) -> Outcome<u64> {
        let mut copy = self.connection.copy_in_raw("COPY bench.people FROM STDIN").await?;
        for piece in rows.chunks(PIECE_BYTES) {
            copy.send(piece).await?;
        }
        Ok(copy.finish().await?)
    }
}

/// The comparison is fair only while a migration that adds something to people is followed here.
async fn require_equal_constraints(connection: &mut PgConnection) -> Outcome<()> {
    let counts: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (SELECT count(*) FROM pg_constraint WHERE conrelid = people),
                (SELECT count(*) FROM pg_index WHERE indrelid = people)
         FROM unnest(ARRAY['directory_people', 'bench.people']::regclass[]) AS people",
    )
    .fetch_all(connection)
    .await?;
    match counts.as_slice() {
        [ours, twin] if ours == twin => Ok(()),
        _ => Err("the twin has other constraints or indexes than directory_people".into()),
    }
}
