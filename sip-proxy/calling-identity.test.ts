import { describe, expect, test } from 'vitest';
import { callingIdentity } from './calling-identity.ts';

const of = (from?: string, asserted?: string) =>
  callingIdentity((name) => (name === 'From' ? from : name === 'P-Asserted-Identity' ? asserted : undefined));

describe('which phone of a trunk calls', () => {
  test.each([
    ['<sip:1001@pbx>;tag=a', '1001'],
    ['sip:1001@pbx;tag=a', '1001'],
    ['"Dayroom A" <sip:Dayroom-A:pass@pbx;user=phone>;tag=a', 'dayroom-a'],
    ['Dayroom <sips:1001@pbx>', '1001'],
    ['<tel:+12135550100;phone-context=x>', '+12135550100'],
    ['"sip:9999@pbx" <sip:1001@pbx>', '1001'],
    ['"a \\" sip:9999@pbx" <sip:1001@pbx>', '1001'],
    ['"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a', undefined],
    ['<sip:ANONYMOUS@anonymous.invalid>', undefined],
    ['<sip:pbx>;tag=a', undefined],
    ['<mailto:1001@pbx>', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('From: %s', (from, identity) => {
    expect(of(from)).toBe(identity);
  });

  test('what the trunk asserts goes before what the phone says', () => {
    expect(of('<sip:anonymous@anonymous.invalid>', '<sip:1001@pbx>')).toBe('1001');
    expect(of('<sip:2002@pbx>', '<tel:+1001>, <sip:1002@pbx>')).toBe('+1001');
    expect(of('<sip:2002@pbx>', '<sip:anonymous@pbx>')).toBe('2002');
  });

  test('a name that is too long is cut', () => {
    expect(of(`<sip:${'a'.repeat(500)}@pbx>`)).toBe('a'.repeat(80));
    expect(of(`<sip:${'a'.repeat(5000)}@pbx>`)).toBeUndefined();
  });
});
