-- Lists the approvals of an index that have not expired.
-- KEYS: the index
-- ARGV: the time now (ms since 1970), the prefix of the keys of approvals, the hash that identifies
--       one call, or '' for all
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local a = redis.call('HMGET', ARGV[2] .. id, 'ends', 'call', 'approval')
  if a[1] and tonumber(a[1]) > tonumber(ARGV[1]) and (ARGV[3] == '' or a[2] == ARGV[3]) then
    found[#found + 1] = a[3]
  end
end
return found
