-- Removes the second factor of a person.
-- Parameters: $1 user_id.
delete from second_factor
where user_id = $1
returning user_id
