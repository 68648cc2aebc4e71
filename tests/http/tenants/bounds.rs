//! How many tenants one person may own: each has limits and quotas of its own.

use insula_tests::support::{App, Person, eight_at_once};

use super::create;

fn owned(app: &App, person: &Person<'_>) -> i64 {
    let of = format!("user_id = '{}' and role = 'owner'", person.user_id);
    app.db().number(&format!("select count(*) from membership where {of}"))
}

/// Makes tenants by SQL, so that the person owns that many.
fn fill(app: &App, person: &Person<'_>, count: i64) {
    for number in owned(app, person)..count {
        app.db().execute(&format!(
            "insert into tenant (id, name, state, plan, created_at_ms) values ('filled {number}', 'x', 'active', 'free', 0);
             insert into membership (tenant_id, user_id, role, created_at_ms)
             values ('filled {number}', '{}', 'owner', 0)",
            person.user_id
        ));
    }
}

#[test]
fn a_person_owns_at_most_twenty_and_others_are_not_counted() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    fill(&app, &ada, 19);
    let _ = create(&ada, "the twentieth").expect(201);
    let before = app.db().number("select count(*) from tenant");

    let problem = create(&ada, "one too many").problem(409, "tenant-limit");

    assert_eq!(problem["limit"], 20);
    assert_eq!((app.db().number("select count(*) from tenant"), owned(&app, &ada)), (before, 20));
    let _ = create(&bob, "another's").expect(201);
    app.db().execute(&format!(
        "update membership set role = 'viewer' where user_id = '{}' and tenant_id = 'filled 5'",
        ada.user_id
    ));
    let _ = create(&ada, "there is a place again").expect(201);
}

#[test]
fn of_eight_at_once_exactly_as_many_are_made_as_there_are_places() {
    let app = App::start();
    let ada = app.person("ada");
    fill(&app, &ada, 17);

    let answers = eight_at_once(|_| create(&ada, "another"));

    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "tenant-limit");
    }
    assert_eq!(owned(&app, &ada), 20);
}
