-- Whether a person has a second factor that counts, and how many recovery codes are left.
-- Parameters: $1 user_id.
select case when f.confirmed_at_ms is null then 0 else 1 end as is_confirmed,
  (select count(*) from recovery_code r where r.user_id = f.user_id) as codes
from second_factor f
where f.user_id = $1
