import assert from 'node:assert/strict';
import { shellCommands } from '../support/shell-commands';
import { until } from '../support/until';
import { PagePlayer } from './page-player';

const PAGE = 'docs/ejercicio-2021.md';

/** What the reader waits for before the Ctrl-C, by the group that reads. */
const SEEN: Record<string, RegExp> = {
  papel: /33\.5536/,
  dos: /clave comuna_1 [^]*clave comuna_2 |clave comuna_2 [^]*clave comuna_1 /,
  falla: /"humedad":null/,
};

describe('the exercise of 2021', function () {
  this.timeout(400_000);
  const player = new PagePlayer();

  after(() => player.dispose());

  it('has the same commands in both languages', () => {
    assert.deepEqual(shellCommands('docs/exercise-2021.md'), shellCommands(PAGE));
  });

  it('shows what it says, command by command', async () => {
    const said = new Map<string, string>();
    for (const command of shellCommands(PAGE)) {
      const { text } = command;
      const [, group = ''] = /--group (\w+)/.exec(text) ?? [];
      const { code, text: output } = await player.play(command, SEEN[group]);
      // Nobody answers while the broker is away: that is what is to be seen.
      if (text !== 'npm run inside' && !command.untilInterrupted) assert.equal(code, 0, `${text}: ${output}`);
      said.set(text, output);
    }
    const of = (words: string): string => [...said].find(([text]) => text.includes(words))?.[1] ?? '';
    assert.match(
      of('board'),
      /\{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26\.92732,"radiacion":1997\.0/,
    );
    assert.match(
      of('papel'),
      /"sensacion":33\.5536,"radiacion":590\.8203.*"fecha":"\d{4}-\d\d-\d\d","hora":"\d\d:\d\d:\d\d"/,
    );
    assert.match(of('dos'), /clave comuna_1 /);
    assert.match(of('dos'), /clave comuna_2 /);
    assert.match(of('falla'), /"humedad":null,"temperatura":null,"sensacion":null,"radiacion":\d/);
    await until(
      'the broker to be back',
      async () => (await player.look()).text.includes('topic Prueba'),
      60_000,
    );
  });
});
