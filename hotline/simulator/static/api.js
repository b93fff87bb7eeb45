// The simulator's control API, as this page uses it. Every failure becomes an Error fit to be shown.

class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export const api = {
  state: (limit) => call("GET", `state?limit=${limit}`),
  phone: (number) => call("GET", `phones/${encodeURIComponent(number)}`),
  requests: (query) => call("GET", `requests?${new URLSearchParams(query)}`),
  clock: () => call("GET", "clock"),
  advance: (seconds) => call("POST", "clock", { advance: seconds }),
  nasty: () => call("GET", "nasty"),
  setNasty: (modes) => call("PUT", "nasty", modes),
  calm: () => call("DELETE", "nasty"),
  reset: () => call("POST", "reset"),
  putPhone: (number, phone) => call("PUT", `phones/${encodeURIComponent(number)}`, phone),
  putNumber: (number, settings) => call("PUT", `numbers/${encodeURIComponent(number)}`, settings),
  text: (from, to, body) => call("POST", `phones/${encodeURIComponent(from)}/text`, { to, body }),
  ring: (from, to) => call("POST", `phones/${encodeURIComponent(from)}/call`, { to }),
  answer: (sid) => call("POST", `calls/${sid}/answer`),
  reject: (sid) => call("POST", `calls/${sid}/reject`),
  hangUp: (sid) => call("POST", `calls/${sid}/hangup`),
  press: (sid, keys) => call("POST", `calls/${sid}/press`, { keys }),
  speak: (sid, seconds) => call("POST", `calls/${sid}/record`, { seconds }),
};

async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new ApiError("模拟器没有回应，请确认它仍在运行。 The simulator did not answer; is it still running?", 0);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(reason(answer, response), response.status);
  return answer;
}

function reason(answer, response) {
  const said = answer?.error;
  return typeof said === "string" ? said : `HTTP ${response.status} ${response.statusText}`;
}
