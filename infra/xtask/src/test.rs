//! `cargo xtask test`: every test, on both databases, and those of the limits also with their buckets in Redis, with nothing
//! to install or start by hand.

mod problems;
mod schemathesis;
mod totals;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::arguments::Arguments;
use crate::install::{self, Package};
use crate::lifeline::Lifeline;
use crate::postgres::Cluster;
use crate::redis::Server as Redis;
use crate::workspace::Workspace;
use crate::{build, process, report};
use problems::Problems;
use totals::Totals;

const CURL: Package = Package { name: "curl", proof: "/usr/bin/curl", why: "runs the README's quickstart" };

/// The tests of the system from outside.
const SYSTEM: [&str; 4] = ["--test", "system", "--test", "readme"];

/// How the names of tests end that SQLite has nothing for.
const NOT_ON_SQLITE: &str = "_on_postgresql";

/// How the names of tests end that are for buckets in Redis.
const ON_REDIS: &str = "_on_redis";

/// What runs with the buckets in Redis, where nobody says which tests to run: what buckets have a part in.
const OF_BUCKETS: [&str; 9] = [
    "admission::",
    "gateway::counted",
    "gateway::refused",
    "http::keys::last_use",
    "http::keys::networks",
    "http::keys::shared_limit",
    "http::tenants::limits",
    "http::usage::get",
    "isolation::login",
];

/// What to run; without any choice of the first four, all of them.
struct Plan {
    unit: bool,
    sqlite: bool,
    postgres: bool,
    redis: bool,
    spin: Option<PathBuf>,
    contract: bool,
    passed_on: Vec<String>,
}

impl Plan {
    fn from(mut arguments: Arguments) -> Result<Self> {
        let (unit, sqlite, postgres) =
            (arguments.flag("--unit"), arguments.flag("--sqlite"), arguments.flag("--postgres"));
        let redis = arguments.flag("--redis");
        let spin = arguments.path("--spin")?;
        if let Some(spin) = spin.as_ref().filter(|spin| !spin.is_file()) {
            bail!("there is no Spin at {}", spin.display());
        }
        let all = !(unit || sqlite || postgres || redis);
        let plan = Self {
            unit: unit || all,
            sqlite: sqlite || all,
            postgres: postgres || all,
            redis: redis || all,
            spin,
            contract: arguments.flag("--contract"),
            passed_on: arguments.passed_on().to_vec(),
        };
        arguments.finish()?;
        Ok(plan)
    }
}

/// The command: runs every part, also after one failed, and fails at the end when any did.
pub fn run(workspace: &Workspace, arguments: Arguments) -> Result<()> {
    let plan = Plan::from(arguments)?;
    install::debian(&[CURL])?;
    build::for_tests(workspace)?;
    let lifeline = Lifeline::start()?;
    let problems = Problems::start(workspace)?;
    let run = Run { workspace, lifeline: &lifeline, problems: &problems, passed_on: &plan.passed_on };
    let mut parts = Parts::default();
    if plan.unit {
        parts.add("unit tests", || run.cargo_test(&["--lib", "--bins"], &[]));
        parts.add("examples in the documentation", || run.cargo_test(&["--doc"], &[]));
    }
    if plan.sqlite {
        parts.add("system on SQLite", || run.cargo_test(&SYSTEM, &[("INSULA_TEST_DB", "sqlite")]));
    }
    if plan.postgres {
        parts.add("system on PostgreSQL", || {
            let cluster = Cluster::start(&lifeline)?;
            let url = cluster.url();
            run.cargo_test(&SYSTEM, &[("INSULA_TEST_DB", "postgres"), ("INSULA_TEST_POSTGRES", &url)])
        });
    }
    if plan.redis {
        parts.add("limits on SQLite and Redis", || run.with_redis(&[("INSULA_TEST_DB", "sqlite")]));
        parts.add("limits on PostgreSQL and Redis", || {
            let cluster = Cluster::start(&lifeline)?;
            let url = cluster.url();
            run.with_redis(&[("INSULA_TEST_DB", "postgres"), ("INSULA_TEST_POSTGRES", &url)])
        });
    }
    match plan.spin.as_ref().map(|spin| spin.to_string_lossy()) {
        Some(spin) => parts.add("journeys under Spin", || {
            let cluster = Cluster::start(&lifeline)?;
            let url = cluster.url();
            run.cargo_test(
                &["--test", "spin"],
                &[("INSULA_TEST_SPIN", &spin), ("INSULA_TEST_POSTGRES", &url)],
            )
        }),
        None => parts.skip("journeys under Spin", "no --spin PATH given"),
    }
    if plan.contract {
        parts.add("contract (Schemathesis)", || {
            let program = schemathesis::ready(workspace)?;
            let program = program.to_string_lossy();
            run.cargo_test(&["--test", "contract"], &[("INSULA_TEST_SCHEMATHESIS", &program)])
        });
    } else {
        parts.skip("contract (Schemathesis)", "no --contract given");
    }
    if plan.sqlite && plan.postgres && plan.passed_on.is_empty() {
        parts.add("every problem is met by a test", || problems.finish(workspace));
    } else {
        parts.skip("every problem is met by a test", "not all tests ran");
    }
    parts.finish()
}

