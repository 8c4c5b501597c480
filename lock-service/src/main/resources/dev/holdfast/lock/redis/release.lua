-- Ends a lease, held or waiting, and hands its locks on.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]  lease id
-- ARGV[4]  token that must be the lease's, or ''
-- ARGV[5]  when the id was made, in ms, if it tells, else ''
-- RETURNS  'RELEASED' | 'STALE_TOKEN' | 'UNKNOWN', or 'ENDED', how, reacquired by others: '1', '0' or ''

local id, if_token, minted = ARGV[3], ARGV[4], tonumber(ARGV[5])

reap()

local l = live(id)
if l then
  if if_token ~= '' and (l.state ~= 'HELD' or l.token ~= if_token) then
    return reply('STALE_TOKEN')
  end
  finish(l, 'released')
  hand_off()
  return reply('RELEASED')
end

local ended = tombstone_of(id)
if ended then
  if ended.how == 'released' then
    return reply('RELEASED')
  end
  return reply('ENDED', ended.how, reacquired(ended))
end
if if_token ~= '' then
  return reply('UNKNOWN')
end
-- This DELETE may have overtaken its PUT, which shall find that it is over; unless its PUT would be too old anyway.
if not minted or minted >= now - ENDED_WINDOW then
  bury(id, 'released', '', '', '')
end
return reply('RELEASED')
