import { describe, expect, it } from 'vitest';
import { zonesOfNumber } from './area-zones.ts';
import { mayBeServed, mayRing } from './call-back.ts';

const hours = { tries: 2, againSeconds: 300, from: '08:00', until: '21:00' };

/** 47 CFR 64.1200(c)(1): nobody is rung before 8 in the morning or after 9 in the evening where they are. */
describe('the hours in which a number may be rung', () => {
  it.each<[string, string, string, boolean]>([
    ['Los Angeles a minute before eight', '+12135550142', '2026-11-28T15:59:59Z', false],
    ['Los Angeles at eight', '+12135550142', '2026-11-28T16:00:00Z', true],
    ['Los Angeles a minute before nine', '+12135550142', '2026-11-29T04:59:59Z', true],
    ['Los Angeles at nine', '+12135550142', '2026-11-29T05:00:00Z', false],
    ['Los Angeles at eight in summer', '+12135550142', '2026-07-01T15:00:00Z', true],
    ['New York, where it is nine while it is six with us', '+12125550142', '2026-11-29T02:00:00Z', false],
    ['New York at eight', '+12125550142', '2026-11-28T13:00:00Z', true],
    ['Phoenix, which has no summer time, at eight', '+16025550142', '2026-07-01T15:00:00Z', true],
    ['Phoenix at nine in the evening in summer', '+16025550142', '2026-07-02T04:00:00Z', false],
    ['Honolulu at eight', '+18085550142', '2026-11-28T18:00:00Z', true],
    ['Honolulu at half past seven', '+18085550142', '2026-11-28T17:30:00Z', false],
    ['Idaho, in the half of it where it is not yet eight', '+12085550142', '2026-11-28T15:30:00Z', false],
    ['Idaho, in the half of it where it is past nine', '+12085550142', '2026-11-29T04:30:00Z', false],
    ['an area code that nobody knows, before eight in Honolulu', '+12225550142', '2026-11-28T17:59:00Z', false],
    ['an area code that nobody knows, at noon in the east', '+12225550142', '2026-11-28T18:00:00Z', true],
    ['an area code that nobody knows, after nine in the east', '+12225550142', '2026-11-29T02:00:00Z', false],
  ])('%s', (_what, number, at, may) => {
    expect(mayRing(number, new Date(at), hours)).toBe(may);
  });

  it('knows only zones that there are', () => {
    const zones = new Set(Array.from({ length: 800 }, (_, nth) => zonesOfNumber(`+1${200 + nth}5550142`)).flat());
    expect(zones.size).toBe(11);
    for (const zone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow();
  });
});

describe('whose turn may come', () => {
  const noon = new Date('2026-11-28T20:00:00Z');
  const night = new Date('2026-11-29T06:00:00Z');
  it.each<[string, 'line' | 'call-back', string | undefined, Date, boolean, boolean]>([
    ['who is on the line, by day', 'line', undefined, noon, true, true],
    ['who is on the line, as the desk closes', 'line', undefined, night, false, true],
    ['who is called back, by day', 'call-back', '+12135550142', noon, true, true],
    ['who is called back, when the desk has closed', 'call-back', '+12135550142', noon, false, false],
    ['who is called back, at night', 'call-back', '+12135550142', night, true, false],
  ])('%s', (_what, way, callBackNumber, at, open, may) => {
    expect(mayBeServed({ way, callBackNumber }, at, { open, callBack: hours })).toBe(may);
  });
});
