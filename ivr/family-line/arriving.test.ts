import { describe, expect, it } from 'vitest';
import { callingNumberOf, isFor, isFromCarrier } from './arriving.ts';

const carrier = { name: 'carrier', host: '192.0.2.7', port: 5060 };
const call = (
  requestUri: string,
  headers: Record<string, string> = {},
  source = { address: '192.0.2.7', port: 5060 },
) => ({
  source,
  requestUri,
  header: (name: string) => headers[name],
});

describe('a call to the 866 line', () => {
  it.each([
    ['sip:+18669490290@homeline', true],
    ['sip:8669490290@homeline;user=phone', true],
    ['sip:18669490290@homeline', true],
    ['sip:+18669490291@homeline', false],
    ['sip:homeline', false],
    ['sip:+442079460000@homeline', false],
  ])('is known by its number: %s', (uri, expected) => {
    expect(isFor(call(uri), '+18669490290')).toBe(expected);
  });

  it('of a carrier is known by its address and port', () => {
    const uri = 'sip:+18669490290@homeline';
    expect(isFromCarrier(call(uri), [carrier])).toBe(true);
    for (const source of [
      { address: '192.0.2.8', port: 5060 },
      { address: '192.0.2.7', port: 5061 },
    ])
      expect(isFromCarrier(call(uri, {}, source), [carrier])).toBe(false);
    expect(isFromCarrier(call(uri), [])).toBe(false);
  });

  it.each([
    [{ From: '<sip:+12135550142@carrier>;tag=1' }, '+12135550142'],
    [{ From: '"Mom" <sip:2135550142@carrier;user=phone>;tag=1' }, '+12135550142'],
    [{ 'P-Asserted-Identity': '<tel:+12135550142>', From: '<sip:+13105550100@carrier>' }, '+12135550142'],
    [{ From: '<sip:anonymous@anonymous.invalid>;tag=1' }, undefined],
    [{ From: '<sip:+18005550100@carrier>' }, undefined],
    [{ From: '<sip:1234567@carrier>' }, undefined],
    [{}, undefined],
  ])('names who calls: %o', (headers, number) => {
    expect(callingNumberOf(call('sip:+18669490290@homeline', headers))).toBe(number);
  });
});
