import { EEPROMMemoryBackend } from 'avr8js';
import assert from 'node:assert/strict';
import { nameInEeprom } from '../../proteus/bench/node-name';
import { NodeLines } from './node-lines';

/** Volts in the middle of an ADC count, so that rounding of the voltage cannot move it. */
const voltsForCounts = (counts: number) => ((counts + 0.5) * 5) / 1024;

describe('the firmware', () => {
  it('prints the known line for 60 %, 26 °C and 2.0 V, and ends it with CR LF', () => {
    const node = new NodeLines({ humedad: 60, temperatura: 26, a1: 2.0 });
    assert.equal(
      node.next().text,
      '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}\r\n',
    );
  });

  it('gives the known values for 88 % with 28 °C, and for 121 counts', () => {
    const node = new NodeLines({ humedad: 88, temperatura: 28, a1: voltsForCounts(121) });
    const { text } = node.next();
    assert.match(text, /"sensacion":33\.5536,/);
    assert.match(text, /"radiacion":590\.8203}/);
  });

  it('measures the whole range of A1', () => {
    const node = new NodeLines({ a1: 0 });
    assert.equal(node.nextReading().radiacion, 0);
    node.set({ a1: 5 });
    assert.equal(node.nextReading().radiacion, 4995.117);
    node.set({ a1: voltsForCounts(1) });
    assert.equal(node.nextReading().radiacion, 4.882813);
  });

  it('sends a line each 3.06 s, also when the sensor fails, and does not drift', () => {
    const node = new NodeLines();
    const first = node.next().at;
    for (let i = 1; i <= 5; i++) assert.ok(Math.abs(node.next().at - first - i * 3.06) < 0.01);
    node.set({ dht: 'off' });
    node.next();
    // This line is not as long as the others, and the sensor's answer is not waited for.
    assert.ok(Math.abs(node.next().at - first - 6 * 3.06) < 0.02);
    node.set({ dht: 'on' });
    assert.ok(Math.abs(node.next().at - first - 7 * 3.06) < 0.01);
  });

  it('waits a second after power-on before it asks the DHT11', () => {
    assert.ok(new NodeLines().next().at > 1);
  });

  it('follows the sensors while it runs', () => {
    const node = new NodeLines({ humedad: 60 });
    assert.equal(node.nextReading().humedad, 60);
    node.set({ humedad: 61, temperatura: 30 });
    const reading = node.nextReading();
    assert.deepEqual([reading.humedad, reading.temperatura], [61, 30]);
  });

  it('reads every value the DHT11 can send, tenths and below zero included', () => {
    const node = new NodeLines();
    for (const [humedad, temperatura] of [
      [0, 0],
      [100, 60],
      [45, -5.3],
      [85, -0.1],
      [1, -20],
      [33.3, 23.4],
      [55, 0.1],
    ] as const) {
      node.set({ humedad, temperatura });
      const reading = node.nextReading();
      assert.deepEqual([reading.humedad, reading.temperatura], [humedad, temperatura]);
    }
  });

  for (const [dht, words, line] of [
    ['off', 'does not answer', 'Error'],
    ['corrupt', 'sends a wrong checksum', 'Error: checksum'],
  ] as const) {
    it(`prints ${line} and, some 97 ms later, the JSON with nulls when the DHT11 ${words}`, () => {
      const node = new NodeLines({ dht, a1: 2.0 });
      const error = node.next();
      const json = node.next();
      assert.equal(error.text, `${line}\r\n`);
      assert.equal(
        json.text,
        '{"nodo":"comuna_15","humedad":null,"temperatura":null,"sensacion":null,"radiacion":1997.07}\r\n',
      );
      assert.ok(Math.abs(json.at - error.at - 0.097) < 0.003, `${json.at - error.at} s apart`);
    });

    it(`recovers by itself from a DHT11 that ${words}`, () => {
      const node = new NodeLines({ dht });
      node.next();
      node.next();
      node.set({ dht: 'on' });
      assert.equal(node.nextReading().humedad, 60);
    });
  }

  it('signs with the name in its EEPROM, and with its own where that one is damaged', () => {
    const eeprom = new EEPROMMemoryBackend(1024);
    const write = (address: number, byte: number): void => {
      eeprom.eraseMemory(address);
      eeprom.writeMemory(address, byte);
    };
    nameInEeprom('finca.norte-2').forEach((byte, address) => write(address, byte));
    assert.equal(new NodeLines({}, { eeprom }).nextReading().nodo, 'finca.norte-2');
    write(5, 0x58);
    assert.equal(new NodeLines({}, { eeprom }).nextReading().nodo, 'comuna_15');
  });

  it('begins anew after a brown-out, in the middle of a line too', () => {
    const node = new NodeLines();
    node.next();
    node.runFor(3.09);
    node.circuit.board.brownOut();
    const cut = node.next().text;
    assert.match(
      cut,
      /^\{"nodo":"comuna_15"/,
      'what was on the line, and behind it the first line after the reset',
    );
    assert.equal(node.nextReading().humedad, 60);
  });
});
