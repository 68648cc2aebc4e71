-- Forgets from where a person has logged in.
-- Parameters: $1 user_id.
delete from known_network
where user_id = $1
returning network
