-- Who has the address; no row back means that nobody has.
-- Parameters: $1 email.
select id from user_account where email = $1
