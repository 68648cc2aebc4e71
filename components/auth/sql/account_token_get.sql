-- Whose a token is, and where that person's mail goes.
-- Parameters: $1 digest, $2 purpose, $3 now_ms.
select t.user_id, u.email
from (
  select user_id
  from account_token
  where digest = $1 and purpose = $2 and expires_at_ms > $3
  union all
  select user_id
  from earlier_account_token
  where digest = $1 and purpose = $2 and expires_at_ms > $3
) t
join user_account u on u.id = t.user_id
