import assert from 'node:assert/strict';
import { broughtAlong, type Component, type Sbom } from '../../tools/sbom.mjs';

const LINE = '='.repeat(80);
const DEVELOPMENT = [{ name: 'cdx:npm:package:development', value: 'true' }];

function component(name: string, more: Partial<Component> = {}): Component {
  return { 'bom-ref': name, name, version: '1.0.0', ...more };
}

const sbom: Sbom = {
  metadata: { component: { 'bom-ref': 'us' } },
  components: [
    component('kafkajs'),
    component('uplot', { properties: DEVELOPMENT }),
    component('reactive-element', { group: '@lit', properties: DEVELOPMENT }),
    component('eslint', { properties: DEVELOPMENT }),
  ],
  dependencies: [
    { ref: 'us', dependsOn: ['kafkajs', 'uplot', 'eslint'] },
    { ref: 'eslint', dependsOn: ['uplot'] },
  ],
};
const notices = ['uplot 1.0.0 (MIT)', '@lit/reactive-element 1.0.0 (BSD-3-Clause)']
  .map((head) => `${LINE}\n${head}\n${LINE}\n\nthe licence\n`)
  .join('\n');

describe('the list of what the package brings along', () => {
  it('has what is installed with it and what is bundled, and no tool', () => {
    const { components, dependencies } = broughtAlong(sbom, notices);
    assert.deepEqual(
      components.map(({ name }) => name),
      ['kafkajs', 'uplot', 'reactive-element'],
    );
    assert.ok(components.every(({ properties = [] }) => properties.length === 0));
    assert.deepEqual(dependencies, [{ ref: 'us', dependsOn: ['kafkajs', 'uplot'] }]);
  });

  it('is refused where something bundled is missing in it', () => {
    const more = `${notices}\n${LINE}\nother 2.0.0 (MIT)\n${LINE}\n`;
    assert.throws(() => broughtAlong(sbom, more), /other@2\.0\.0/);
  });
});
