import assert from 'node:assert/strict';
import { shellCommands } from '../support/shell-commands';
import { until } from '../support/until';
import { PagePlayer, type Said } from './page-player';

const PAGE = 'docs/primera-hora.md';

describe('the first hour', function () {
  this.timeout(400_000);
  const player = new PagePlayer();

  after(() => player.dispose());

  it('has the same commands in both languages', () => {
    assert.deepEqual(shellCommands('docs/first-hour.md'), shellCommands(PAGE));
  });

  it('shows what it says, command by command', async () => {
    const commands = shellCommands(PAGE);
    const outputs: string[] = [];
    for (const command of commands) {
      const { text, untilInterrupted } = command;
      // Until all that the group had missed has come, and one more.
      const missed = lag(outputs.at(-1) ?? '') + 1;
      const said = await player.play(command, new RegExp(`(?:offset \\d+[^]*?){${missed}}`));
      if (!untilInterrupted) assert.equal(said.code, 0, `${text}: ${said.text}`);
      outputs.push(said.text);
      if (text.startsWith('npm start')) await seen('some readings', (look) => records(look) >= 12);
      if (text.startsWith('pkill -STOP')) await seen('another leader', (look) => !isInSync(look));
      if (text.startsWith('pkill -CONT')) await seen('the broker in sync again', isInSync);
    }

    const looks = outputs.filter((_, i) => commands[i]?.text === 'npm run inside');
    const [first = '', withGroup = '', caughtUp = '', three = '', frozen = ''] = looks;
    assert.match(
      first,
      /topic Prueba\n {2}partición 0 {3}líder: broker 1 .*\n {2}partición 1 .*\n {2}partición 2 /,
    );
    const read = outputs[commands.findIndex(({ text }) => text.endsWith('--count 9'))] ?? '';
    const places = [...read.matchAll(/partición (\d) {2}offset \d+ {2}clave (comuna_[123]) {2}\{/g)];
    assert.equal(places.length, 9, read);
    const partitions = new Map(places.map(([, partition, key]) => [key, partition]));
    for (const [, partition, key] of places)
      assert.equal(partition, partitions.get(key), 'a key, a partition');
    assert.match(withGroup, /grupo mirador: 0 miembros\n(?: .*\n)*? .*confirmado hasta \d+, retraso \d+\n/);
    // Whichever partition they came from: brokers are asked for all at once.
    assert.equal(sum(rowsOfReader(withGroup), /confirmado hasta (\d+)/g), 5, withGroup);
    assert.ok(lag(caughtUp) < lag(withGroup), `lag ${lag(withGroup)}, then ${lag(caughtUp)}`);
    assert.match(three, /réplicas en \d, \d, \d/);
    assert.doesNotMatch(frozen, /líder: broker 2/);
  });

  function seen(what: string, isSeen: (look: string) => boolean): Promise<boolean> {
    return until(what, async () => isSeen(textOf(await player.look())), 90_000);
  }
});

function textOf({ text }: Said): string {
  return text;
}

/** What is said of the topic's partitions. */
function partitionsOf(look: string): string {
  return /topic Prueba\n((?: .*\n)*)/.exec(look)?.[1] ?? '';
}

/** How many records there are in the topic. */
function records(look: string): number {
  return sum(partitionsOf(look), /hasta (\d+)/g);
}

/** Whether broker 2 has all that the topic's partitions hold. */
function isInSync(look: string): boolean {
  const replicas = [...partitionsOf(look).matchAll(/al día: ([\d, ]+)/g)];
  return replicas.length > 0 && replicas.every(([, ids]) => ids?.split(', ').includes('2'));
}

/** Of the reader's group. */
function lag(look: string): number {
  return sum(rowsOfReader(look), /retraso (\d+)/g);
}

function rowsOfReader(look: string): string {
  return /grupo mirador.*\n((?: .*\n)*)/.exec(look)?.[1] ?? '';
}

function sum(text: string, number: RegExp): number {
  return [...text.matchAll(number)].reduce((total, [, found]) => total + Number(found), 0);
}
