//! A random call: which words stand where, and how each is changed.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One of the words, and what becomes of it. Without one, what a well-formed call says.
#[derive(Clone, Debug)]
pub struct Word {
    word: Option<Index>,
    change: Change,
}

impl Word {
    /// What it is; `own` where it is none of the words.
    pub fn text(&self, words: &[String], own: &str) -> String {
        let pick = |index: &Index| words[index.index(words.len())].as_str();
        let mut text = self.word.as_ref().map_or(own, pick).to_owned();
        let at = |index: &Index| index.index(text.len() + 1);
        match &self.change {
            Change::None => {}
            Change::Replaced(index, letter) if at(index) < text.len() => {
                let at = at(index);
                text.replace_range(at..=at, letter.encode_utf8(&mut [0; 4]));
            }
            Change::Replaced(index, letter) | Change::Inserted(index, letter) => {
                text.insert(at(index), *letter);
            }
            Change::Cut(index) => text.truncate(at(index)),
            Change::Joined(index, other) => {
                text.truncate(at(index));
                text.push_str(pick(other));
            }
        }
        text
    }
}

#[derive(Clone, Debug)]
enum Change {
    None,
    Replaced(Index, char),
    Inserted(Index, char),
    Cut(Index),
    Joined(Index, Index),
}

#[derive(Clone, Debug)]
pub struct Call {
    pub route: Index,
    pub caller: Index,
    pub ids: Vec<Word>,
    /// Of the route's own parameters.
    pub query: Vec<(Index, Word)>,
    pub headers: Vec<(&'static str, Word)>,
    pub body: Vec<Word>,
}

fn words() -> impl Strategy<Value = Word> {
    // What may stand in a path, a query and a header alike.
    let letter = || select("abz019AZ_-.~".chars().collect::<Vec<_>>());
    let change = prop_oneof![
        8 => Just(Change::None),
        1 => (any::<Index>(), letter()).prop_map(|(at, letter)| Change::Replaced(at, letter)),
        1 => (any::<Index>(), letter()).prop_map(|(at, letter)| Change::Inserted(at, letter)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(at, other)| Change::Joined(at, other)),
    ];
    (prop::option::weighted(0.5, any::<Index>()), change).prop_map(|(word, change)| Word { word, change })
}

/// A call of any route.
pub fn calls() -> impl Strategy<Value = Call> {
    let header = select(vec![
        "if-match",
        "if-none-match",
        "idempotency-key",
        "x-insula-tenant",
        "x-tenant-id",
        "etag",
    ]);
    (
        (any::<Index>(), any::<Index>()),
        prop::collection::vec(words(), 3),
        prop::collection::vec((any::<Index>(), words()), 0..3),
        prop::collection::vec((header, words()), 0..3),
        prop::collection::vec(words(), 4),
    )
        .prop_map(|((route, caller), ids, query, headers, body)| Call {
            route,
            caller,
            ids,
            query,
            headers,
            body,
        })
}
