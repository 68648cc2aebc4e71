-- Answers of creating requests that carried an Idempotency-Key, sealed, for 24 hours.
create table idempotency (
  caller text not null,
  operation text not null,
  key_digest text not null,
  body_digest text not null,
  answer text not null,
  expires_at_ms bigint not null,
  primary key (caller, operation, key_digest)
);

create index idempotency_by_expiry on idempotency (expires_at_ms);

-- Runs a batch as one statement. Each text is a select or returns rows; in it ($1)[n] is the n-th argument. The
-- result holds, for each statement, the array of its rows. A required statement without a row undoes everything:
-- SQLSTATE IN001, the message is its place counted from 0.
create function insula_batch(scope text, statements text[], arguments text[], required integer[])
returns json language plpgsql as $batch$
declare
  results json[] := '{}';
  result json;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
    if required[place] = 1 and json_array_length(result) = 0 then
      raise exception using errcode = 'IN001', message = (place - 1)::text;
    end if;
    results := results || result;
  end loop;
  return array_to_json(results);
end $batch$;
