import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from '../../../support/until';
import { KafkaFixture, numbered } from '../kafka-fixture';

const MEMBER = path.join(__dirname, 'member.ts');

describe('a kafka-consumer whose process is killed', function () {
  this.timeout(90_000);
  let fixture: KafkaFixture;
  const members: ChildProcess[] = [];

  before(async () => {
    fixture = await KafkaFixture.connect();
  });
  after(async () => {
    for (const member of members) member.kill('SIGKILL');
    await fixture.close();
  });

  function start(config: object, confirmed: number): { lines: string[]; kill: () => Promise<void> } {
    const args = ['--require', 'tsx/cjs', MEMBER, fixture.brokers, JSON.stringify(config), `${confirmed}`];
    const member = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    members.push(member);
    const lines: string[] = [];
    member.stdout.on('data', (data: Buffer) => lines.push(...String(data).trim().split('\n')));
    return {
      lines,
      kill: async () => {
        member.kill('SIGKILL');
        await once(member, 'exit');
      },
    };
  }

  it('loses nothing: its heir gets what was not confirmed once the session of the dead one is over', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(20));
    const config = { topics, groupId, output: 'string', confirm: 'flow' };
    const victim = start(config, 7);
    await until('all records', () => victim.lines.length === 20);
    await until('its commit', async () => (await fixture.committed(groupId, topics))[0] === 7);
    await victim.kill();
    const killed = Date.now();
    const heir = start(config, Infinity);
    await until('the rest', () => heir.lines.length >= 13, 30_000);
    console.log(`      ${Date.now() - killed} ms after the kill`);
    assert.deepEqual(heir.lines, numbered(20).slice(7));
    await until('the last commit', async () => (await fixture.committed(groupId, topics))[0] === 20);
  });
});
