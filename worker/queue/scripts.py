"""The steps that must happen as a whole or not at all, as Lua that Redis runs.

Each script is named after its step and begins with that step's row of the table in
:mod:`worker.queue.states`, so that Lua knows no state by itself. A job's hash holds ``state``, the
``job`` itself, its ``level``, ``attempts``, ``worker``, and the names of all keys that know of it,
so that whoever ends it needs to understand nothing of the job.
"""

from worker.queue.states import ENDS, TRANSITIONS, JobState, Step


def _row(step: Step) -> str:
    sources, target = TRANSITIONS[step]
    return "{" + ", ".join(f"['{source or ''}'] = '{target}'" for source in sources) + "}"


def _script(step: Step, body: str) -> str:
    """A script that finds its step's row as ``next_state``: state before → state after."""
    return f"local next_state = {_row(step)}\n{body}"


_ADMISSION = """
-- KEYS job, open, user in hand, chat in hand, rate, closed
-- ARGV now, limits: user, chat, rate, window, total
local job, open, user, chat, rate, closed = unpack(KEYS, 1, 6)
local now = tonumber(ARGV[1])
local after = next_state[redis.call('HGET', job, 'state') or '']
if not after then return {'again', ''} end
if redis.call('EXISTS', closed) == 1 then return {'closed', ''} end
for _, hand in ipairs({user, chat}) do redis.call('ZREMRANGEBYSCORE', hand, '-inf', now) end
local mine = redis.call('ZCARD', user)
if mine >= tonumber(ARGV[2]) then return {'user', ''} end
if redis.call('ZCARD', chat) >= tonumber(ARGV[3]) then return {'chat', ''} end
local oldest = redis.call('LINDEX', rate, tonumber(ARGV[4]) - 1)
local window = tonumber(ARGV[5])
if oldest and tonumber(oldest) > now - window then
    return {'rate', tostring(math.ceil(tonumber(oldest) + window - now))}
end
if redis.call('ZCARD', open) >= tonumber(ARGV[6]) then return {'full', ''} end
"""

CHECK = _script(Step.ADMIT, _ADMISSION + "return {'ok', ''}")
"""Tells what would become of a job that is handed in now."""

ADMIT = _script(
    Step.ADMIT,
    _ADMISSION
    + """
-- KEYS ... all of the user's, blobs...
-- ARGV ... id, job, expires; life; at next, at later; names: outbox, events, music; blobs...
local own, id = KEYS[7], ARGV[7]
local life = tonumber(ARGV[10])
local level = 'first'
if mine >= tonumber(ARGV[12]) then level = 'later'
elseif mine >= tonumber(ARGV[11]) then level = 'next' end
redis.call('HSET', job, 'job', ARGV[8], 'state', after, 'level', level, 'attempts', 0,
    'worker', '', 'submitted', now, 'expires', ARGV[9], 'user', user, 'chat', chat,
    'outbox', ARGV[13], 'events', ARGV[14], 'music', ARGV[15])
redis.call('EXPIRE', job, life)
for blob = 8, #KEYS do redis.call('SET', KEYS[blob], ARGV[blob + 8], 'EX', life) end
redis.call('ZREMRANGEBYSCORE', own, '-inf', now)
redis.call('ZADD', own, now + life, id)
if redis.call('TTL', own) < life then redis.call('EXPIRE', own, life) end
redis.call('ZADD', open, now, id)
redis.call('LPUSH', rate, now)
redis.call('LTRIM', rate, 0, tonumber(ARGV[4]) - 1)
redis.call('EXPIRE', rate, math.ceil(window))
for _, hand in ipairs({user, chat}) do
    redis.call('ZADD', hand, ARGV[9], id)
    redis.call('EXPIRE', hand, life)
end
return {'ok', level}
""",
)

BEGIN = _script(
    Step.BEGIN,
    """
-- KEYS job; ARGV worker, now, most attempts
-- Whoever has taken a ticket asks whether there is still something to be done. Tells what is to be
-- done and the state found, the job and how often it was begun.
local state, expires = unpack(redis.call('HMGET', KEYS[1], 'state', 'expires'))
local after = next_state[state or '']
if not after then return {'no', state or '', '', 0} end
local job = redis.call('HGET', KEYS[1], 'job')
if tonumber(ARGV[2]) >= tonumber(expires) then return {'expired', state, job, 0} end
local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
if attempts > tonumber(ARGV[3]) then return {'lost', state, job, attempts} end
redis.call('HSET', KEYS[1], 'state', after, 'worker', ARGV[1], 'started', ARGV[2])
return {'run', after, job, attempts}
""",
)

RELEASE = _script(
    Step.RELEASE,
    """
-- KEYS job; ARGV worker, or empty for whoever has it; what to add to the attempts
-- A job that runs waits again.
local state, worker = unpack(redis.call('HMGET', KEYS[1], 'state', 'worker'))
local after = next_state[state or '']
if not after or (ARGV[1] ~= '' and ARGV[1] ~= worker) then return 0 end
redis.call('HSET', KEYS[1], 'state', after, 'worker', '')
redis.call('HINCRBY', KEYS[1], 'attempts', ARGV[2])
return 1
""",
)

