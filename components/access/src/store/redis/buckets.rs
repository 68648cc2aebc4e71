//! The buckets of one call, which all have the same owner.

use insula_domain::admission::Limited;
use insula_domain::bucket::Bucket;
use insula_sql::Error;

use crate::bindings::spin::redis::redis::{self, Connection, RedisParameter, RedisResult};
use crate::service::Question;
use crate::store::found::Found;

const SCRIPT: &str = include_str!("../../../lua/bucket_take.lua");

/// What to do with all of the buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Take a token from each, or from none.
    Take,
    /// Nothing.
    Look,
    /// Give back what was taken from each.
    GiveBack,
}

/// How it went.
pub struct Moved {
    /// Whether it was done.
    pub done: bool,
    /// The limits, with their buckets as they are now.
    pub limits: Vec<Limited>,
}

/// The buckets of a call, in a Redis that answers.
pub struct Buckets {
    connection: Connection,
    limits: Vec<Limited>,
    keys: Vec<String>,
    now_ms: i64,
}

impl Buckets {
    pub async fn open(address: &str, found: &Found, question: &Question) -> Result<Self, Error> {
        let connection = Connection::open(address.to_owned()).await.map_err(|error| unreachable(&error))?;
        let limits = found.decision.facts.limits.clone();
        let id = |limited: &Limited| found.bucket_id(question, limited.policy, limited.rate.window_ms);
        let keys = limits.iter().map(|limited| key(found.owner(), &id(limited))).collect();
        Ok(Self { connection, limits, keys, now_ms: question.now_ms })
    }

    /// Does the same with each of them, or with none, in one run of the script.
    pub async fn run(&self, what: Move) -> Result<Moved, Error> {
        let number = |number: i64| RedisParameter::Int64(number);
        let text = |text: &str| RedisParameter::Binary(text.as_bytes().to_vec());
        let tokens = match what {
            Move::Take => 1,
            Move::Look => 0,
            Move::GiveBack => -1,
        };
        let count = i64::try_from(self.keys.len()).unwrap_or_default();
        let mut arguments = vec![text(SCRIPT), number(count)];
        arguments.extend(self.keys.iter().map(|key| text(key)));
        arguments.extend([number(self.now_ms), number(tokens)]);
        for Limited { rate, .. } in &self.limits {
            arguments.extend([rate.calls, rate.window_ms, rate.capacity()].map(number));
        }
        let answer = self.connection.execute("EVAL".to_owned(), arguments).await;
        let answer = answer.map_err(|error| unreachable(&error))?;
        read(&self.limits, &answer).ok_or_else(|| Error::Decode("bucket".to_owned()))
    }
}

/// All buckets of an owner are in one slot of a cluster, which goes by what stands in the first braces: the owner's id,
/// which nobody chooses, so whatever follows it is another bucket of the same owner.
fn key(owner: &str, bucket_id: &str) -> String {
    format!("insula:bucket:{{{owner}}}{}", bucket_id.strip_prefix(owner).unwrap_or(bucket_id))
}

fn read(limits: &[Limited], answer: &[RedisResult]) -> Option<Moved> {
    let (RedisResult::Int64(done), states) = answer.split_first()? else { return None };
    if states.len() != 2 * limits.len() {
        return None;
    }
    let read = |(limited, state): (&Limited, &[RedisResult])| {
        let bucket = match state {
            [RedisResult::Int64(level), RedisResult::Int64(at_ms)] => {
                Some(Bucket { level: *level, level_at_ms: *at_ms })
            }
            [RedisResult::Nil, RedisResult::Nil] => None,
            _ => return None,
        };
        Some(Limited { bucket, ..*limited })
    };
    let limits = limits.iter().zip(states.chunks(2)).map(read).collect::<Option<_>>()?;
    Some(Moved { done: *done == 1, limits })
}

/// Whatever it is that Redis doesn't do, nobody is let in without it, and it may do it later.
fn unreachable(error: &redis::Error) -> Error {
    Error::Unreachable(match error {
        redis::Error::InvalidAddress => {
            "the address of the buckets' Redis is none, or `redis_host` doesn't allow it".to_owned()
        }
        redis::Error::TooManyConnections => "too many connections to the buckets' Redis".to_owned(),
        redis::Error::TypeError => "a bucket in Redis isn't one".to_owned(),
        redis::Error::Other(reason) => format!("the buckets' Redis: {reason}"),
    })
}

#[cfg(test)]
mod tests {
    use insula_domain::admission::Policy;
    use insula_domain::bucket::Rate;

    use super::*;

    /// Protects tenants from each other: what stands in the braces is the owner, whatever an operation is called.
    #[test]
    fn the_key_of_a_bucket_is_in_its_owners_slot_and_in_nobody_elses() {
        assert_eq!(key("ten_1", "ten_1:usr_2"), "insula:bucket:{ten_1}:usr_2");
        assert_eq!(key("usr_2", "usr_2"), "insula:bucket:{usr_2}");
        assert_eq!(key("ten_1", "ten_1/}{ten_2}\n\0:1000"), "insula:bucket:{ten_1}/}{ten_2}\n\0:1000");
    }

    #[test]
    fn an_answer_has_a_state_for_each_bucket_or_is_none() {
        let limited = |policy| Limited { policy, rate: Rate::evenly(5, 1_000), bucket: None };
        let limits = [limited(Policy::Plan), limited(Policy::Key)];
        let int = RedisResult::Int64;
        let found = read(&limits, &[int(1), int(4), int(9), RedisResult::Nil, RedisResult::Nil]).unwrap();
        assert!(found.done);
        assert_eq!(found.limits[0].bucket, Some(Bucket { level: 4, level_at_ms: 9 }));
        assert_eq!(found.limits[1].bucket, None);
        assert!(read(&limits, &[int(1), int(4), int(9)]).is_none());
        assert!(read(&limits, &[]).is_none());
        assert!(read(&limits[..1], &[int(0), int(4), RedisResult::Nil]).is_none());
    }
}
