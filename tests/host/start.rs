//! What the operator sees who starts the host: the key once, where it serves, and errors that say what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use insula_tests::journeys::{Backing, Process, Server, embedded};
use insula_tests::support::repository;
use tempfile::TempDir;

const KEY: &str = "The operator's key, shown this once:\n\n    insop_";

/// A place for a server that was never started: an application of one small component, and no state.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let component = repository().join("target/components/guest-bare.wasm");
        let manifest = format!(
            "spin_manifest_version = 2\n[application]\nname = \"bare\"\n[[trigger.http]]\nroute = \"/...\"\n\
             component = \"bare\"\n[component.bare]\nsource = \"{}\"\n",
            component.display()
        );
        std::fs::write(folder.path().join("spin.toml"), manifest).unwrap();
        Self(folder)
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn state(&self) -> PathBuf {
        self.folder().join("new/state")
    }

    fn serve(&self, address: &str) -> Command {
        let mut command = Command::new(embedded::host_binary());
        command.current_dir(self.folder()).args(["serve", "--listen", address, "--state"]).arg(self.state());
        embedded::only_own_variables(&mut command);
        command.env("INSULA_GREETING", "Try curl http://ADDRESS/health");
        command
    }

    /// Starts it, waits until it serves, stops it: where it served, and everything that it said.
    #[track_caller]
    fn once(&self) -> (String, String) {
        let mut process = Process::start(&mut self.serve("127.0.0.1:0"), self.folder());
        let base = embedded::base(&mut process);
        // At once: from the moment when it says that it serves, it ends in order.
        let (well, said) = process.interrupt();
        assert!(well, "{said}");
        (base, said)
    }
}

