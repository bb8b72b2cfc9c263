// One WebSocket for what the server pushes. It comes back by itself, and says so, so that nothing is missed.

const LONGEST_WAIT = 8000; // milliseconds between attempts, at most

/**
 * Listens as one persona. `onEvent(event)` gets each pushed object, `onState("open"|"lost", again)` the connection.
 * Returns a function that ends it.
 */
export function listen(as, onEvent, onState) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const url = `${scheme}://${location.host}/local/api/ws?as=${encodeURIComponent(as)}`;
  let socket;
  let timer;
  let wait = 250;
  let opened = 0;
  let ended = false;

  function connect() {
    socket = new WebSocket(url);
    socket.onopen = () => {
      wait = 250;
      opened += 1;
      onState("open", opened > 1);
    };
    socket.onmessage = (message) => onEvent(JSON.parse(message.data));
    socket.onclose = () => {
      if (ended) return;
      onState("lost", false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}
