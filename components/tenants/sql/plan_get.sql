-- One plan.
-- Parameters: $1 name.
select name, requests_per_minute, burst, max_users, version
from plan
where name = $1
