-- Asks for approval unless the same call has asked before.
-- KEYS: the approval, the index of its tenant, the index of all
-- ARGV: its ID, the hash that identifies the call, the approval as JSON, its end and the time now (ms
--       since 1970), its time to live (ms), how many of the tenant may wait, the prefix of the keys of
--       approvals
local id, call, approval, ends, now, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

if redis.call('EXISTS', KEYS[1]) == 1 then
  return {1} -- the answer to this very call was lost
end
local waiting = 0
for _, other in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local o = redis.call('HMGET', ARGV[8] .. other, 'state', 'ends', 'call', 'approval')
  if not o[1] then
    redis.call('ZREM', KEYS[2], other)
  elseif tonumber(o[2]) > now then
    if o[3] == call and o[1] ~= 'spent' then
      return {0, o[4]}
    end
    if o[1] == 'waiting' then
      waiting = waiting + 1
    end
  end
end
if waiting >= tonumber(ARGV[7]) then
  return {-1}
end

redis.call('HSET', KEYS[1], 'state', 'waiting', 'ends', ends, 'call', call, 'approval', approval, 'step', id, 'index', KEYS[2])
redis.call('PEXPIRE', KEYS[1], ttl)
for _, index in ipairs({KEYS[2], KEYS[3]}) do
  redis.call('ZADD', index, ends, id)
  if redis.call('PTTL', index) < ttl then
    redis.call('PEXPIRE', index, ttl)
  end
end
return {1}
