-- Changes the state of an approval, unless it is in another state.
-- KEYS: the approval
-- ARGV: the state before, the state after, the approval as JSON, the ID of this step
local was = redis.call('HMGET', KEYS[1], 'state', 'step', 'approval')
if was[2] == ARGV[4] then
  return {1} -- the answer to this very step was lost
end
if was[1] ~= ARGV[1] then
  return {0, was[3]}
end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'approval', ARGV[3], 'step', ARGV[4])
return {1}