_END = """
-- KEYS job, open, cancelled, failed, durations
-- ARGV id, answer, event, now; only from this state; lives: job, failed, outbox, events;
--      seconds it took, or empty; whether it is a fault of ours; names and contents of files
-- The first answer counts; whoever comes later is told 0.
local job, open, cancelled, failed, durations = unpack(KEYS)
local id, answer, event, now, only = unpack(ARGV, 1, 5)
local before, user, chat, outbox, events, music =
    unpack(redis.call('HMGET', job, 'state', 'user', 'chat', 'outbox', 'events', 'music'))
local after = next_state[before or '']
if not after or (only ~= '' and only ~= before) then return 0 end
local fault = ARGV[11] == '1'
redis.call('HSET', job, 'state', after, 'answer', answer, 'ended', now)
redis.call('EXPIRE', job, fault and ARGV[7] or ARGV[6])
redis.call('ZREM', open, id)
redis.call('ZREM', cancelled, id)
redis.call('ZREM', user, id)
redis.call('ZREM', chat, id)
if #ARGV > 11 then redis.call('HSET', music, 'answer', answer, unpack(ARGV, 12)) end
if after == '$done' then
    local shared = redis.call('HGET', music, 'until')
    if not shared or tonumber(shared) < now + ARGV[8] then redis.call('EXPIRE', music, ARGV[8]) end
end
if fault then
    redis.call('ZREMRANGEBYSCORE', failed, '-inf', now - ARGV[7])
    redis.call('ZADD', failed, now, id)
    redis.call('EXPIRE', failed, ARGV[7])
end
if ARGV[10] ~= '' then
    redis.call('LPUSH', durations, ARGV[10])
    redis.call('LTRIM', durations, 0, 19)
    redis.call('EXPIRE', durations, ARGV[6])
end
local eldest = string.format('%d-0', math.max(0, (now - ARGV[8]) * 1000))
redis.call('XADD', outbox, 'MINID', '~', eldest, '*', 'job', id, 'answer', answer)
redis.call('EXPIRE', outbox, ARGV[8])
redis.call('XADD', events, 'MAXLEN', '~', 2000, '*', 'event', event)
redis.call('EXPIRE', events, ARGV[9])
return 1
"""
END = {state: _script(step, _END.replace("$done", JobState.DONE)) for state, step in ENDS.items()}
"""By state to end in: the script that takes a job there and puts its answer into the outbox."""

ASK_TO_STOP = f"""
-- KEYS job, cancelled; ARGV id, now, life
-- No step: a job that runs is asked to stop, and its worker ends it. Tells the state that it found.
local state = redis.call('HGET', KEYS[1], 'state')
if state == '{JobState.RUNNING}' then
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2] - ARGV[3])
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
    redis.call('EXPIRE', KEYS[2], ARGV[3])
end
return state or ''
"""

KEEP = f"""
-- KEYS job, music, all of the user's, blobs...; ARGV id, now, life
-- No step: a piece that is shared or a favourite is kept longer, with its files and all that it was
-- made of. Tells until when; 0 if gone.
local job, music, own = unpack(KEYS, 1, 3)
local id, now, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('HGET', job, 'state') ~= '{JobState.DONE}' then return 0 end
if redis.call('EXISTS', music) == 0 then return 0 end
local till = math.ceil(math.max(now + life, tonumber(redis.call('HGET', music, 'until') or 0)))
redis.call('HSET', music, 'until', till)
redis.call('EXPIREAT', music, till)
redis.call('EXPIREAT', job, till)
for blob = 4, #KEYS do redis.call('EXPIREAT', KEYS[blob], till, 'GT') end
redis.call('ZADD', own, till, id)
if redis.call('TTL', own) < till - now then redis.call('EXPIREAT', own, till) end
return till
"""

LOOSEN = """
-- KEYS job, music, all of the user's, blobs...; ARGV id, now, lives: job, files
-- No step: a piece is kept no longer than any other that was made now.
local job, music, own = unpack(KEYS, 1, 3)
local id, now, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HDEL', music, 'until')
redis.call('EXPIRE', music, ARGV[4], 'LT')
redis.call('EXPIRE', job, life, 'LT')
for blob = 4, #KEYS do redis.call('EXPIRE', KEYS[blob], life, 'LT') end
redis.call('ZADD', own, 'XX', now + life, id)
return 1
"""

LET_GO = """
-- KEYS music; ARGV now, life
-- No step: files of an answer that is posted are kept a while longer, shared ones to their end.
local shared = redis.call('HGET', KEYS[1], 'until')
if shared and tonumber(shared) > ARGV[1] + ARGV[2] then return 0 end
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

REQUEUE = _script(
    Step.REQUEUE,
    """
-- KEYS job, open, failed; ARGV id, now, expires, life
-- A failed job waits again as if it were new; tells its level, or nothing if it has not failed.
local after = next_state[redis.call('HGET', KEYS[1], 'state') or '']
if not after then return '' end
redis.call('HDEL', KEYS[1], 'answer', 'posting', 'ended')
redis.call('HSET', KEYS[1], 'state', after, 'attempts', 0, 'worker', '', 'expires', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('HGET', KEYS[1], 'level')
""",
)
