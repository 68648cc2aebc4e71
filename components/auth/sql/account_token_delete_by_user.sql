-- Removes all tokens of a person.
-- Parameters: $1 user_id.
delete from account_token
where user_id = $1
returning purpose
