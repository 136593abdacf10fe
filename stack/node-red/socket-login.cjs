/**
 * A dashboard talks to its pages over socket.io, which stands beside the web server that asks for the password. This
 * middleware of socket.io lets in who has that password (a browser sends it along once it was given for the page), and
 * no page of another website.
 * @param {{ user: string, passwordHash: string, nodeRed: string }} options the bcrypt hash, and Node-RED's folder
 */
module.exports = ({ user, passwordHash, nodeRed }) => {
  const load = (name) => require(require.resolve(name, { paths: [nodeRed] }));
  const basicAuth = load('basic-auth');
  const bcrypt = load('bcryptjs');
  // Comparing takes long on purpose; the password stays the same until the next start.
  let known;
  const isRight = async (login) => {
    if (login?.name !== user) return false;
    if (login.pass === known) return true;
    if (!(await bcrypt.compare(login.pass, passwordHash))) return false;
    known = login.pass;
    return true;
  };
  return (socket, next) => {
    const { request } = socket;
    if (!isOfSameSite(request.headers)) return next(new Error('Forbidden'));
    isRight(basicAuth(request)).then((right) => next(right ? undefined : new Error('Unauthorized')), next);
  };
};

/** A browser names the page's website where it is not that of the request; and always for a WebSocket. */
function isOfSameSite({ origin, host }) {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
