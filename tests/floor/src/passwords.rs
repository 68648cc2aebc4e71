//! Argon2id with the parameters of a login, and what it costs.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Ticks per second in `/proc`; Linux shows 100 whatever the kernel counts with.
const TICKS_PER_SECOND: f64 = 100.0;

/// Hashes as many passwords, one after the other, and gives the CPU seconds of the process.
pub fn hash(count: u32) -> Result<f64, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    for number in 0..count {
        let salt = u128::from(number).to_be_bytes();
        let hash = argon2.hash_password_with_salt(b"correct horse battery staple", &salt);
        std::hint::black_box(hash.map_err(|error| error.to_string())?);
    }
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    cpu_seconds(&stat).ok_or_else(|| "/proc says nothing of the CPU time".to_owned())
}

/// User and system time; the name before them may hold spaces and parentheses.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut after_name = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let (user, system): (u32, u32) = (after_name.next()?.parse().ok()?, after_name.next()?.parse().ok()?);
    Some(f64::from(user + system) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 170 30 0 0 20 0 8 0 1 2 3";
        assert_eq!(cpu_seconds(stat), Some(2.0));
    }
}
