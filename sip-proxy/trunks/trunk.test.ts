import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTrunks, trunkUri, TrunksInvalid } from './trunk.ts';

const carrier = { name: 'carrier-a', host: 'sip.carrier.example', port: 5080, callerId: '+14155550100' };
const read = (value: unknown) => readTrunks(JSON.stringify(value));
const fault = (text: string) => {
  try {
    readTrunks(text);
  } catch (error) {
    if (error instanceof TrunksInvalid) return error.message;
    throw error;
  }
  return 'none';
};

describe('the trunks of the configuration', () => {
  test('come in their order, the port 5060 unless it is said', () => {
    const list = read([carrier, { name: 'b', host: '198.51.100.7' }, { name: 'c', host: '2001:db8::7', port: 1 }]);
    expect(list).toEqual([
      carrier,
      { name: 'b', host: '198.51.100.7', port: 5060 },
      { name: 'c', host: '2001:db8::7', port: 1 },
    ]);
  });

  test.each([undefined, '', ' \n', '[]'])('%j is none', (text) => {
    expect(readTrunks(text)).toEqual([]);
  });

  test('a password is known to whoever asks for it and shown to nobody', () => {
    const [trunk] = read([{ ...carrier, username: 'homeline', password: 'hush hush' }]);
    expect(trunk?.credentials?.username).toBe('homeline');
    expect(trunk?.credentials?.password.reveal()).toBe('hush hush');
    const shown = [
      JSON.stringify(trunk),
      inspect(trunk, { depth: 9, showHidden: true }),
      String(trunk?.credentials?.password),
    ];
    for (const text of shown) expect(text).not.toContain('hush');
    expect(shown[2]).toBe('(secret)');
  });

  test.each([
    ['{', 'trunks: not JSON'],
    ['{"name":"a"}', 'trunks: Invalid input: expected array, received object'],
    ['[{"host":"h"}]', 'trunks[0].name: Invalid input: expected string, received undefined'],
    ['[{"name":"a b","host":"h"}]', 'trunks[0].name: must be a word'],
    ['[{"name":"a","host":"h"},{"name":"b"}]', 'trunks[1].host: Invalid input: expected string, received undefined'],
    ['[{"name":"a","host":"h","port":"5060"}]', 'trunks[0].port: Invalid input: expected number, received string'],
    ['[{"name":"a","host":"h","port":0}]', 'trunks[0].port: Too small: expected number to be >=1'],
    ['[{"name":"a","host":"h","port":65536}]', 'trunks[0].port: Too big: expected number to be <=65535'],
    ['[{"name":"a","host":"h","callerId":"4155550100"}]', 'trunks[0].callerId: must be E.164, with its plus'],
    ['[{"name":"a","host":"h","username":"u"}]', 'trunks[0]: username and password go together'],
    ['[{"name":"a","host":"h","password":"p"}]', 'trunks[0]: username and password go together'],
    ['[{"name":"a","host":"h"},{"name":"a","host":"i"}]', 'trunks: two trunks share a name'],
    ['[{"name":"a","host":"h","prot":1}]', 'trunks[0]: Unrecognized key: "prot"'],
  ])('%s: %s', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  test.each([
    '',
    'a b',
    'h:5060',
    'sip:h',
    '-h',
    'h-',
    'a..b',
    '[2001:db8::7]',
    '1.2.3',
    '999.1.1.1',
    'h;x',
    'h>',
    `${'a'.repeat(64)}`,
  ])('the host %j is none', (host) => {
    expect(fault(JSON.stringify([{ name: 'a', host }]))).toBe('trunks[0].host: must be a host name or an IP address');
  });

  test.each([
    '[{"name":"a","host":"h","username":"u","password":"hush\u0007"}]',
    '[{"password":"hush"',
    '[{"password":"hush"}]',
  ])('a fault never shows a password: %j', (text) => {
    expect(fault(text)).not.toBe('none');
    expect(fault(text)).not.toContain('hush');
  });

  test('anything is read or refused with its own error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.dictionary(fc.string(), fc.anything())).map((any) => inspect(any)),
        ),
        (text) => {
          expect(typeof fault(text)).toBe('string');
        },
      ),
    );
  });
});

test.each([
  ['sip.carrier.example', 'sip:+14155550123@sip.carrier.example:5060;user=phone'],
  ['198.51.100.7', 'sip:+14155550123@198.51.100.7:5060;user=phone'],
  ['2001:db8::7', 'sip:+14155550123@[2001:db8::7]:5060;user=phone'],
])('a call through %s goes to %s', (host, uri) => {
  expect(trunkUri({ name: 'a', host, port: 5060 }, '+14155550123')).toBe(uri);
});
