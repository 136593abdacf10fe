import { readCommandLine } from '../stack/command-line';
import { readConfig, SettingError } from '../stack/config';
import { examine } from '../stack/doctor';
import { t } from '../stack/texts/texts.mjs';

/** Says, a line each, whether this machine has what `npm start` with the same variables and options takes. */
async function main(): Promise<number> {
  const findings = await examine(readConfig(process.env, readCommandLine(process.argv.slice(2))));
  for (const { ok, text } of findings) console.log(`${t(ok ? 'doctor.ok' : 'doctor.not')} ${text}`);
  const wrong = findings.filter(({ ok }) => !ok).length;
  console.log(wrong === 0 ? t('doctor.all-well') : t('doctor.to-do', { count: wrong }));
  return wrong === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof SettingError ? error.message : error);
    process.exit(1);
  },
);
