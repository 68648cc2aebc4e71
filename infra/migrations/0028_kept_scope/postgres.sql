-- As it was, but a batch of which a statement changes the scope or the role is refused as a whole: neither is anything's but
-- the batch's own, and the next statement would run as another. What a statement would have left of it for the connection's
-- next user is overwritten.
create or replace function insula_batch_3(
  scope text, statements text[], arguments text[], required integer[], product integer[]
) returns json language plpgsql set role = 'insula_runtime' as $batch$
declare
  results json[] := '{}';
  result json;
  refused integer;
  home text;
  first integer;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    if product[place] = 2 then
      first := statements[place];
      result := json_build_array(json_build_object('seq', insula_audit_append(arguments[first], arguments[first + 1],
        arguments[first + 2], arguments[first + 3], arguments[first + 4]::bigint)));
    else
      if product[place] = 1 then
        home := coalesce(home, insula_home(scope));
      end if;
      if product[place] = 1 and home <> 'public' then
        execute format('select %I.run($1, $2)', home) into result using statements[place], arguments;
      else
        execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
          into result using arguments;
      end if;
      if required[place] = 1 and json_array_length(result) = 0 then
        refused := place - 1;
        raise exception using errcode = 'IN001';
      end if;
    end if;
    if current_user <> 'insula_runtime' or current_setting('insula.scope') <> scope then
      raise exception 'a statement of a batch changed its scope or its role' using errcode = '42501';
    end if;
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', false);
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;
