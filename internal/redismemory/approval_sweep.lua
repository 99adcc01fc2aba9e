-- Removes expired approvals. Returns how many, and those that were neither declined nor spent.
-- KEYS: the index of all
-- ARGV: the time now (ms since 1970), the prefix of the keys of approvals, how many to remove at most
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, tonumber(ARGV[3]))
local ended = {#ids}
for _, id in ipairs(ids) do
  local key = ARGV[2] .. id
  local a = redis.call('HMGET', key, 'state', 'approval', 'index')
  if a[1] == 'waiting' or a[1] == 'approved' then
    ended[#ended + 1] = a[2]
  end
  if a[3] then
    redis.call('ZREM', a[3], id)
  end
  redis.call('DEL', key)
  redis.call('ZREM', KEYS[1], id)
end
return ended
