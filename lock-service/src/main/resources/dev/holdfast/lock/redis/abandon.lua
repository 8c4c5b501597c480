-- The last request that waited for this lease here has ended without an answer: from now its place is kept only
-- for the grace, unless it waits elsewhere too, and nobody here is told of a hand-off.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]  lease id
-- RETURNS  'DONE'

reap()

local l = live(ARGV[3])
local open = l and waits_of(l)
if l and l.state == 'WAITING' and open[instance] then
  open[instance] = nil
  set_waits(l, open)
  store(l, 'waits', 'deadline')
end
return reply('DONE')
