-- Takes a token from each bucket (ARGV[2] '1'), from none and only looks ('0'), or gives one back to each ('-1').
-- KEYS are the buckets; ARGV: [1] now in milliseconds, [2] as above, and of each bucket the calls of a window, the
-- window in milliseconds and what the bucket holds. A bucket is 'level at': its level in parts of a token, as many to
-- one as the window has milliseconds, and when it was that. Numbers stay below 2^53, where they are exact.
-- Returns 1 or 0, whether it did, and the level and time of each bucket afterwards, which are nil where there is none.
local now, move = tonumber(ARGV[1]), tonumber(ARGV[2])
local answer, levels, times, all = {0}, {}, {}, true
for i, key in ipairs(KEYS) do
  local calls, window, capacity = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local stored = redis.call('GET', key)
  local level, at = capacity, now
  if stored then
    local l, t = string.match(stored, '^(%d+) (%d+)$')
    if not l then return redis.error_reply('ERR what is stored as a bucket is none') end
    level, at = tonumber(l), tonumber(t)
    answer[2 * i], answer[2 * i + 1] = level, at
    if move >= 0 then
      level, at = math.min(level + math.max(now - at, 0) * calls, capacity), math.max(at, now)
    end
  else
    answer[2 * i], answer[2 * i + 1] = false, false
    -- What vanished was full.
    if move < 0 then level = capacity - window end
  end
  if level < window * move then all = false end
  levels[i], times[i] = level, at
end
if move == 0 or not all then return answer end
answer[1] = 1
for i, key in ipairs(KEYS) do
  local calls, window, capacity = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local level = math.min(levels[i] - window * move, capacity)
  -- A bucket that would be full again needs no key. An hour more, because clocks differ.
  local full_ms = math.ceil((capacity - level) / calls) + 3600000
  redis.call('SET', key, string.format('%.0f %.0f', level, times[i]), 'PX', string.format('%.0f', full_ms))
  answer[2 * i], answer[2 * i + 1] = level, times[i]
end
return answer
