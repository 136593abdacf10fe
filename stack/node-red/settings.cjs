// Node-RED's settings file. What differs from start to start comes from the environment, set by node-red.ts.
const fs = require('node:fs');
const path = require('node:path');
const { jsonLog, protect } = require('../../dist/nodes/guard/protect.js');

const {
  NODE_RED_PORT,
  NODE_RED_HOST,
  NODE_RED_HOST_NAMES,
  TLS_CERT,
  TLS_KEY,
  NODE_RED_USER_DIR,
  NODE_RED_MODULE,
  NODE_RED_LOG_LEVEL,
  LOG_FORMAT,
  ADMIN_USER,
  ADMIN_PASSWORD_HASH,
  VIEWER_USER,
  VIEWER_PASSWORD_HASH,
  SIGN_IN,
} = process.env;
// Flows can read the environment: the hashes are none of their business.
for (const secret of ['ADMIN_PASSWORD_HASH', 'VIEWER_PASSWORD_HASH', 'SIGN_IN']) delete process.env[secret];

// The event bus of this very Node-RED: its log is translated, so a line of our own says that the flows run.
const { events } = require(require.resolve('@node-red/util', { paths: [NODE_RED_MODULE] }));
events.on('flows:started', () => console.log('stack: flows started'));
events.on('runtime-event', ({ id, payload }) => {
  if (id === 'runtime-state' && payload?.error) console.log(`stack: flows not started: ${payload.error}`);
});

const user = ADMIN_USER;
const passwordHash = ADMIN_PASSWORD_HASH;

const settings = {
  uiPort: Number(NODE_RED_PORT),
  uiHost: NODE_RED_HOST,
  userDir: NODE_RED_USER_DIR,
  ...(TLS_CERT && { https: { cert: fs.readFileSync(TLS_CERT), key: fs.readFileSync(TLS_KEY) } }),
  flowFile: 'flows.json',
  credentialSecret: fs.readFileSync(path.join(NODE_RED_USER_DIR, 'credential-secret'), 'utf8'),
  httpAdminRoot: '/admin',
  ui: { path: '' },
  // "debug" shows what the Kafka client says of its connections; "trace" is for Node-RED's own developers.
  logging: {
    [LOG_FORMAT === 'json' ? 'json' : 'console']: {
      level: NODE_RED_LOG_LEVEL || 'info',
      ...(LOG_FORMAT === 'json' && { handler: jsonLog }),
    },
  },
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

module.exports = protect(settings, {
  names: (NODE_RED_HOST_NAMES || '').split(',').filter(Boolean),
  viewers: VIEWER_PASSWORD_HASH ? [{ username: VIEWER_USER, password: VIEWER_PASSWORD_HASH }] : [],
  signIn: SIGN_IN,
  contentSecurityPolicy: 'own',
  observe: true,
});
