// Node-RED's settings file. What differs from start to start comes from the environment, set by node-red.ts.
const fs = require('node:fs');
const path = require('node:path');
const socketLogin = require('./socket-login.cjs');

const {
  NODE_RED_PORT,
  NODE_RED_HOST,
  NODE_RED_USER_DIR,
  NODE_RED_MODULE,
  NODE_RED_LOG_LEVEL,
  ADMIN_USER,
  ADMIN_PASSWORD_HASH,
} = process.env;
// Flows can read the environment: the hash is none of their business.
delete process.env.ADMIN_PASSWORD_HASH;

// The event bus of this very Node-RED: its log is translated, so a line of our own says that the flows run.
const { events } = require(require.resolve('@node-red/util', { paths: [NODE_RED_MODULE] }));
events.on('flows:started', () => console.log('stack: flows started'));
events.on('runtime-event', ({ id, payload }) => {
  if (id === 'runtime-state' && payload?.error) console.log(`stack: flows not started: ${payload.error}`);
});

const user = ADMIN_USER;
const passwordHash = ADMIN_PASSWORD_HASH;
const sockets = passwordHash && {
  ioMiddleware: socketLogin({ user, passwordHash, nodeRed: NODE_RED_MODULE }),
};

module.exports = {
  uiPort: Number(NODE_RED_PORT),
  uiHost: NODE_RED_HOST,
  userDir: NODE_RED_USER_DIR,
  flowFile: 'flows.json',
  credentialSecret: fs.readFileSync(path.join(NODE_RED_USER_DIR, 'credential-secret'), 'utf8'),
  httpAdminRoot: '/admin',
  ui: { path: '', ...sockets },
  dashboard: { ...sockets },
  // "debug" shows what the Kafka client says of its connections; "trace" is for Node-RED's own developers.
  logging: { console: { level: NODE_RED_LOG_LEVEL || 'info' } },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  diagnostics: { enabled: true, ui: true },
  functionExternalModules: true,
  ...(passwordHash && {
    adminAuth: {
      type: 'credentials',
      users: [{ username: user, password: passwordHash, permissions: '*' }],
    },
    httpNodeAuth: { user, pass: passwordHash },
  }),
};
