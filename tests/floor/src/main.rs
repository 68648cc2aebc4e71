//! What native code does of the same work: the floor that `cargo xtask bench` compares with.
//!
//! | Command                                  | Does                                                       |
//! |------------------------------------------|------------------------------------------------------------|
//! | `floor hyper --listen A --threads N`     | answers every request with a constant, until it is stopped |
//! | `floor argon2 --count N`                 | hashes N passwords and prints the CPU seconds that it took |
//! | `floor keys --count N`                   | writes N API keys as CSV, to fill a database with          |
//! | `floor audit --count N`                  | checks an audit log, hashes its bytes, prints the seconds of both |
//! | `floor audit-log --count N --tenant T --size S --link L` | writes N entries that follow as CSV, likewise |
//!
//! The allocator is the host's, so that a difference is not the allocator's.

mod audit;
mod keys;
mod passwords;
mod server;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "floor hyper --listen ADDRESS --threads COUNT | floor argon2 --count COUNT | \
                     floor keys --count COUNT | floor audit --count COUNT | \
                     floor audit-log --count COUNT --tenant ID --size ENTRIES --link HASH";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["hyper", "--listen", address, "--threads", threads] => match threads.parse() {
            Ok(threads) => server::run(address, threads).map_err(|error| error.to_string()),
            Err(_) => Err(USAGE.to_owned()),
        },
        ["argon2", "--count", count] => match count.parse() {
            Ok(count) => passwords::hash(count).map(|seconds| println!("{seconds}")),
            Err(_) => Err(USAGE.to_owned()),
        },
        ["keys", "--count", count] => match count.parse() {
            Ok(count) => keys::write(count).map_err(|error| error.to_string()),
            Err(_) => Err(USAGE.to_owned()),
        },
        ["audit", "--count", count] => match count.parse() {
            Ok(count) => audit::check(count).map(|(checking, hashing)| println!("{checking} {hashing}")),
            Err(_) => Err(USAGE.to_owned()),
        },
        ["audit-log", "--count", count, "--tenant", tenant_id, "--size", size, "--link", link] => {
            match (count.parse(), size.parse()) {
                (Ok(count), Ok(size)) => audit::write(count, tenant_id, size, link),
                _ => Err(USAGE.to_owned()),
            }
        }
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}
