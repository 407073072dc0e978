"""The steps that must happen as a whole or not at all, as Lua that Redis runs.

A job's hash holds ``state`` (queued, running, done, failed or cancelled), the ``job`` itself, its
``level``, ``attempts``, ``worker``, and the names of all keys that know of it, so that whoever
ends it needs to understand nothing of the job.
"""

ADMIT = """
-- KEYS job, open, user in hand, chat in hand, rate, all of the user's, closed, blobs...
-- ARGV id, job, now, expires, limits: user, chat, rate, window, total; life; at next, at later;
--      names: outbox, events, music; blobs...
local job, open, user, chat, rate, own, closed = unpack(KEYS, 1, 7)
local id, now = ARGV[1], tonumber(ARGV[3])
if redis.call('EXISTS', job) == 1 then return {'again', ''} end
if redis.call('EXISTS', closed) == 1 then return {'closed', ''} end
for _, hand in ipairs({user, chat}) do redis.call('ZREMRANGEBYSCORE', hand, '-inf', now) end
local mine = redis.call('ZCARD', user)
if mine >= tonumber(ARGV[5]) then return {'user', ''} end
if redis.call('ZCARD', chat) >= tonumber(ARGV[6]) then return {'chat', ''} end
local oldest = redis.call('LINDEX', rate, tonumber(ARGV[7]) - 1)
local window = tonumber(ARGV[8])
if oldest and tonumber(oldest) > now - window then
    return {'rate', tostring(math.ceil(tonumber(oldest) + window - now))}
end
if redis.call('ZCARD', open) >= tonumber(ARGV[9]) then return {'full', ''} end
local life = tonumber(ARGV[10])
local level = 'first'
if mine >= tonumber(ARGV[12]) then level = 'later'
elseif mine >= tonumber(ARGV[11]) then level = 'next' end
redis.call('HSET', job, 'job', ARGV[2], 'state', 'queued', 'level', level, 'attempts', 0,
    'worker', '', 'submitted', now, 'expires', ARGV[4], 'user', user, 'chat', chat,
    'outbox', ARGV[13], 'events', ARGV[14], 'music', ARGV[15])
redis.call('EXPIRE', job, life)
for blob = 8, #KEYS do redis.call('SET', KEYS[blob], ARGV[blob + 8], 'EX', life) end
redis.call('ZREMRANGEBYSCORE', own, '-inf', now)
redis.call('ZADD', own, now + life, id)
redis.call('EXPIRE', own, life)
redis.call('ZADD', open, now, id)
redis.call('LPUSH', rate, now)
redis.call('LTRIM', rate, 0, tonumber(ARGV[7]) - 1)
redis.call('EXPIRE', rate, math.ceil(window))
for _, hand in ipairs({user, chat}) do
    redis.call('ZADD', hand, ARGV[4], id)
    redis.call('EXPIRE', hand, life)
end
return {'ok', level}
"""

BEGIN = """
-- KEYS job; ARGV worker, now, most attempts
-- Whoever has taken a ticket asks whether there is still something to be done.
local state, expires = unpack(redis.call('HMGET', KEYS[1], 'state', 'expires'))
if state == 'running' then return {'taken', '', 0} end
if state ~= 'queued' then return {'over', '', 0} end
local job = redis.call('HGET', KEYS[1], 'job')
if tonumber(ARGV[2]) >= tonumber(expires) then return {'expired', job, 0} end
local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
if attempts > tonumber(ARGV[3]) then return {'lost', job, attempts} end
redis.call('HSET', KEYS[1], 'state', 'running', 'worker', ARGV[1], 'started', ARGV[2])
return {'run', job, attempts}
"""

YIELD = """
-- KEYS job; ARGV worker, or empty for whoever has it; what to add to the attempts
-- A job that runs waits again.
local state, worker = unpack(redis.call('HMGET', KEYS[1], 'state', 'worker'))
if state ~= 'running' or (ARGV[1] ~= '' and ARGV[1] ~= worker) then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued', 'worker', '')
redis.call('HINCRBY', KEYS[1], 'attempts', ARGV[2])
return 1
"""

END = """
-- KEYS job, open, cancelled, failed, pace
-- ARGV id, state, answer, event, now; only from this state; lives: job, failed, outbox, events;
--      seconds it took, or empty; whether it is a fault of ours; files: midi, mp3, png
-- The first answer counts; whoever comes later is told 0.
local job, open, cancelled, failed, pace = unpack(KEYS)
local id, state, answer, event, now = unpack(ARGV, 1, 5)
local before, user, chat, outbox, events, music =
    unpack(redis.call('HMGET', job, 'state', 'user', 'chat', 'outbox', 'events', 'music'))
if before ~= 'queued' and before ~= 'running' then return 0 end
if ARGV[6] ~= '' and ARGV[6] ~= before then return 0 end
local fault = ARGV[12] == '1'
redis.call('HSET', job, 'state', state, 'answer', answer, 'ended', now)
redis.call('EXPIRE', job, fault and ARGV[8] or ARGV[7])
redis.call('ZREM', open, id)
redis.call('ZREM', cancelled, id)
redis.call('ZREM', user, id)
redis.call('ZREM', chat, id)
if #ARGV >= 15 then
    redis.call('HSET', music, 'midi', ARGV[13], 'mp3', ARGV[14], 'png', ARGV[15], 'answer', answer)
end
if state == 'done' then redis.call('EXPIRE', music, ARGV[9]) end
if fault then
    redis.call('ZREMRANGEBYSCORE', failed, '-inf', now - ARGV[8])
    redis.call('ZADD', failed, now, id)
    redis.call('EXPIRE', failed, ARGV[8])
end
if ARGV[11] ~= '' then
    redis.call('LPUSH', pace, ARGV[11])
    redis.call('LTRIM', pace, 0, 19)
    redis.call('EXPIRE', pace, ARGV[7])
end
local eldest = string.format('%d-0', math.max(0, (now - ARGV[9]) * 1000))
redis.call('XADD', outbox, 'MINID', '~', eldest, '*', 'job', id, 'answer', answer)
redis.call('EXPIRE', outbox, ARGV[9])
redis.call('XADD', events, 'MAXLEN', '~', 2000, '*', 'event', event)
redis.call('EXPIRE', events, ARGV[10])
return 1
"""

CANCEL = """
-- KEYS job, cancelled; ARGV id, now, life
-- A job that runs is asked to stop; tells the state that it found.
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'running' then
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2] - ARGV[3])
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
    redis.call('EXPIRE', KEYS[2], ARGV[3])
end
return state or ''
"""

REQUEUE = """
-- KEYS job, open, failed; ARGV id, now, expires, life
-- A failed job waits again as if it were new; tells its level, or nothing if it has not failed.
if redis.call('HGET', KEYS[1], 'state') ~= 'failed' then return '' end
redis.call('HDEL', KEYS[1], 'answer', 'posting', 'ended')
redis.call('HSET', KEYS[1], 'state', 'queued', 'attempts', 0, 'worker', '', 'expires', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('HGET', KEYS[1], 'level')
"""
