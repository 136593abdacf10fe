import assert from 'node:assert/strict';
import { readCommand } from '../../../nodes/kafka-consumer/commands';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { UserError } from '../../../nodes/shared/user-error';

const delivered: PipelineMessage = { kafka: { topic: 't', partition: 0, delivery: 'n/1' } };

function refusal(message: PipelineMessage): string {
  try {
    readCommand(message);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.key.slice('kafka-consumer.errors.'.length);
  }
  return assert.fail('it was accepted');
}

describe('a message at the input of the kafka-consumer', () => {
  it('confirms, also without an action', () => {
    assert.deepEqual(readCommand(delivered), { action: 'confirm' });
    assert.deepEqual(readCommand({ ...delivered, action: 'confirm' }), { action: 'confirm' });
    assert.deepEqual(readCommand({ ...delivered, payload: 'seek', topic: 'pause' }), { action: 'confirm' });
  });

  it('asks for nothing where it comes from a dashboard’s page, whatever way that took', () => {
    for (const mark of [{ socketid: 's' }, { socketid: undefined }, { _client: { socketId: 's' } }]) {
      for (const action of [undefined, 'confirm', 'reject', 'pause', 'resume', 'seek']) {
        const message = { ...delivered, payload: { to: 'end' }, ...(action && { action }), ...mark };
        assert.equal(refusal(message as PipelineMessage), 'from-browser');
      }
    }
  });

  it('rejects with its reason', () => {
    const reasonOf = (message: PipelineMessage) => {
      const command = readCommand(message);
      assert.ok(command.action === 'reject');
      return command.reason.message;
    };
    assert.equal(reasonOf({ ...delivered, action: 'reject', reason: 'too old' }), 'too old');
    assert.equal(reasonOf({ ...delivered, action: 'reject', error: { message: 'no space' } }), 'no space');
    assert.equal(reasonOf({ ...delivered, action: 'reject' }), 'rejected by the flow');
  });

  it('never confirms what comes from a Catch node', () => {
    const command = readCommand({ ...delivered, error: { message: 'failed', source: { id: 'x' } } });
    assert.ok(command.action === 'reject');
    assert.equal(command.reason.message, 'failed');
  });

  it('pauses, resumes and seeks', () => {
    assert.deepEqual(readCommand({ action: 'pause' }), { action: 'pause' });
    assert.deepEqual(readCommand({ action: 'resume' }), { action: 'resume' });
    const seek = (payload: unknown) => readCommand({ action: 'seek', payload });
    assert.deepEqual(seek({ to: 'end' }), { action: 'seek', target: 'end' });
    assert.deepEqual(seek({ to: 'beginning', topic: 't', partition: '2' }), {
      action: 'seek',
      target: 'beginning',
      topic: 't',
      partition: 2,
    });
    assert.deepEqual(seek({ offset: 0 }), { action: 'seek', target: { offset: '0' } });
    assert.deepEqual(seek({ offset: '9007199254740993' }), {
      action: 'seek',
      target: { offset: '9007199254740993' },
    });
    assert.deepEqual(seek({ time: '2026-01-31T12:00:00Z' }), {
      action: 'seek',
      target: { time: 1769860800000 },
    });
    assert.deepEqual(seek({ time: 1769860800000 }), { action: 'seek', target: { time: 1769860800000 } });
  });

  it('is refused when nothing in it says what to do', () => {
    assert.equal(refusal({ payload: 'x' }), 'no-action');
    assert.equal(refusal({ action: 'confirm' }), 'no-delivery');
    assert.equal(refusal({ action: 'reject', kafka: { topic: 't', partition: 0 } }), 'no-delivery');
    assert.equal(refusal({ ...delivered, action: 'topics' }), 'unknown-action');
    assert.equal(refusal({ action: 'seek' }), 'seek-target');
    assert.equal(refusal({ action: 'seek', payload: { to: 'middle' } }), 'seek-target');
    assert.equal(refusal({ action: 'seek', payload: { offset: -1 } }), 'seek-target');
    assert.equal(refusal({ action: 'seek', payload: { time: 'tomorrow' } }), 'seek-target');
    assert.equal(refusal({ action: 'seek', payload: { to: 'end', partition: 'x' } }), 'seek-partition');
    assert.equal(refusal({ action: 'seek', payload: { to: 'end', topic: 7 } }), 'seek-topic');
  });
});
