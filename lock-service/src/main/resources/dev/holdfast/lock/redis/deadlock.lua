-- Whether a lease that is about to wait would wait for itself: the search for a cycle among those who wait.
--
-- An edge goes from a waiting owner to one who holds a lock in a way that conflicts, and to one who waits ahead for a
-- conflicting use. An owner's edge to itself does not count. Owners who did not name themselves are their lease: that
-- holds nothing while it waits, so it can only stand in the middle of a cycle.

local MAX_EDGES = 1000

local edges = 0
-- The waiting leases from which the search goes on, in the order in which it came to them.
local trail = {}
local visited = {}

local function go_on_from(l, from, name)
  trail[#trail + 1] = { lease = l, from = from, name = name }
end

-- All leases that wait under the label of this one.
local function waiting_of_owner(l)
  if l.owner == l.id then
    return l.state == 'WAITING' and { l } or {}
  end
  local found = {}
  local from = '[' .. l.owner .. '\n'
  for _, member in ipairs(call('ZRANGEBYLEX', base .. 'owners', from, from .. '\255', 'LIMIT', 0, MAX_EDGES)) do
    local other = lease(string.sub(member, #l.owner + 2))
    if other and other.state == 'WAITING' then
      found[#found + 1] = other
    end
  end
  return found
end

-- The steps of the cycle, each an owner and the lock for which it waits, as one list.
local function cycle_to(step, name)
  local found = {}
  while step do
    table.insert(found, 1, name)
    table.insert(found, 1, step.lease.owner)
    name, step = step.name, step.from
  end
  return found
end

-- Follows an edge; returns the cycle if it closes one.
local function follow(step, name, to)
  edges = edges + 1
  local asking = trail[1].lease
  if not to or to.owner == step.lease.owner then
    return nil
  elseif to.owner == asking.owner then
    return cycle_to(step, name)
  elseif not visited[to.owner] then
    visited[to.owner] = true
    for _, waiting in ipairs(waiting_of_owner(to)) do
      go_on_from(waiting, step, name)
    end
  end
end

local function conflicts(want, other)
  return want.mode ~= 's' or other.mode == 'x'
end

-- The edges of a waiting lease at one of its locks.
local function follow_at(step, want)
  local k = lock(want.name)
  if want.mode == 'p' and k.units + want.units > k.of or want.mode == 'x' or k.holder ~= '-' then
    for _, holder in ipairs(holders_of(k, MAX_EDGES - edges)) do
      local found = follow(step, k.name, holder)
      if found then
        return found
      end
    end
  end
  local i, uw = 1, 0
  local ahead_of = {}
  while edges + #ahead_of < MAX_EDGES do
    local w = waiter_at(k, i)
    if not w or w.id == step.lease.id then
      break
    end
    if not k.gone[w.id] and conflicts(want, w) then
      ahead_of[#ahead_of + 1] = w.id
      uw = uw + w.units
    end
    i = i + 1
  end
  if want.mode == 'p' and k.units + uw + want.units <= k.of then
    return nil
  end
  for _, waiter_id in ipairs(ahead_of) do
    local found = follow(step, k.name, lease(waiter_id))
    if found then
      return found
    end
  end
end

-- The cycle that this lease would close, or nil; nil as well when the search has become too long.
local function cycle_of(asking)
  visited[asking.owner] = true
  go_on_from(asking)
  local at = 1
  while trail[at] and edges < MAX_EDGES do
    local step = trail[at]
    for _, want in ipairs(step.lease.wants) do
      local found = follow_at(step, want)
      if found then
        return found
      end
    end
    at = at + 1
  end
end
