/** The websocket that tells of every change. It comes back by itself. */

const REFUSED = 4401;
const NOBODY = 4404;
const SOONEST = 300;
const LATEST = 5000;

/**
 * @param {{token: string, user: string, heard: (news: object, first: boolean) => void, lost: () => void,
 *   refused: () => void, nobody: () => void}} about
 * @returns {() => void} ends it
 */
export function listen({ token, user, heard, lost, refused, nobody }) {
  let socket;
  let ended = false;
  let pause = SOONEST;
  let timer;

  function connect() {
    let first = true;
    const address = new URL("page/live", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    socket = new WebSocket(address);
    socket.onopen = () => socket.send(JSON.stringify({ token, user }));
    socket.onmessage = (event) => {
      if (ended) return;
      pause = SOONEST;
      heard(JSON.parse(event.data), first);
      first = false;
    };
    socket.onclose = (event) => {
      if (ended) return;
      if (event.code === REFUSED) return refused();
      if (event.code === NOBODY) return nobody();
      lost();
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LATEST);
    };
  }

  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}
