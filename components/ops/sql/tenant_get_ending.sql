-- The tenant that has been on its way out for longest, and long enough for every call that was let in before to have ended.
-- Parameters: $1 latest state_at_ms.
select id
from tenant
where state = 'deprovisioning' and state_at_ms <= $1
order by state_at_ms, id
limit 1
