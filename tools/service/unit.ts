/** A service of systemd that runs `npm start` of a checkout. */
export interface ServiceSettings {
  /** of the unit, without `.service` */
  name: string;
  /** the system's user under which everything runs */
  user: string;
  /** the checkout */
  root: string;
  dataDir: string;
  /** with the variables of `npm start`; read by systemd itself, so that it may belong to root alone */
  environmentFile: string;
  /** the system's Node.js, which starts the one of the checkout's packages */
  node: string;
  /** folders in which the programs are found that a start needs */
  path: readonly string[];
  /** what follows `npm start --` */
  options: readonly string[];
  /** groups that may open serial devices, where the system has them */
  groups: readonly string[];
}

/** The supervisor ends its parts within this time, Kafka last; then the rest is killed. */
const STOP_SECONDS = 90;

/** @returns the unit file (systemd.unit, systemd.service and systemd.exec of the manual) */
export function unitOf(service: ServiceSettings): string {
  const { user, root, dataDir, environmentFile, node, path, options, groups } = service;
  const command = [node, `${root}/tools/bootstrap.mjs`, `${root}/stack/main.ts`, ...options];
  return `[Unit]
Description=Sensor readings from a serial line through Kafka into MongoDB and onto a dashboard
Documentation=https://www.npmjs.com/package/node-red-contrib-serial-kafka-mongo
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User=${user}
${groups.length > 0 ? `SupplementaryGroups=${groups.join(' ')}\n` : ''}WorkingDirectory=${literal(root)}
EnvironmentFile=-${literal(environmentFile)}
Environment=${quoted(`DATA_DIR=${dataDir}`)}
Environment=${quoted(`PATH=${path.join(':')}`)}
ExecStart=${command.map(quotedArgument).join(' ')}
KillMode=mixed
TimeoutStopSec=${STOP_SECONDS}
Restart=on-failure
RestartSec=10
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictSUIDSGID=yes

[Install]
WantedBy=multi-user.target
`;
}

/** What the environment file says until somebody fills it in. */
export const ENVIRONMENT_TEMPLATE = `# Variables of npm start, one a line: docs/settings.md tells of all. This file is for root alone: it may hold passwords.
#SERIAL_PATH=/dev/ttyACM0
#PORT=7000
#HOST=0.0.0.0
#ADMIN_PASSWORD_HASH=
#KAFKA_BROKERS=
#MONGODB_URI=
`;

/** In a path \`%\` begins a specifier; nothing else is special to the end of the line. */
function literal(path: string): string {
  return path.replaceAll('%', '%%');
}

function quoted(text: string): string {
  return `"${literal(text).replace(/["\\]/g, '\\$&')}"`;
}

/** On a command line \`$\` begins a variable as well. */
function quotedArgument(argument: string): string {
  return quoted(argument).replaceAll('$', '$$$$');
}
