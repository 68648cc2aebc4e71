-- Keeps the newest token of whoever has the address, while it is good, beside the one that is about to take its place,
-- unless it is younger than a pause. The person has to be locked: a token that is used meanwhile must not be kept.
-- Parameters: $1 purpose, $2 email, $3 replaces_before_ms, $4 now_ms.
insert into earlier_account_token (digest, user_id, purpose, expires_at_ms)
select t.digest, t.user_id, t.purpose, t.expires_at_ms
from account_token t
join user_account u on u.id = t.user_id
where t.purpose = $1 and u.email = $2 and t.created_at_ms <= $3 and t.expires_at_ms > $4
on conflict (digest) do nothing
returning digest
