-- The second factor of a person, confirmed or not.
-- Parameters: $1 user_id.
select secret, wrapped_by, last_step, confirmed_at_ms
from second_factor
where user_id = $1
