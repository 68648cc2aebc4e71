-- Replaces the hash of a person's password, unless it is not the expected one any more.
-- Parameters: $1 password, $2 id, $3 expected password.
update user_account
set password = $1
where id = $2 and password = $3
returning id
