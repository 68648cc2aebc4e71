-- Makes other batches that lock the same person wait until this one has ended; no row back means that nobody has the
-- address. Changes nothing: on PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 email.
update user_account
set email = email
where email = $1
returning id
