-- The load of one wrk run: the same request again and again, status and body of every answer checked.
-- Started by wrk.mjs; arguments: method, expected status, then header names and values in turn. Both bodies come by
-- stdin, as arguments may not be that long: their lengths in bytes, a line feed, the request's, the expected answer's.
-- The last lines printed start with "BENCH" and are for wrk.mjs to read.

local threads = {}
local expected_status, expected_body

-- Globals, because `done` reads them from another Lua state.
mismatches = 0
sample = ""

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  wrk.method = args[1]
  expected_status = tonumber(args[2])
  local request_length, answer_length = io.read("*n", "*n")
  io.read(1)
  wrk.body = io.read(request_length)
  expected_body = io.read(answer_length)
  for i = 3, #args, 2 do
    wrk.headers[args[i]] = args[i + 1]
  end
end

-- Lua strings are interned: comparing two of them is comparing two pointers.
function response(status, headers, body)
  if status == expected_status and body == expected_body then return end
  if mismatches == 0 then
    sample = status .. " " .. string.sub(string.gsub(body, "%c", " "), 1, 200)
  end
  mismatches = mismatches + 1
end

function done(summary, latency, requests)
  local wrong, first = 0, ""
  for _, thread in ipairs(threads) do
    local count = thread:get("mismatches")
    if count > 0 and wrong == 0 then first = thread:get("sample") end
    wrong = wrong + count
  end
  local e = summary.errors
  io.write(string.format(
    'BENCH {"requests":%d,"durationUs":%d,"bytes":%d,"p50Us":%d,"p99Us":%d,"p999Us":%d,"maxUs":%d,'
      .. '"errors":{"wrong":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    wrong, e.connect, e.read, e.write, e.status, e.timeout))
  if wrong > 0 then io.write("BENCH-WRONG " .. first .. "\n") end
end
