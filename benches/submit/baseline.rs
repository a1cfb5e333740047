//! The baseline: pgbench, which spends a token and stores an answer in one transaction.
use std::ops::Range;
use std::process::Stdio;

use tokio::process::Command;

use super::Outcome;
use super::ground::{Ground, ITEMS};
use orgfit::base::schema::RESPONDENT_ROLE;

/// Threads of pgbench, one for each core of a small machine.
const THREADS: usize = 2;

/// Has `clients` clients spend the tokens of these numbers. Returns transactions in a second, the time
/// to connect not counted.
pub(crate) async fn run(ground: &Ground, clients: usize, numbers: Range<usize>) -> Outcome<f64> {
    let script = std::env::temp_dir().join(format!("orgfit-submit-{}.sql", std::process::id()));
    let share = numbers.len() / clients;
    std::fs::write(&script, statements(ground, numbers.start, share))?;
    let cluster = ground.cluster();
    let said = Command::new(cluster.bin_dir().join("pgbench"))
        .args(["-n", "-M", "prepared", "-D", "turn=0", "-f"])
        .arg(&script)
        .args(["-c", &clients.to_string(), "-j", &THREADS.to_string(), "-t", &share.to_string()])
        .arg("-h")
        .arg(cluster.socket_dir())
        .args(["-U", RESPONDENT_ROLE, orgfit::embedded::DATABASE])
        .env("PGOPTIONS", format!("-c orgfit.tenant={}", ground.organization_id()))
        .stdin(Stdio::null())
        .output()
        .await?;
    std::fs::remove_file(&script)?;
    let text = String::from_utf8_lossy(&said.stdout);
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .filter(|_| said.status.success());
    rate.ok_or_else(|| {
        format!("pgbench failed: {text}{}", String::from_utf8_lossy(&said.stderr)).into()
    })
}

/// The transaction. Each client has tokens of its own and counts its turns. A token that cannot be spent
/// gives no cell, and the INSERT fails.
fn statements(ground: &Ground, first: usize, share: usize) -> String {
    let (tenant, wave) = (ground.organization_id(), ground.wave_id());
    let answers = "03".repeat(ITEMS);
    format!(
        "\\set number {first} + :client_id * {share} + :turn
\\set turn :turn + 1
BEGIN;
UPDATE respondent_tokens AS token SET submission_digest = decode(md5('s' || :number), 'hex')
FROM respondent_waves AS wave
WHERE token.tenant_id = '{tenant}' AND token.token_digest = decode(md5((:number)::text), 'hex')
    AND token.wave_id = '{wave}' AND token.submission_digest IS NULL
    AND wave.tenant_id = '{tenant}' AND wave.wave_id = '{wave}' AND wave.state = 1
    AND (wave.close_time IS NULL OR wave.close_time > now())
RETURNING token.cell_id AS cell_id \\gset
INSERT INTO respondent_sealed (tenant_id, wave_id, answer_id, cell_id, answers)
VALUES ('{tenant}', '{wave}', gen_random_uuid(), :cell_id, '\\x{answers}');
END;
"
    )
}
