-- The last request that waited for this lease here has ended without an answer: from now its place is kept only
-- for the grace, and nobody here is told of a hand-off.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]  lease id
-- RETURNS  'DONE'

reap()

local l = live(ARGV[3])
if l and l.state == 'WAITING' and l.instance == instance then
  l.instance = ''
  l.deadline = math.min(l.deadline, now + PLACE_GRACE)
  store(l, 'instance', 'deadline')
end
return reply('DONE')
