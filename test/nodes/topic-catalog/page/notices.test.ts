import assert from 'node:assert/strict';
import { nothing } from 'lit';
import { Trouble } from '../../../../nodes/topic-catalog/page/client';
import { Format } from '../../../../nodes/topic-catalog/page/format';
import { staleNotice } from '../../../../nodes/topic-catalog/page/parts/notices';
import { TEXTS } from '../../../../nodes/topic-catalog/page/texts';

describe('the notice that what is shown is old', () => {
  const app = { texts: TEXTS.es, format: new Format('es-CO') };
  const trouble = new Trouble('connection', '');

  it('is there when an answer is shown and a later one does not come', () => {
    assert.notEqual(staleNotice(app, { data: {}, trouble, updated: Date.now() }), nothing);
    assert.equal(staleNotice(app, { data: {}, trouble: undefined, updated: Date.now() }), nothing);
  });

  it('is not there while nothing has ever been shown: no time would be true', () => {
    assert.equal(staleNotice(app, { data: undefined, trouble, updated: 0 }), nothing);
  });
});
