-- Makes a letter that was asked for by an address one to the person whose token it brings, if the same batch has made that
-- token; otherwise nothing is delivered, and it looks as if it had ended long ago. No row back means that somebody else has
-- taken it meanwhile.
-- Parameters: $1 digest of the token, $2 id, $3 attempts.
update mail
set subject_id = coalesce((select t.user_id from account_token t where t.digest = $1), ''),
  state = case when exists (select 1 from account_token t where t.digest = $1) then 'waiting' else 'void' end,
  ended_at_ms = case when exists (select 1 from account_token t where t.digest = $1) then null else 0 end
where id = $2 and attempts = $3 and state = 'waiting'
returning state
