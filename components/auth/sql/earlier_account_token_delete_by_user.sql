-- Removes all tokens of a person that were mailed before the newest ones.
-- Parameters: $1 user_id.
delete from earlier_account_token
where user_id = $1
returning purpose
