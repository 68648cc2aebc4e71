-- Removes all recovery codes of a person.
-- Parameters: $1 user_id.
delete from recovery_code
where user_id = $1
returning user_id