/// The whole answer to a request.
fn get(base: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Protects the operator of a cluster, who has no command line to say it on, from a default that stays.
#[test]
fn a_value_of_the_environment_replaces_a_default_and_one_of_the_command_line_replaces_both() {
    let place = Place::new();
    let component = repository().join("target/components/guest-asking.wasm");
    let manifest = format!(
        "spin_manifest_version = 2\n[application]\nname = \"asking\"\n[variables]\nregion = {{ default = \"eu-north\" }}\n\
         [[trigger.http]]\nroute = \"/...\"\ncomponent = \"asking\"\n[component.asking]\nsource = \"{}\"\n\
         [component.asking.variables]\nplace = \"{{{{ region }}}}-1\"\n",
        component.display()
    );
    std::fs::write(place.folder().join("spin.toml"), manifest).unwrap();
    for (environment, given, expected) in [
        (None, None, "eu-north-1"),
        (Some("eu-south"), None, "eu-south-1"),
        (Some("eu-south"), Some("us"), "us-1"),
    ] {
        let mut command = place.serve("127.0.0.1:0");
        command.envs(environment.map(|value| ("SPIN_VARIABLE_REGION", value)));
        command
            .args(given.into_iter().flat_map(|value| ["--variable".to_owned(), format!("region={value}")]));
        let mut process = Process::start(&mut command, place.folder());
        let base = embedded::base(&mut process);
        let answer = get(&base, "/config/place");
        assert!(answer.ends_with(&format!("Some(\"{expected}\")")), "{environment:?} {given:?}: {answer}");
        let _ = process.interrupt();
    }
}

#[test]
fn the_operators_key_is_shown_at_the_first_start_only_and_kept_for_its_owner() {
    let place = Place::new();
    let (_, first) = place.once();
    let (_, second) = place.once();

    let file = place.state().join("operator.key");
    let key = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(place.state()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!((first.matches(KEY).count(), first.matches(key.trim()).count()), (1, 1), "{first}");
    assert!(!second.contains("insop_"), "{second}");
}

#[test]
fn a_start_shows_its_progress_then_where_it_serves_then_what_to_try_and_ends_in_order() {
    let (base, said) = Place::new().once();
    let lines =
        ["compiled 1 of 1: bare", &format!("Serving {base}"), &format!("Try curl {base}/"), "Stopping: "];
    let places: Vec<_> = lines.iter().map(|line| said.find(line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {said}");
}

#[test]
fn lines_for_people_are_had_by_asking_for_them() {
    let place = Place::new();
    let mut command = place.serve("127.0.0.1:0");
    let mut process = Process::start(command.args(["--log", "pretty"]), place.folder());
    let base = embedded::base(&mut process);
    let _ = get(&base, "/for-people");

    let (well, errors) = process.interrupt();

    assert!(well, "{errors}");
    let said = std::fs::read_to_string(place.folder().join("output")).unwrap();
    let line = said.lines().find(|line| line.contains("GET")).unwrap_or_else(|| panic!("no line in {said}"));
    assert!(line.contains("200") && line.contains("/...") && !line.contains('{'), "{line}");
    assert!(!said.contains("for-people"), "a path may hold anything: {said}");
}

/// Whether a line of the log is JSON, for a server whose log goes to a terminal or into a file.
fn is_json(terminal: bool, flag: &str) -> bool {
    let place = Place::new();
    let mut command = place.serve("127.0.0.1:0");
    command.args(flag.split_whitespace());
    if terminal {
        // Only the log: where it serves is still read from the file of errors.
        let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
        let words: Vec<_> = words.iter().map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let errors = place.folder().join("errors");
        let line = format!("exec {} 2>>'{}'", words.join(" "), errors.display());
        let mut with_terminal = Command::new("script");
        with_terminal.current_dir(place.folder()).args(["-q", "-f", "-c", &line, "/dev/null"]);
        embedded::only_own_variables(&mut with_terminal);
        command = with_terminal;
    }
    let mut process = Process::start(&mut command, place.folder());
    let base = embedded::base(&mut process);
    let _ = get(&base, "/");
    let begun = Instant::now();
    loop {
        let said = std::fs::read_to_string(place.folder().join("output")).unwrap();
        if let Some(line) = said.lines().find(|line| line.contains("GET")) {
            return line.trim().starts_with('{');
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no line in {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_log_is_for_people_at_a_terminal_for_machines_elsewhere_and_as_one_says_in_both() {
    assert!(is_json(false, ""));
    assert!(!is_json(true, ""));
    assert!(is_json(true, "--log json"));
    assert!(!is_json(false, "--log pretty"));
}

/// Links in mails and the issuer of tokens are where the server is, not where it would be by default.
#[test]
fn without_a_public_url_it_is_where_the_server_listens_and_what_is_said_comes_first() {
    let issuer = |server: &Server| {
        let document = server.client().get("/.well-known/openid-configuration").send().expect(200).json();
        document["issuer"].as_str().unwrap().to_owned()
    };
    let server = Server::embedded(Backing::under_test());
    assert_eq!(issuer(&server), server.base());
    let said = Server::embedded_with(Backing::under_test(), |command| {
        command.args(["--variable", "public_url=https://insula.example"]);
    });
    assert_eq!(issuer(&said), "https://insula.example");
}

/// Protects keys that are bound to networks, and everybody who is counted by address: a misspelt number was 0.
#[test]
fn a_number_of_proxies_that_cannot_be_read_is_refused_at_the_start_with_what_to_write() {
    for value in ["one", "-1", "300", ""] {
        let state = embedded::state();
        let mut command = embedded::command(state.path(), &Backing::sqlite());
        let output = command.args(["--variable", &format!("trusted_proxies={value}")]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{value:?}: {said}");
        let expected = "the variable `trusted_proxies` cannot be read: write a whole number from 0";
        assert!(
            said.contains(expected) && said.contains("SPIN_VARIABLE_TRUSTED_PROXIES"),
            "{value:?}: {said}"
        );
        assert!(!said.contains("Serving "), "{said}");
    }
}

#[test]
fn a_database_that_nobody_answers_for_is_told_with_its_address_and_without_its_password() {
    let place = Place::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = place.serve("127.0.0.1:0");
    command.args(["--database-url", &format!("postgresql://insula:top-secret@{nobody}/insula")]);

    let output = command.output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&nobody.to_string()) && !said.contains("top-secret"), "{said}");
}

#[test]
fn a_taken_port_is_told_before_anything_is_made() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = place.serve(&address).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("{address} is already in use")) && said.contains("--listen"), "{said}");
    assert!(!place.state().exists());
}
