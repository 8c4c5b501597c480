-- The last request that waited for this lease here has ended without an answer: from now its place is kept only
-- for the grace, unless it waits elsewhere too, and nobody here is told of a hand-off.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]  lease id
-- RETURNS  'DONE'

-- #include open.lua

local id = ARGV[3]
local read = call('MGET', KEYS[1])
-- #include version.lua
local read_before = {}

-- #include engine.lua

if now >= m[DUE] then
  -- #include ending.lua
  reap(id)
end

local l = lease(id)
local open = l and waits_of(l)
if l and l.state == 'WAITING' and open[instance] then
  open[instance] = nil
  set_waits(l, open)
  store(l)
end
return reply('DONE')
