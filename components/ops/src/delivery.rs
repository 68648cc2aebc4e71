//! The delivery of mail: what waits in the outbox is written and handed to the mailer, one by one.
//!
//! Many may deliver at once. A mail is taken by one of them, with a lease; who dies with it leaves it to others when the
//! lease ends. So each mail is handed over at least once, and by one at a time. It is handed over with its id, by which
//! a mailer knows it again.

use insula_kit::Problem;
use insula_kit::id::MailId;
use insula_kit::sql::master_keys::MasterKeys;
use insula_kit::sql::{self, Db};
use insula_kit::time::Timestamp;
use insula_mail::letter::{Letter, Template};
use insula_mail::{outbox, reset, schedule};

use crate::bindings::insula::notify::mailer::{Failure, Message};
use crate::store::mail::{self, Claimed};

/// How long a mail is nobody else's. Longer than a mailer may take, and a request after all.
const LEASE_MS: i64 = 120_000;
/// The most mails of one call.
const MAILS: usize = 500;
/// After that time no further mail is begun, so that a slow mailer doesn't outlast the request.
const PATIENCE_MS: i64 = 8_000;
/// The most of a failure's text that is kept.
const FAILURE_LENGTH: usize = 200;

/// What writing a letter takes.
pub struct Office<'a> {
    /// The keys that letters are sealed under.
    pub master_keys: &'a MasterKeys,
    /// Where clients reach the server.
    pub public_url: &'a str,
}

/// What came of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The mailer has taken them over.
    pub delivered: usize,
    /// They are tried again later.
    pub postponed: usize,
    /// They are not tried any more.
    pub given_up: usize,
}

/// Delivers what is due, within the bounds above; the rest is due at the next call. `address` finds out whose a letter is that
/// was asked for by an address, and whether it is to be delivered.
pub async fn run(
    db: &Db,
    office: &Office<'_>,
    address: impl AsyncFn(&Claimed, &Letter) -> Result<bool, Problem>,
    hand_over: impl AsyncFn(Message) -> Result<(), Failure>,
) -> Result<Delivery, Problem> {
    let mut delivery = Delivery::default();
    let end = Timestamp::now().plus_ms(PATIENCE_MS);
    for _ in 0..MAILS {
        let now = Timestamp::now();
        if now >= end {
            break;
        }
        let claimed = match mail::claim(db, now.plus_ms(LEASE_MS), now).await {
            Ok(Some(claimed)) => claimed,
            // Nothing is due, or somebody else is at the same row.
            Ok(None) | Err(sql::Error::Busy) => break,
            Err(error) => return Err(error.into()),
        };
        let refused = |text: &str| Err(Failure::Refused(text.to_owned()));
        let opened = opened(&claimed, office);
        if let Some((template, letter)) = &opened
            && reset::is_open(*template, &claimed.subject_id)
            && !address(&claimed, letter).await?
        {
            continue;
        }
        let message = opened.map(|(template, letter)| written(claimed.id, template, letter, office));
        let outcome = match message {
            _ if schedule::is_over(claimed.created_at, claimed.attempt, now) => refused("it is a day old"),
            Some(message) => hand_over(message).await,
            None => refused("it can't be read"),
        };
        settle(db, &claimed, outcome, &mut delivery).await?;
    }
    Ok(delivery)
}

fn opened(claimed: &Claimed, office: &Office<'_>) -> Option<(Template, Letter)> {
    let template = Template::parse(&claimed.template)?;
    Some((template, outbox::open(office.master_keys, claimed.id, &claimed.content)?))
}

fn written(id: MailId, template: Template, letter: Letter, office: &Office<'_>) -> Message {
    let written = template.write(&letter, office.public_url);
    Message {
        id: id.to_string(),
        template: template.as_str().to_owned(),
        to: letter.to,
        subject: written.subject,
        text: written.text,
    }
}

