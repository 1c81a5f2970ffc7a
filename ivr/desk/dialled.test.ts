import { expect, it } from 'vitest';
import { dialledAtDesk } from './dialled.ts';

it.each([
  ['sip:*9@homeline', { kind: 'inbox' }],
  ['sip:%2A9@homeline;user=phone', { kind: 'inbox' }],
  ['sips:*1@homeline', { kind: 'ready' }],
  ['sip:*0@homeline', { kind: 'away' }],
  ['sip:*8201@homeline', { kind: 'listen', extension: '201' }],
  ['sip:%2a8201@homeline', { kind: 'listen', extension: '201' }],
  ['sip:*8@homeline', { kind: 'listen', extension: '' }],
  ['sip:*97@homeline', undefined],
  ['sip:*toString@homeline', undefined],
  ['sip:9@homeline', undefined],
  ['sip:homeline', undefined],
  ['sip:+18669490290@homeline', undefined],
])('%s', (requestUri, dialled) => expect(dialledAtDesk({ requestUri })).toEqual(dialled));
