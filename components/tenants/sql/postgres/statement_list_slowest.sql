-- The statements of this database that took longest on average, as far as whoever asks may read them.
select left(regexp_replace(s.query, '\s+', ' ', 'g'), 200) as text, s.calls, (s.mean_exec_time * 1000)::bigint as mean_us
from pg_stat_statements s
join pg_database d on d.oid = s.dbid and d.datname = current_database()
where s.calls >= 5 and s.query <> '<insufficient privilege>'
order by s.mean_exec_time desc
limit 5
