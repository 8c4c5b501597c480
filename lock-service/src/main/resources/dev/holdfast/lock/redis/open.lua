-- What every script begins with: whose it is, what time it is, and how values are written.
--
-- The head that Script.java puts in front defines micros(), the durations PLACE_GRACE, CLAIM_GRACE, ENDED_WINDOW,
-- and MINTED_AHEAD in ms, and EVENTS_KEPT, a string. Limits that differ by namespace are the last of a verb's arguments.
--
-- KEYS[1]  hf:{ns}:meta. Every other key is derived from it and shares its hash tag. A lease and a lock are one text
--          each, so that one MGET reads all that an uncontended call needs:
--            meta            see META
--            lease:<id>      a lease that is HELD, CLAIMED (offered by a hand-off) or WAITING: the lines of LEASE.
--                            For ENDED_WINDOW after its end: ENDED and the lines of TOMBSTONE
--            lock:<name>     'revision granted hold' and then one of
--                              '-'       free, and only there for `granted`, as long as a tombstone may ask for it
--                              'x id n'  held exclusively by, or offered to, this one; and n wait to hold it so
--                              what SHARED in engine.lua says
--                            granted is the highest token under which it was held; hold is for how long on average,
--                            in ms, -1 if unknown
--            holders:<name>  zset  ids that hold it other than exclusively, or are offered it, in order
--            queue:<name>    zset  waiters by ticket, each 'id mode', and ' +' when it waits for other locks as well
--            locks           zset  names of locks in use, for listing by prefix
--            deadlines       zset  every lease by when it ends unless renewed, polled or confirmed, in ms
--            owners          zset  'owner', line, id of each lease whose owner has named itself
--            claims          hash  id -> waits of each CLAIMED lease
--            unsettled       set   names of locks whose queue a call has not looked through to its end
--            events          stream  what happened, the last EVENTS_KEPT and some more: one field, the lines of EVENT
-- ARGV[1]  name of the calling instance
-- ARGV[2]  highest token it has seen
--
-- RETURNS  { outcome, 'now, rounded up; meta; ids told to this instance', ... }
--          or the error 'VERSION', the version of the data, if it is none that this release understands: see version.lua

-- version: see version.lua; born: when the namespace was first used, another after the store lost its data; last: the highest number
-- given, for tokens, tickets and revisions are one rising sequence; due: no deadline is before this, though the first
-- may be after it; count of leases, held or waiting; window: number of the time of ENDED_WINDOW in which `ended` leases
-- ended; before: how many in the one before it; waiting: how many of the leases wait.
-- %d is a long: exact where long has 64 bits, which the engine makes sure of; %.0f costs several times as much.
local META = '[2,%d,%d,%d,%d,%d,%d,%d,%d]'
local BORN, LAST, DUE, COUNT, WINDOW, ENDED, BEFORE, WAITING = 2, 3, 4, 5, 6, 7, 8, 9
-- state, locks, owner, caller, token, since, kept, revoked, waits, ticket, ttl, deadline, renewals, metadata. Until
-- `kept` a renewal need not write its locks' keys again to keep them.
local LEASE = '%s\n%s\n%s\n%s\n%s\n%d\n%d\n%s\n%s\n%s\n%s\n%d\n%d\n%s'
-- One that was just granted: state and all that is empty or nought filled in.
local HELD = 'HELD\n%s\n%s\n%d\n%d\n%d\n\n\n\n%s\n%d\n0\n%s'
-- how, token, locks, owner, when
local TOMBSTONE = 'ENDED\n%s\n%s\n%s\n%s\n%d'
-- how, lease id, locks, owner, token, ms for which the lease waited or was held before, when
local EVENT = '%s\n%s\n%s\n%s\n%d\n%d'
-- Every key is kept this long after it was written: longer than any deadline, so that only what is abandoned goes.
local KEEP = '259200000'
local DAY = 86400000
local NEVER = 9007199254740991

local call, format = redis.call, string.format
local base = string.sub(KEYS[1], 1, -5)
local now_micros = micros()
local now, now_up = math.floor(now_micros / 1000), math.ceil(now_micros / 1000)

-- Adds to the events: at once, or with the writes of the engine. A lease's locks and owner are one text of two lines.
local function tell(add, how, lease_id, identity, token, millis)
  if EVENTS_KEPT ~= '0' then
    add('XADD', base .. 'events', 'MAXLEN', '~', EVENTS_KEPT, '*', 'e', format(EVENT, how, lease_id, identity, token, millis, now))
  end
end
