-- Replaces a write's entry by the one with its outcome; with 'done', marks what it has undone and
-- keeps the rest of its batch for as long.
-- KEYS: the entry, the index of its slot, the index of its batch
-- ARGV: its ID, its state, the entry as JSON, its end and its start (ms since 1970), its time to
--       live (ms), '1' when it has a slot, '1' when it has a batch,
--       what it sets the slot to
local id, state, entry, ends, started, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

local function index(key)
  redis.call('SADD', key, KEYS[1])
  if redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, ttl)
  end
end

local function others(key)
  local rest = {}
  for _, other in ipairs(redis.call('SMEMBERS', key)) do
    if other ~= KEYS[1] then
      rest[#rest + 1] = other
    end
  end
  return rest
end

-- Done and refused are final, which also makes it safe to record the same outcome twice.
local was = redis.call('HMGET', KEYS[1], 'id', 'state')
if was[1] ~= id or was[2] == 'done' or was[2] == 'refused' or was[2] == 'undone' then
  return 0
end
redis.call('HSET', KEYS[1], 'state', state, 'entry', entry, 'ends', ends)
redis.call('PEXPIRE', KEYS[1], ttl)
if ARGV[7] == '1' then
  index(KEYS[2])
end
if state ~= 'done' then
  return 1
end

if ARGV[7] == '1' then
  for _, other in ipairs(others(KEYS[2])) do
    local o = redis.call('HMGET', other, 'slot', 'state', 'deadline', 'value')
    local held = o[1] == KEYS[2]
    local differs = ARGV[9] == '' or ARGV[9] ~= o[4]
    -- One without an outcome whose deadline was over before this write began counts as settled. It is
    -- kept, so that it differs from one that was lost.
    if held and differs and (o[2] ~= '' or tonumber(o[3]) < started) then
      if o[2] ~= 'refused' then
        redis.call('HSET', other, 'state', 'undone')
      end
      held = false
    end
    if not held then
      redis.call('SREM', KEYS[2], other)
    end
  end
end

if ARGV[8] == '1' then
  index(KEYS[3])
  for _, other in ipairs(others(KEYS[3])) do
    local o = redis.call('HMGET', other, 'batch', 'state')
    if o[1] ~= KEYS[3] then
      redis.call('SREM', KEYS[3], other)
    elseif (o[2] == 'done' or o[2] == 'undone') and redis.call('PTTL', other) < ttl then
      redis.call('HSET', other, 'ends', ends)
      redis.call('PEXPIRE', other, ttl)
    end
  end
end
return 1
