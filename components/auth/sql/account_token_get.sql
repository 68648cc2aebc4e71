-- Whose a token is, and where that person's mail goes.
-- Parameters: $1 digest, $2 purpose, $3 now_ms.
select t.user_id, u.email
from account_token t
join user_account u on u.id = t.user_id
where t.digest = $1 and t.purpose = $2 and t.expires_at_ms > $3
