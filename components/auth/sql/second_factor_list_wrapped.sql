-- The next secrets of second factors that this master key wrapped, or one that was not noted.
-- Parameters: $1 wrapped_by or '', $2 user_id, $3 how many.
select user_id as owner, secret as sealed, wrapped_by
from second_factor
where wrapped_by in ($1, '') and user_id > $2
order by user_id
limit $3
