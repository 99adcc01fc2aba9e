-- Uses up a confirmation.
-- KEYS: the confirmation
-- ARGV: the ID of the attempt, its time to live (ms)
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 1 -- the answer to this very attempt was lost
end
return 0
