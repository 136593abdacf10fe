import assert from 'node:assert/strict';
import { nothing } from 'lit';
import { AnswerError } from '../../../../nodes/topic-catalog/page/client';
import { Format } from '../../../../nodes/topic-catalog/page/format';
import { staleNotice } from '../../../../nodes/topic-catalog/page/parts/notices';
import { TEXTS } from '../../../../nodes/topic-catalog/page/texts';

describe('the notice that what is shown is old', () => {
  const app = { texts: TEXTS.es, format: new Format('es-CO') };
  const problem = new AnswerError('connection', '');

  it('is there when an answer is shown and a later one does not come', () => {
    assert.notEqual(staleNotice(app, { data: {}, problem, updated: Date.now() }), nothing);
    assert.equal(staleNotice(app, { data: {}, problem: undefined, updated: Date.now() }), nothing);
  });

  it('is not there while nothing has ever been shown: no time would be true', () => {
    assert.equal(staleNotice(app, { data: undefined, problem, updated: 0 }), nothing);
  });

  it('says the day too where that is not today: a wall may hang there since yesterday', () => {
    const updated = Date.now() - 3 * 86_400_000;
    const said = JSON.stringify(staleNotice(app, { data: {}, problem, updated }));
    assert.ok(said.includes(app.format.moment(updated)), said);
  });
});
