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
-- result is {"results": [for each statement, the array of its rows]}. Whatever fails undoes everything, and the result
-- is {"refused": n} when the required statement n, counted from 0, had no row, otherwise {"failed": SQLSTATE}.
-- It is not raised, because not every host hands on what was raised while a result was read.
create function insula_batch(scope text, statements text[], arguments text[], required integer[])
returns json language plpgsql as $batch$
declare
  results json[] := '{}';
  result json;
  refused integer;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
    if required[place] = 1 and json_array_length(result) = 0 then
      refused := place - 1;
      raise exception using errcode = 'IN001';
    end if;
    results := results || result;
  end loop;
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;
