import { expect, it } from 'vitest';
import { SipResponse } from '#sip-stack/message.ts';
import { bestResponse } from './best-response.ts';

it.each<[number[], number | undefined]>([
  [[], undefined],
  [[486], 486],
  [[404, 603, 302], 603],
  [[486, 302], 302],
  [[500, 486], 486],
  [[404, 486], 404],
  [[486, 404], 486],
  [[404, 401], 401],
  [[404, 484, 486], 484],
  [[404, 415], 415],
  [[404, 420], 420],
  [[404, 407], 407],
  [[503, 408], 408],
  [[503, 502], 500],
  [[502, 503], 502],
])('of %j the best is %s', (statuses, best) => {
  expect(bestResponse(statuses.map((status) => new SipResponse(status)))?.status).toBe(best);
});