/// What every call of `cargo test` shares.
struct Run<'a> {
    workspace: &'a Workspace,
    lifeline: &'a Lifeline,
    problems: &'a Problems,
    passed_on: &'a [String],
}

impl Run<'_> {
    /// The tests of the system with the buckets of rate limits in Redis.
    fn with_redis(&self, database: &[(&str, &str)]) -> Result<Totals> {
        let server = Redis::start(self.lifeline)?;
        let url = server.url();
        let redis = [("INSULA_TEST_BUCKETS", "redis"), ("INSULA_TEST_REDIS", url.as_str())];
        self.cargo_test(&["--test", "system"], &[database, redis.as_slice()].concat())
    }

    fn cargo_test(&self, selection: &[&str], variables: &[(&str, &str)]) -> Result<Totals> {
        let mut command = process::cargo(self.workspace);
        // `--no-fail-fast`: one failing program must not hide what the others would have said.
        command.args(["test", "--release", "--no-fail-fast", "--workspace"]).args(selection);
        command.arg("--").args(self.passed_on);
        if variables.contains(&("INSULA_TEST_DB", "sqlite")) {
            command.args(["--skip", NOT_ON_SQLITE]);
        }
        if !variables.contains(&("INSULA_TEST_BUCKETS", "redis")) {
            command.args(["--skip", ON_REDIS]);
        } else if self.passed_on.is_empty() {
            command.args(OF_BUCKETS);
        }
        command.envs(variables.iter().copied()).env(problems::VARIABLE, self.problems.folder());
        self.counted(&mut command)
    }

    /// Runs it with its output shown, and counts what it says.
    fn counted(&self, command: &mut Command) -> Result<Totals> {
        let mut tended = self.lifeline.spawn(command.stdout(Stdio::piped()), "TERM")?;
        let output = tended.child.stdout.take().context("the output is not there")?;
        let mut totals = Totals::default();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            totals.add_line(&line);
            println!("{line}");
        }
        totals.succeeded = tended.wait()?.success();
        Ok(totals)
    }
}

/// The parts that ran or were skipped, for the table at the end.
#[derive(Default)]
struct Parts {
    rows: Vec<[String; 4]>,
    totals: Totals,
    failed: Vec<String>,
}

impl Parts {
    fn add(&mut self, name: &str, work: impl FnOnce() -> Result<Totals>) {
        let mut totals = Totals::default();
        let outcome = report::step(name, || {
            totals = work()?;
            if totals.succeeded { Ok(()) } else { bail!("a test failed, or a test program did not run") }
        });
        if let Err(error) = &outcome {
            eprintln!("{name}: {error:#}");
            self.failed.push(name.to_owned());
        }
        let outcome = if outcome.is_ok() { "ok" } else { "FAILED" };
        self.totals.passed += totals.passed;
        self.totals.failed += totals.failed;
        if !totals.failures.is_empty() {
            self.totals.failures.push(format!("── {name}"));
            self.totals.failures.extend(totals.failures);
        }
        self.rows.push([name.into(), outcome.into(), totals.passed.to_string(), totals.failed.to_string()]);
    }

    fn skip(&mut self, name: &str, why: &str) {
        println!("{name}: SKIPPED ({why})");
        self.rows.push([name.into(), format!("SKIPPED ({why})"), "–".into(), "–".into()]);
    }

    /// The table; before it, once more, what failed: it went by thousands of lines ago.
    fn finish(self) -> Result<()> {
        self.totals.failures.iter().for_each(|line| println!("{line}"));
        println!("\n{}", report::table(["part", "outcome", "passed", "failed"], &self.rows));
        println!("{} passed, {} failed", self.totals.passed, self.totals.failed);
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}
