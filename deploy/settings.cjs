/* Settings of the Node-RED in the container; everything that differs from machine to machine comes from its environment. */
const { ADMIN_PASSWORD_HASH, CREDENTIAL_SECRET, HOST_NAMES = '' } = process.env;

module.exports = {
  flowFile: 'flows.json',
  userDir: '/data',
  credentialSecret: CREDENTIAL_SECRET,
  httpAdminRoot: '/admin',
  ui: { path: '/' },
  adminAuth: {
    type: 'credentials',
    users: [{ username: 'admin', password: ADMIN_PASSWORD_HASH, permissions: '*' }],
  },
  httpNodeAuth: { user: 'admin', pass: ADMIN_PASSWORD_HASH },
};

require('node-red-contrib-serial-kafka-mongo').protect(module.exports, {
  names: HOST_NAMES.split(',').filter((name) => name !== ''),
  observe: true,
});
