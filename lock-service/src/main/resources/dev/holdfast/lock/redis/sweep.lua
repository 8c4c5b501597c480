-- Ends what is due, and tells this instance again which offers to it are not confirmed: an announcement may be lost.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- RETURNS  'IN_USE' | 'EMPTY'

-- #include open.lua

local read = call('MGET', KEYS[1])
-- #include version.lua
local read_before = {}

-- #include engine.lua

if now >= m[DUE] then
  -- #include ending.lua
  reap()
end

local claims = call('HGETALL', base .. 'claims')
for i = 1, #claims, 2 do
  if string.find(claims[i + 1], instance .. '=', 1, true) then
    offered[#offered + 1] = claims[i]
  end
end
local in_use = call('EXISTS', base .. 'deadlines') == 1
if in_use then
  for _, key in ipairs({ 'locks', 'deadlines', 'owners', 'claims', 'unsettled' }) do
    write('PEXPIRE', base .. key, KEEP)
  end
end
-- Those of a namespace that is used for moments only as well.
call('PEXPIRE', base .. 'events', KEEP)
return reply(in_use and 'IN_USE' or 'EMPTY')
