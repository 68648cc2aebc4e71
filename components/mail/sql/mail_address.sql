-- Makes a letter that was asked for by an address one to the person whose token it brings; no row back means that somebody
-- else has taken it meanwhile.
-- Parameters: $1 digest of the token, $2 id, $3 attempts.
update mail
set subject_id = (select t.user_id from account_token t where t.digest = $1)
where id = $2 and attempts = $3 and state = 'waiting'
returning id
