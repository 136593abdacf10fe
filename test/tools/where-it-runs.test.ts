import assert from 'node:assert/strict';
import { whyNotHere } from '../../tools/where-it-runs.mjs';

describe('npm start on another system', () => {
  it('says on Windows in one sentence where it runs and what there is instead', () => {
    const told = whyNotHere('win32', '24.1.0') ?? assert.fail();
    assert.match(told, /^npm start and npm test run on Linux, on macOS, and in WSL, not on Windows itself/);
    assert.match(told, /wsl --install.*npm pack/);
    assert.doesNotMatch(told, /\n/);
  });

  it('says which Node.js it needs to begin with', () => {
    assert.match(
      whyNotHere('linux', '18.20.4') ?? '',
      /^this is Node\.js 18\.20\.4, and 20\.19 or later is needed/,
    );
    assert.match(whyNotHere('darwin', '20.18.9') ?? '', /20\.19 or later/);
    for (const version of ['20.19.0', '22.1.0', '24.0.0']) {
      assert.equal(whyNotHere('linux', version), undefined, version);
      assert.equal(whyNotHere('darwin', version), undefined, version);
    }
  });
});
