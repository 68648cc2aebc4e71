-- One person.
-- Parameters: $1 id.
select id, email, name, created_at_ms
from user_account
where id = $1
