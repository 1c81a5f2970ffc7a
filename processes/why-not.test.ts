import { expect, test } from 'vitest';
import { whyNot } from './why-not.ts';

test.each([
  [
    Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 5060 }),
    /^port 5060 is in use by .* port \(SIP_PORT/,
  ],
  [Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' }), /^listen EADDRINUSE$/],
  [Object.assign(new Error('no database'), { code: 'ECONNREFUSED', port: 5432 }), /^no database$/],
  ['a text', /^a text$/],
])('%s is told in one line', (error, line) => {
  expect(whyNot(error)).toMatch(line);
});
