-- What wrk measured, as one line of JSON; and how to send something else than one GET.
-- Environment of the paths: BENCH_PATHS, a file with one path a line, taken in turn;
-- BENCH_BODIES, a file with one JSON body a line, POSTed in turn, each time with an
-- Idempotency-Key of its own that begins with BENCH_RUN; with BENCH_ONCE each body is
-- sent once; only answers that contain its value count, and the time from the first request to the last of them.
local ffi = require("ffi")
ffi.cdef("struct bench_time { long seconds, nanoseconds; }; int clock_gettime(int clock, struct bench_time *time);")
local paths, bodies, at = {}, {}, 0
local once = os.getenv("BENCH_ONCE")
local now_at = ffi.new("struct bench_time")
local thread
answered, first, last = 0, 0, 0

local function now()
	ffi.C.clock_gettime(1, now_at)
	return tonumber(now_at.seconds) + tonumber(now_at.nanoseconds) / 1e9
end

function setup(one)
	thread = one
end

local function lines(name, into)
	if not name then return end
	for line in io.lines(name) do into[#into + 1] = line end
end

function init()
	lines(os.getenv("BENCH_PATHS"), paths)
	lines(os.getenv("BENCH_BODIES"), bodies)
	wrk.headers["Content-Type"] = #bodies > 0 and "application/json" or nil
end

-- Past the last body the connections only wait: nothing is sent twice.
function delay()
	return once and at >= #bodies and 60000 or 0
end

-- wrk asks for one request before it starts and throws it away.
local asked = false

function request()
	if once and not asked then
		asked = true
		return wrk.format("POST", nil, nil, bodies[1])
	end
	-- Connections that were let go before the last body was taken.
	if once and at >= #bodies then return wrk.format("GET", "/") end
	at = at + 1
	if at == 1 then first = now() end
	if #paths > 0 then return wrk.format("GET", paths[(at - 1) % #paths + 1]) end
	if #bodies == 0 then return wrk.format() end
	wrk.headers["Idempotency-Key"] = string.format("%s-%d", os.getenv("BENCH_RUN"), at)
	return wrk.format("POST", nil, nil, bodies[(at - 1) % #bodies + 1])
end

if once then
	function response(status, headers, body)
		if not body:find(once, 1, true) then return end
		answered = answered + 1
		last = now()
	end
end

function done(summary, latency)
	local errors, seconds, requests = summary.errors, summary.duration / 1e6, summary.requests
	if once then seconds, requests = thread:get("last") - thread:get("first"), thread:get("answered") end
	io.write(string.format(
		'{"requests":%d,"seconds":%.4f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"refused":%d,"broken":%d}\n',
		requests, seconds, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
		latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
