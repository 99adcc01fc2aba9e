-- Claims a write unless the same one is held.
-- KEYS: the entry, the index of its slot, the index of its batch
-- ARGV: its ID, '1' to replace what is held, the entry as JSON, its end and its deadline (ms since
--       1970), its time to live (ms), '1' when it has a slot, '1' when it has a batch,
--       what it sets the slot to
local id, again, entry, ends, deadline, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])

local was = redis.call('HMGET', KEYS[1], 'id', 'state', 'entry', 'ends')
if was[1] == id and was[2] == '' then
  return {1} -- the answer to this very claim was lost
end
if was[1] and again ~= '1' and was[2] ~= 'refused' and was[2] ~= 'undone' then
  return {0, was[3], was[4]}
end

local slot = ARGV[7] == '1' and KEYS[2] or ''
local batch = ARGV[8] == '1' and KEYS[3] or ''
redis.call('HSET', KEYS[1], 'id', id, 'state', '', 'entry', entry, 'ends', ends, 'deadline', deadline, 'slot', slot, 'value', ARGV[9], 'batch', batch)
redis.call('PEXPIRE', KEYS[1], ttl)
if slot ~= '' then
  redis.call('SADD', slot, KEYS[1])
  if redis.call('PTTL', slot) < ttl then
    redis.call('PEXPIRE', slot, ttl)
  end
end
if was[2] == 'undone' then
  return {1, was[3], was[4]}
end
return {1}
