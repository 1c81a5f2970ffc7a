import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { countAnswers } from './api-metrics.ts';

test('answers are counted by status', async () => {
  const metrics = new Registry();
  const answered = countAnswers(metrics);
  for (const status of [200, 401, 401, 503]) answered(status);
  const lines = (await metrics.metrics()).split('\n').filter((line) => line.startsWith('homeline_'));
  expect(lines).toEqual([
    'homeline_api_answers_total{status="200"} 1',
    'homeline_api_answers_total{status="401"} 2',
    'homeline_api_answers_total{status="503"} 1',
  ]);
});
