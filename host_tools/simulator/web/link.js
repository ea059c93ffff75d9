// The WebSocket to the simulator. It reconnects by itself for as long as the page is open.

const SHORTEST_MS = 250;
const LONGEST_MS = 2000;

/**
 * Opens the link and keeps it open. Calls live(true|false), band(ArrayBuffer), message(object).
 * Returns send(command) -> false when there is no link: a command is never kept for later.
 */
export function connect({ live, band, message }) {
  const address = new URL("ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket;
  let delay = SHORTEST_MS;

  function open() {
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      delay = SHORTEST_MS;
      live(true);
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? message(JSON.parse(data)) : band(data));
    socket.onclose = () => {
      live(false);
      setTimeout(open, delay);
      delay = Math.min(delay * 2, LONGEST_MS);
    };
  }

  open();
  return (command) => {
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(command));
    return true;
  };
}
