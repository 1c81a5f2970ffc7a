import { expect, test } from 'vitest';
import { reach } from './reach.ts';

const at = { address: '203.0.113.9', port: 4000 };
const via = 'sip:203.0.113.9:4000;transport=udp';

test.each([
  ['sip:home1@10.0.0.5', at, via],
  ['sip:home1@10.0.0.5;transport=UDP', at, via],
  ['sip:home1@10.0.0.5;transport=tcp', at, undefined],
  ['sip:home1@10.0.0.5;transport=tls', at, undefined],
  ['sips:home1@10.0.0.5', at, undefined],
  ['sip:home1@[2001:db8::1]', { address: '2001:db8::9', port: 5060 }, 'sip:[2001:db8::9]:5060;transport=udp'],
])('%s', (contact, source, expected) => {
  expect(reach(contact, source)).toEqual({ uri: contact, ...(expected !== undefined && { via: expected }) });
});

test.each(['ws', 'WSS'])('who has come by %s is a browser, reached by that connection', (transport) => {
  const contact = `sip:web@df7jal23ls0d.invalid;transport=${transport}`;
  expect(reach(contact, at)).toEqual({ uri: contact, browser: true });
});
