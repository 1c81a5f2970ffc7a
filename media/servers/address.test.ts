import { expect, test } from 'vitest';
import { nameOf, readAddresses, resolveAddresses } from './address.ts';

test('servers are named by host and port, or by host alone', () => {
  expect(readAddresses('10.0.0.5, media.example.net:8022,[2001:db8::1]:8023,[::1]', 8021)).toEqual([
    { host: '10.0.0.5', port: 8021 },
    { host: 'media.example.net', port: 8022 },
    { host: '2001:db8::1', port: 8023 },
    { host: '::1', port: 8021 },
  ]);
});

test.each(['', '10.0.0.5,', 'a b', '10.0.0.5:', '10.0.0.5:65536', 'host:port', 'http://10.0.0.5:8021'])(
  'no address: %j',
  (text) => {
    expect(() => readAddresses(text, 8021)).toThrow('not an address');
  },
);

test('each has one name, by which it is known however it was given', () => {
  expect(nameOf({ host: '10.0.0.5', port: 8021 })).toBe('10.0.0.5:8021');
  expect(nameOf({ host: '::1', port: 8021 })).toBe('[::1]:8021');
});

test('a name stands for all its addresses, each once; one that nobody knows is told', async () => {
  const names: Record<string, string[]> = { 'media.test': ['10.0.0.5', '10.0.0.6'] };
  const lookUp = async (name: string) => names[name] ?? Promise.reject(new Error('ENOTFOUND'));
  const given = readAddresses('10.0.0.5,media.test,gone.test,media.test:8022', 8021);
  expect(await resolveAddresses(given, lookUp)).toEqual({
    known: [
      { host: '10.0.0.5', port: 8021 },
      { host: '10.0.0.6', port: 8021 },
      { host: '10.0.0.5', port: 8022 },
      { host: '10.0.0.6', port: 8022 },
    ],
    unknown: ['gone.test'],
  });
});
