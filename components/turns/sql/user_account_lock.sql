-- Makes other batches that lock the same person wait until this one has ended; no row back means no such person.
-- Changes nothing: on PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 id.
update user_account
set email = email
where id = $1
returning id
