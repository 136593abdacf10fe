/** What ESP8266 and ESP32 print when they start, at their own rate or at that of the program. */
const START = [
  'ets [A-Z][a-z]{2} +\\d',
  'ESP-ROM:',
  'Build:[A-Z][a-z]{2} +\\d',
  'rst:0x[\\da-f]',
  'rst cause:\\d',
  'boot:0x[\\da-f]',
  'configsip: ?\\w',
  'SPIWP:0x',
  'clk_drv:0x',
  'mode:[A-Z]{3,4}, ?clock div:\\d',
  'load:0x[\\da-f]{8},len:',
  'load 0x[\\da-f]{8}, len',
  'entry 0x[\\da-f]{8}',
  'Saved PC:0x',
  'tail \\d+$',
  'ho \\d+ tail',
  'ch?k?sum 0x',
  'v[\\da-f]{8}$',
  '~ld$',
];
/** What they print when a program has failed: registers, stack, the reason. */
const CRASH = [
  'Guru Meditation Error',
  'Core +\\d+ register dump',
  '(?:PC|PS|SAR|LBEG|LEND|LCOUNT|RA|SP|GP|TP|M[A-Z]{3,6}|[AST]\\d+) +: 0x[\\da-f]{8}',
  '(?:EXC[A-Z]{5}|MSTATUS|MHARTID) *: 0x[\\da-f]{8}',
  'Backtrace: ?0x',
  'ELF file SHA256:',
  'Rebooting\\.\\.\\.',
  'abort\\(\\) was called',
  'assert failed:',
  'Stack memory:',
  '[\\da-f]{8}: +(?:0x)?[\\da-f]{8}',
  'Exception \\(\\d+\\):',
  'epc1=0x',
  '(?:>>>|<<<)stack',
  'ctx: \\w+$',
  'sp: [\\da-f]{8} end:',
  'last failed alloc call',
];
/** Lines of a log: ESP-IDF's, that of the ESP32 in Arduino's core, Python's exceptions, words for how serious it is. */
const LOG = [
  '[EWIDV] \\([\\d:.]+\\) [\\w.-]',
  '\\[ *\\d+\\]\\[[EWIDV]\\]',
  'MPY: soft reboot',
  'Traceback \\(most',
  'File "',
  '[a-z]+(?:Error|Exception|Interrupt): *(?![-+\\d.])\\S',
  '(?:trace|debug|info|warn|warning|fatal|critical|log) ?: *(?![-+\\d.])\\S',
];
const SYSTEM_LOG = new RegExp(`^(?:${[...START, ...CRASH, ...LOG].join('|')})`, 'i');

/**
 * Says whether a line is one that a board's system prints rather than its program: it has names and numbers as readings
 * have (`load:0x3fff0030,len:1184`, `PC      : 0x400d1234`).
 */
export function isSystemLog(line: string): boolean {
  return SYSTEM_LOG.test(line);
}
