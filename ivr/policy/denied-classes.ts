/** Classes of destination that are never called, whoever calls and whatever the facility says. */
export type DeniedClass =
  | 'emergency'
  | 'n11'
  | 'directory'
  | 'short-code'
  | 'feature-code'
  | 'operator'
  | 'carrier-code'
  | 'toll-free'
  | 'premium'
  | '976'
  | 'shared-cost'
  | 'personal'
  | 'government'
  | 'satellite'
  | 'pager'
  | 'company'
  | 'voicemail'
  | 'international';

export interface DeniedPattern {
  readonly pattern: RegExp;
  readonly class: DeniedClass;
  readonly source: string;
}

/** When this table was last held against its sources. */
export const checkedOn = '2026-11-23';

/**
 * What is not a number at all, as digits (and `*`, `#`) typed; the first that matches counts. An area code is [2-9]xx and never
 * ends in 11 (NANP: ATIS-0300051, the assignment guidelines for area codes), so a prefix is enough for most.
 */
export const deniedCodes: readonly DeniedPattern[] = [
  // *72 forwards the phone of whoever is talked into dialling it: the fraud that prisons know best. 11 stands for * (rotary).
  { pattern: /^[*#]/, class: 'feature-code', source: 'ATIS-0300005, vertical service codes' },
  { pattern: /^(112$|[019]?911)/, class: 'emergency', source: '47 CFR 9.3; rules.md' },
  { pattern: /^11/, class: 'feature-code', source: 'ATIS-0300005: 11XX is *XX' },
  { pattern: /^[01]?411/, class: 'directory', source: 'NANP N11 codes; rules.md' },
  { pattern: /^[01]?[2-9]11/, class: 'n11', source: 'NANP N11 codes' },
  { pattern: /^0/, class: 'operator', source: 'NANP prefixes 0, 00, 01 (011 is read before): operator services' },
  { pattern: /^10/, class: 'carrier-code', source: 'NANP 101XXXX: another carrier bills the call' },
  { pattern: /^1?950\d{4}$/, class: 'carrier-code', source: 'NANP 950-XXXX: access to another carrier' },
  { pattern: /^5551212$/, class: 'directory', source: 'NANP 555-1212' },
  { pattern: /^976\d{4}$/, class: '976', source: 'rules.md' },
  { pattern: /^[2-9]\d{2,5}$/, class: 'short-code', source: 'three to six digits: 988, SMS codes' },
];

/** Ten digits of the North American plan (area code, exchange, line), looked at before it is asked whether they are in use. */
export const deniedNanp: readonly DeniedPattern[] = [
  // Those not yet in use are reserved for toll-free service: opening one must not open it here.
  { pattern: /^8(00|22|33|44|55|66|77|88|8[0-79])/, class: 'toll-free', source: '47 CFR 52.101; ATIS-0300051' },
  { pattern: /^900/, class: 'premium', source: '47 CFR 64.1506; rules.md' },
  { pattern: /^...976/, class: '976', source: 'rules.md' },
  { pattern: /^...5551212/, class: 'directory', source: 'NANP 555-1212' },
  { pattern: /^5(00|2[1-9]|33|44|66|77|88)/, class: 'personal', source: 'NANP 5XX: follow-me, machines' },
  { pattern: /^700/, class: 'carrier-code', source: 'NANP 700: each carrier decides what it reaches' },
  { pattern: /^710/, class: 'government', source: 'NANP 710: emergency service of the government' },
];

/** Calling codes that no country has, after the plus (ITU-T E.164, list of assigned country codes). */
export const deniedCallingCodes: readonly DeniedPattern[] = [
  {
    pattern: /^(870|881|882|883)/,
    class: 'satellite',
    source: 'E.164: Inmarsat, satellite and international networks',
  },
  { pattern: /^800/, class: 'toll-free', source: 'E.164: universal freephone' },
  { pattern: /^808/, class: 'shared-cost', source: 'E.164: universal shared cost' },
  { pattern: /^878/, class: 'personal', source: 'E.164: universal personal numbers' },
  { pattern: /^979/, class: 'premium', source: 'E.164: universal premium rate' },
];

/**
 * Countries called without being international: the United States and the territories that share its rates (47 CFR 64.6000).
 * The rest of +1 looks domestic to whoever dials it, and much of it is expensive; it is international.
 */
export const domesticCountries: readonly string[] = ['US', 'PR', 'VI', 'GU', 'AS', 'MP'];
