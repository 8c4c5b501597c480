-- Ends what is due, and tells this instance again which offers to it are not confirmed: an announcement may be lost.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- RETURNS  'IN_USE' | 'EMPTY'

reap()

local claims = redis.call('HGETALL', base .. 'claims')
for i = 1, #claims, 2 do
  if string.find(claims[i + 1], instance .. '=', 1, true) then
    offered[#offered + 1] = claims[i]
  end
end
local in_use = redis.call('EXISTS', base .. 'deadlines') == 1
if in_use then
  for _, key in ipairs({ 'meta', 'locks', 'deadlines', 'claims' }) do
    write('EXPIRE', base .. key, 3 * DAY)
  end
end
return reply(in_use and 'IN_USE' or 'EMPTY')
