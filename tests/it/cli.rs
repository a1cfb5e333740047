//! The binary as operators use it: processes, exit codes, and what is printed and what never is.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use orgfit::base::schema;
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Database;

/// Exit codes that callers rely on.
const FAILED: i32 = 1;
const USAGE: i32 = 2;
const REJECTED: i32 = 3;

/// A data directory of one test, with whatever the test left running in it stopped at the end.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self { dir }
    }

    /// With a small demo organization.
    fn with_demo() -> Self {
        let place = Self::make();
        let demo = place.run(&["demo", "--people", "60", "--units", "12"]);
        assert!(demo.status.success(), "{}", said(&demo));
        place
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn key_file(&self) -> PathBuf {
        self.data_dir().join("demo/api-key")
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = orgfit(arguments);
        command.env("ORGFIT_DATA_DIR", self.data_dir());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn serve(&self) -> Serving {
        Serving::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    fn import(&self, endpoint: &str, arguments: &[&str]) -> Output {
        self.command(&["import"])
            .args(arguments)
            .env("ORGFIT_ENDPOINT", endpoint)
            .env("ORGFIT_API_KEY_FILE", self.key_file())
            .output()
            .unwrap()
    }

    fn is_running(&self) -> bool {
        self.data_dir().join("postgres/cluster/postmaster.pid").exists()
    }
}

/// The binary with nothing of our environment but where programs are.
fn orgfit(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgfit"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    for name in ["PATH", "TMPDIR", "ORGFIT_PG_BIN_DIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// All that a command said.
fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// A server process.
struct Serving {
    process: Child,
    endpoint: String,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.split(' ').find(|word| word.starts_with("http://"));
        let endpoint = endpoint.unwrap_or_else(|| panic!("not ready: {line}")).to_owned();
        Self { process, endpoint }
    }

    fn address(&self) -> String {
        self.endpoint.strip_prefix("http://").unwrap().to_owned()
    }

    fn end(&mut self, signal: Signal) -> ExitStatus {
        let process = Pid::from_raw(self.process.id().cast_signed()).unwrap();
        kill_process(process, signal).unwrap();
        self.process.wait().unwrap()
    }
}

#[test]
fn the_demo_shows_its_organization_and_changes_nothing_when_repeated() {
    let place = Place::make();
    let demo = || place.run(&["demo", "--people", "60", "--units", "12"]);
    let first = demo();
    let text = said(&first);
    assert!(first.status.success(), "{text}");
    assert!(text.contains("12 rows, 12 created") && text.contains("60 rows, 60 created"), "{text}");
    assert!(text.contains("├── Customer Service") && text.contains("orgfit_client tree"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours belong on terminals only");
    let key = std::fs::read_to_string(place.key_file()).unwrap();
    assert!(!text.contains(key.trim()), "the key is named by its file");
    let mode = std::fs::metadata(place.key_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!place.is_running());

    let text = said(&demo());
    assert!(text.contains("12 unchanged") && text.contains("60 unchanged"), "{text}");
    assert_eq!(std::fs::read_to_string(place.key_file()).unwrap(), key);

    // A lost key is replaced, and the organization stays the same one.
    std::fs::remove_file(place.key_file()).unwrap();
    let text = said(&demo());
    assert!(text.contains("60 unchanged"), "{text}");
    assert_ne!(std::fs::read_to_string(place.key_file()).unwrap(), key);
    let organizations = place.run(&["admin", "organizations", "list"]);
    assert_eq!(said(&organizations).lines().count(), 1);
}

#[test]
fn a_server_drains_on_sigterm_and_its_database_stops_with_it() {
    let place = Place::make();
    let mut serving = place.serve();
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(FAILED));
    let holder = format!("orgfit serve (process {})", serving.process.id());
    assert!(said(&second).contains(&holder), "{}", said(&second));
    // A short command is a guest of the running database, and leaves it running.
    assert!(place.run(&["admin", "organizations", "list"]).status.success());
    assert!(place.is_running());
    assert!(serving.end(Signal::TERM).success());
    assert!(!place.is_running());
}

#[test]
fn what_a_killed_server_left_running_is_taken_over() {
    let place = Place::make();
    let mut serving = place.serve();
    let create =
        ["admin", "organizations", "create", "--name", "Kept", "--time-zone", "Europe/Zurich"];
    assert!(place.run(&create).status.success());
    assert!(!serving.end(Signal::KILL).success());
    assert!(place.is_running());
    let mut serving = place.serve();
    assert!(said(&place.run(&["admin", "organizations", "list"])).contains("Kept"));
    assert!(serving.end(Signal::INT).success());
    assert!(!place.is_running());
}

#[test]
fn imports_report_rows_and_refuse_by_exit_code() {
    let place = Place::with_demo();
    let mut serving = place.serve();
    let header = "external_id,unit_external_id,last_name";
    let import = |file: &str, flags: &[&str]| {
        let output = place.import(&serving.endpoint, &[&["people", file], flags].concat());
        (output.status.code(), said(&output))
    };

    let good = place.file("good.csv", format!("{header}\nN1,demo-unit-0001,Zürcher\n"));
    let (code, text) = import(&good, &["--dry-run"]);
    assert!(code == Some(0) && text.contains("would be 1 created"), "{text}");
    let (code, text) = import(&good, &[]);
    assert!(code == Some(0) && text.contains("1 rows, 1 created"), "{text}");

    let wrong = place.file("wrong.csv", format!("{header}\nN2,demo-unit-0001,A\nN3,nowhere,B\n"));
    let (code, text) = import(&wrong, &["--all-or-nothing"]);
    assert!(code == Some(REJECTED) && text.contains("Nothing was applied"), "{text}");
    let (code, text) = import(&wrong, &[]);
    assert_eq!(code, Some(REJECTED), "{text}");
    assert!(text.contains("1 created") && text.contains("1 rejected"), "{text}");
    assert!(text.contains("unit_external_id") && text.contains("N3"), "{text}");

    let traits =
        place.file("traits.csv", "external_id,unit_external_id,date_of_birth\nN4,x,canary\n");
    let (code, text) = import(&traits, &[]);
    assert_eq!(code, Some(FAILED), "{text}");
    assert!(text.contains("date_of_birth") && !text.contains("canary"), "{text}");

    // A full import without nearly everybody is stopped by the safety limit.
    let (code, text) = import(&good, &["--full"]);
    assert!(code == Some(REJECTED) && text.contains("Nothing was applied"), "{text}");
    assert!(serving.end(Signal::TERM).success());
}

#[test]
fn an_import_goes_on_where_its_connection_broke_off() {
    let place = Place::with_demo();
    let mut serving = place.serve();
    let proxy = Proxy::start(&serving.address(), 150_000);
    let rows: String = (0..4_000).fold(String::new(), |text, number| {
        text + &format!("N{number},demo-unit-{:04},Name {number},{}\n", number % 12, "x".repeat(40))
    });
    let header = "external_id,unit_external_id,last_name,first_name";
    let file = place.file("many.csv", format!("{header}\n{rows}"));
    let output = place.import(&format!("http://{}", proxy.address), &["people", &file]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("4000 rows, 4000 created"), "{text}");
    assert!(proxy.connections.load(Ordering::SeqCst) > 1, "the connection was never cut");
    assert!(serving.end(Signal::TERM).success());
}

/// Passes bytes on to a server, and cuts its first connection after so many of them.
struct Proxy {
    address: String,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    fn start(server: &str, first_bytes_max: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, server) = (connections.clone(), server.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let first = count.fetch_add(1, Ordering::SeqCst) == 0;
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || pass(back.0, back.1, usize::MAX));
                let limit = if first { first_bytes_max } else { usize::MAX };
                std::thread::spawn(move || pass(client, server, limit));
            }
        });
        Self { address, connections }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, bytes_max: usize) {
    let mut passed = 0;
    let mut buffer = [0; 4096];
    while passed < bytes_max {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => {
                passed += length;
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_command_beside_the_database_reaches_it_and_lends_its_exit_code() {
    let place = Place::make();
    let script =
        "test -n \"$ORGFIT_TEST_DATABASE_URL\" && test -S \"$PGHOST/.s.PGSQL.5432\" && exit 7";
    let output = place.run(&["postgres", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert!(!place.is_running());
    let missing = place.run(&["postgres", "--", "/nonexistent/program"]);
    assert_eq!(missing.status.code(), Some(FAILED));
    assert!(!place.is_running());
}

#[test]
fn keys_are_issued_once_and_revoked_at_once() {
    let place = Place::with_demo();
    let client = said(&place.run(&["admin", "clients", "list"]));
    let client = client.split(' ').next().unwrap();
    let output = place.dir.path().join("second-key");
    let issue = ["admin", "keys", "issue", "--client", client, "--days", "30", "--output"];
    let issued = place.run(&[&issue[..], &[output.to_str().unwrap()]].concat());
    assert!(issued.status.success(), "{}", said(&issued));
    assert_eq!(std::fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o600);
    let key_id = said(&issued).split(' ').next().unwrap().to_owned();
    let listed = said(&place.run(&["admin", "keys", "list"]));
    assert_eq!(listed.matches("live").count(), 2, "{listed}");
    assert!(place.run(&["admin", "keys", "revoke", &key_id]).status.success());
    let listed = said(&place.run(&["admin", "keys", "list"]));
    assert!(listed.contains(&format!("{key_id}  {client}  demo  revoked")), "{listed}");
}

#[test]
fn wrong_configuration_is_refused_before_anything_starts() {
    let place = Place::make();
    let output = place.command(&["serve"]).env("ORGFIT_DATABASE_URI", "canary").output().unwrap();
    assert_eq!(output.status.code(), Some(USAGE));
    let text = said(&output);
    assert!(
        text.contains("did you mean ORGFIT_DATABASE_URL?") && !text.contains("canary"),
        "{text}"
    );
    assert!(!place.data_dir().exists());
}

#[test]
fn no_command_prints_a_secret() {
    let place = Place::make();
    let secrets = [
        ("ORGFIT_DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d"),
        ("ORGFIT_RESPONDENT_DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d"),
        ("ORGFIT_OWNER_DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d"),
        ("ORGFIT_ADMIN_DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d"),
        ("ORGFIT_API_KEY", "canary"),
        ("ORGFIT_ENDPOINT", "https://127.0.0.1:1"),
    ];
    let file = place.file("units.csv", "external_id,display_name\nU1,One\n");
    for (arguments, code) in [
        (&["config"][..], 0),
        (&["serve"], FAILED),
        (&["migrate"], FAILED),
        (&["admin", "organizations", "list"], FAILED),
    ] {
        let output = place.command(arguments).envs(secrets).output().unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.is_empty());
    }
    let broken = place.command(&["config", "--config", &file]).envs(secrets).output().unwrap();
    assert_eq!(broken.status.code(), Some(USAGE));
}

#[tokio::test]
async fn a_server_with_too_powerful_a_role_is_refused() {
    let database = Database::shared().await;
    let serve = |role: &str, respondent_role: &str| {
        let mut command = orgfit(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("ORGFIT_DATABASE_URL", database.url(role));
        command.env("ORGFIT_RESPONDENT_DATABASE_URL", database.url(respondent_role));
        command
    };
    let (app, respondent) = (schema::APP_ROLE, schema::RESPONDENT_ROLE);
    for (roles, words) in [
        (("postgres", respondent), ["superuser", "connect as orgfit_app"]),
        ((app, app), ["is not orgfit_respondent", "connect as orgfit_respondent"]),
    ] {
        let refused = serve(roles.0, roles.1).output().unwrap();
        let text = said(&refused);
        assert_eq!(refused.status.code(), Some(FAILED), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    let mut serving = Serving::start(serve(app, respondent));
    assert!(serving.end(Signal::TERM).success());
}

#[test]
fn the_help_names_every_command() {
    let text = said(&orgfit(&["--help"]).output().unwrap());
    for word in ["serve", "migrate", "demo", "admin", "import", "postgres", "config"] {
        assert!(text.contains(&format!("\n  {word} ")), "{text}");
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_orgfit")).exists());
}
