-- Every plan.
select name, requests_per_minute, burst, max_users, version
from plan
order by name
