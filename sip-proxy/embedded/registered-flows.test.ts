import { expect, it } from 'vitest';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import { SipRequest, SipResponse } from '#sip-stack/message.ts';
import { FakeNetwork } from '#sip-stack/testing/fake-network.ts';
import type { Flow, SocketAddress } from '#sip-stack/transport.ts';
import { RegisteredFlows } from './registered-flows.ts';

const clock = new FakeClock();
const network = new FakeNetwork();
/** Where somebody came from by a connection of their own. */
const by = (port: number, reliable = true): SocketAddress & { flow: Flow & { open: boolean } } => ({
  address: '192.0.2.1',
  port,
  flow: { transport: network.transport('server', { reliable }), open: true, lost: new Set() },
});
const register = (flows: RegisteredFlows, contact: string, source: SocketAddress, granted = '', header = ''): void => {
  const request = new SipRequest('REGISTER', 'sip:h').add('Contact', contact);
  const response = new SipResponse(200);
  if (granted) response.add('Contact', granted);
  if (header) response.add('Expires', header);
  flows.accepted(request, response, source);
};
const uri = 'sip:a@x.invalid;transport=ws';

it('is by user, host and port, whatever the parameters', () => {
  const flows = new RegisteredFlows(clock);
  const source = by(1);
  register(flows, `<${uri}>`, source);
  expect(flows.find('sip:a@X.invalid;ob')).toBe(source);
  for (const other of ['sip:b@x.invalid', 'sip:a@y.invalid', 'sip:a@x.invalid:5060', 'tel:+1', 'nonsense'])
    expect(flows.find(other)).toBeUndefined();
});

it.each([
  [`<${uri}>;expires=5`, '', '', 5],
  [`<${uri}>;expires=500`, `<${uri}>;expires=7`, '', 7],
  [`<${uri}>;expires=500`, `<sip:other@h>;expires=7, <${uri}>`, '9', 9],
  [`<${uri}>`, '', '', 3600],
  [`<${uri}>;expires=soon`, '', '', 3600],
])('lasts as long as it was granted: %s, %s, %s: %i s', (contact, granted, header, seconds) => {
  const flows = new RegisteredFlows(clock);
  register(flows, contact, by(1), granted, header);
  clock.advance(seconds * 1000 - 1);
  expect(flows.find(uri)).toBeDefined();
  clock.advance(1);
  expect([flows.find(uri), flows.size]).toEqual([undefined, 0]);
});

it('moves to a new connection, and the end of the old one does not end it', () => {
  const flows = new RegisteredFlows(clock);
  const [before, now] = [by(1), by(2)];
  register(flows, `<${uri}>`, before);
  register(flows, '<sip:b@h>', before);
  register(flows, `<${uri}>`, now);
  expect(flows.size).toBe(2);
  for (const tell of before.flow.lost) tell(new Error('closed'));
  expect([flows.find(uri), flows.find('sip:b@h'), flows.size]).toEqual([now, undefined, 1]);
  now.flow.open = false;
  expect(flows.find(uri)).toBeUndefined();
});

it('adds one listener to a connection, however often it registers', () => {
  const flows = new RegisteredFlows(clock);
  const source = by(1);
  for (let i = 0; i < 10; i++) {
    register(flows, `<${uri}>`, source);
    register(flows, `<${uri}>;expires=0`, source);
  }
  expect([source.flow.lost.size, flows.size]).toEqual([1, 0]);
});

it('is not for those who came without a connection', () => {
  const flows = new RegisteredFlows(clock);
  register(flows, `<${uri}>`, by(1, false));
  register(flows, `<${uri}>`, { address: '192.0.2.1', port: 1 });
  expect(flows.size).toBe(0);
});

it('remembers so many, and forgets the oldest', () => {
  const flows = new RegisteredFlows(clock);
  const source = by(1);
  for (let i = 0; i <= 50_000; i++) register(flows, `<sip:${i}@h>`, source);
  expect([flows.size, flows.find('sip:0@h'), flows.find('sip:1@h')]).toEqual([50_000, undefined, source]);
});