async fn settle(
    db: &Db,
    claimed: &Claimed,
    outcome: Result<(), Failure>,
    delivery: &mut Delivery,
) -> Result<(), sql::Error> {
    let now = Timestamp::now();
    let (failure, due_at) = match outcome {
        Ok(()) => {
            delivery.delivered += 1;
            return mail::deliver(db, claimed, now).await;
        }
        Err(Failure::Refused(text)) => (text, None),
        Err(Failure::Unavailable(text)) => (text, schedule::next(claimed.created_at, claimed.attempt, now)),
    };
    let failure: String = failure.chars().take(FAILURE_LENGTH).collect();
    match due_at {
        Some(due_at) => {
            delivery.postponed += 1;
            mail::postpone(db, claimed, &failure, due_at).await
        }
        None => {
            delivery.given_up += 1;
            mail::abandon(db, claimed, &failure, now).await
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;
    use insula_kit::sql::{Rows, Scope, Statement};
    use insula_kit::{params, seal};

    use super::*;

    const MASTER_KEY: &str = "a master key of thirty-two letters";
    const INSERT: &str =
        "insert into mail (id, template, subject_id, content, state, attempts, created_at_ms, due_at_ms)
        values ($1, 'password-changed', '', $2, 'waiting', $3, $4, $4) returning id";

    fn database() -> Db {
        Db::Memory(Memory::migrated().unwrap())
    }

    fn query(db: &Db, text: &'static str, params: Vec<sql::Param>) -> Rows {
        block_on(db.query(Scope::System, Statement::new(text, params))).unwrap()
    }

    fn write(db: &Db, number: u8, attempts: i64, created_at: Timestamp) -> MailId {
        let id = MailId::new(created_at, [number; 10]);
        let letter = r#"{"to":"ada@example.org","code":null,"tenant":null}"#;
        let content = seal::seal(MASTER_KEY, &format!("mail\n{id}"), [0; 12], letter).unwrap();
        query(db, INSERT, params![id, content, attempts, created_at]);
        id
    }

    fn deliver(db: &Db, hand_over: impl AsyncFn(Message) -> Result<(), Failure>) -> Delivery {
        let master_keys = &MasterKeys::read(Some(MASTER_KEY.to_owned()), None).unwrap();
        let office = Office { master_keys, public_url: "https://insula.example" };
        block_on(run(db, &office, async |_, _| Ok(false), hand_over)).unwrap()
    }

    fn rows(db: &Db) -> Vec<(String, i64, Option<String>)> {
        let rows = query(db, "select state, attempts, failure from mail order by id", vec![]);
        let read = |row: &sql::Row| {
            (
                row.text("state").unwrap(),
                row.integer("attempts").unwrap(),
                row.optional_text("failure").unwrap(),
            )
        };
        rows.iter().map(read).collect()
    }

    #[test]
    fn a_call_takes_a_bounded_number_of_mails_and_the_next_one_goes_on() {
        let db = database();
        let start = Timestamp::from_ms(Timestamp::now().as_ms() - 1_000);
        for number in 0..=MAILS {
            let (at, low) = (i64::try_from(number).unwrap(), u8::try_from(number % 256).unwrap());
            write(&db, low, 0, start.plus_ms(at));
        }
        assert_eq!(deliver(&db, async |_| Ok(())).delivered, MAILS);
        assert_eq!(deliver(&db, async |_| Ok(())).delivered, 1);
    }

    #[test]
    fn a_mail_that_a_mailer_never_came_back_from_is_given_up_after_a_day_unseen() {
        let db = database();
        let old = Timestamp::now().plus_ms(-90_000_000);
        write(&db, 1, 7, old);
        write(&db, 2, 0, old);
        let came_of_it = deliver(&db, async |_| Ok(()));
        assert_eq!(came_of_it, Delivery { delivered: 1, postponed: 0, given_up: 1 });
        let expected =
            [("given_up".into(), 8, Some("it is a day old".into())), ("delivered".into(), 1, None)];
        assert_eq!(rows(&db), expected);
    }

    /// Whoever comes back late must not undo what another has begun or done since.
    #[test]
    fn who_is_late_neither_postpones_nor_gives_up_what_another_has_taken() {
        for failure in [Failure::Refused("late".to_owned()), Failure::Unavailable("late".to_owned())] {
            let db = database();
            write(&db, 1, 0, Timestamp::now().plus_ms(-1_000));
            let again = "update mail set attempts = attempts + 1 returning id";
            let _ = deliver(&db, async |_| {
                db.query(Scope::System, Statement::new(again, vec![])).await.unwrap();
                Err(failure.clone())
            });
            assert_eq!(rows(&db), [("waiting".into(), 2, None)]);
        }
    }

    #[test]
    fn of_a_failure_a_bounded_text_is_kept() {
        let db = database();
        write(&db, 1, 0, Timestamp::now().plus_ms(-1_000));
        let _ = deliver(&db, async |_| Err(Failure::Unavailable("x".repeat(10_000))));
        assert_eq!(rows(&db)[0].2.as_ref().map(String::len), Some(FAILURE_LENGTH));
    }
}
