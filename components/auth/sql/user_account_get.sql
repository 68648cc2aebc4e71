-- One person.
-- Parameters: $1 id.
select id, email, name, email_verified_at_ms, created_at_ms
from user_account
where id = $1
