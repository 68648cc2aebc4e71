-- How a statement would find its rows: the plan that insula_batch_3 would run it by, for the same scope and as the same role.
-- It isn't run. EXPLAIN can't be inside the statement that insula_batch_3 makes, and so it has a function of its own; who may
-- call this may have the statement run as well, so it opens nothing. Neither the role nor the scope is left when it returns.
create function insula_explain(scope text, statement text, arguments text[], product integer)
returns json language plpgsql set role = 'insula_runtime' as $explain$
declare
  plan json;
  home text := 'public';
begin
  perform set_config('insula.scope', scope, true);
  if product = 1 then
    home := insula_home(scope);
  end if;
  if home = 'public' then
    execute 'explain (format json) ' || statement into plan using arguments;
  else
    execute format('select %I.run($1, $2, true)', home) into plan using statement, arguments;
  end if;
  perform set_config('insula.scope', '', true);
  return json_build_object('plan', plan);
exception when others then
  return json_build_object('failed', sqlstate);
end $explain$;
