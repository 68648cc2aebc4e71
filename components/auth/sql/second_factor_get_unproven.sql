-- Whether a person whose address was never proven has a second factor, confirmed or not: a row means yes.
-- Parameters: $1 user_id.
select f.user_id
from second_factor f
join user_account a on a.id = f.user_id
where f.user_id = $1 and a.email_verified_at_ms is null
