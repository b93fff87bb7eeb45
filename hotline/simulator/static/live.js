// Follows /simulator/events and asks for a refresh whenever something changed or the line came back.
// onAnew is called first when what was shown may be gone: after a reset, or with another simulator.

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 10000;
const REST_MS = 100; // between refreshes, so that a load test is not slowed by its onlookers

export function follow({ refresh, onStatus, onAnew }) {
  const refreshSoon = coalesce(refresh);
  let source = null;
  let wait = RETRY_FIRST_MS;

  connect();
  // A page kept by the browser for its Back button must not hold a connection meanwhile.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  return refreshSoon;

  function connect() {
    source = new EventSource("events");
    source.onopen = () => {
      wait = RETRY_FIRST_MS;
      onStatus(true);
      onAnew();
      refreshSoon();
    };
    source.onmessage = ({ data }) => {
      if (JSON.parse(data).kind === "reset") onAnew();
      refreshSoon();
    };
    source.onerror = () => {
      onStatus(false);
      if (source.readyState === EventSource.CLOSED) retry(); // otherwise the browser retries by itself
    };
  }

  function retry() {
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, RETRY_MOST_MS);
  }
}

// Refreshes never overlap: what is asked for during one is covered by exactly one more.
function coalesce(work) {
  let wanted = false;
  let working = false;

  return async () => {
    wanted = true;
    if (working) return;
    working = true;
    while (wanted) {
      wanted = false;
      await work();
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    working = false;
  };
}
