import type { Profile } from '#db/profiles.ts';
import { isSupportedCountry } from 'libphonenumber-js/max';

/** As a person writes it (guide row 57: legal first and last name, no middle). */
export interface NameAndAddress {
  readonly firstName: string;
  readonly lastName: string;
  readonly addressLine1: string;
  readonly addressLine2?: string | undefined;
  readonly city: string;
  /** State, province or region; in the United States as USPS abbreviates it. */
  readonly region: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export type AddressField = keyof NameAndAddress;
export interface FieldRefusal {
  readonly field: AddressField;
  readonly why: 'missing' | 'too-long' | 'not-text' | 'unknown';
}

/** USPS Publication 28, appendix B: states, the District, territories and military addresses. */
const REGIONS = new Set(
  (
    'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD ' +
    'TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP'
  ).split(' '),
);
const ZIP = /^[0-9]{5}(-[0-9]{4})?$/;
/** What fits a line of an envelope. */
const MOST: Readonly<Record<AddressField, number>> = {
  firstName: 50,
  lastName: 50,
  addressLine1: 60,
  addressLine2: 60,
  city: 50,
  region: 50,
  postalCode: 12,
  country: 2,
};
const fields = Object.keys(MOST) as AddressField[];
/** Letters or digits somewhere, and nothing that no envelope shows. */
const TEXT = /[\p{L}\p{N}]/u;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

const tidy = (text: string | undefined): string =>
  (text ?? '')
    .normalize('NFC')
    .replace(/[ \t\u00a0]+/g, ' ')
    .trim();

type Kept = Pick<Profile, AddressField>;

/** Everything that is wrong, field by field, or what is kept. */
export function nameAndAddressOf(
  written: NameAndAddress,
):
  | { readonly kind: 'kept'; readonly kept: Kept }
  | { readonly kind: 'refused'; readonly fields: readonly FieldRefusal[] } {
  const text = Object.fromEntries(fields.map((field) => [field, tidy(written[field])])) as Record<AddressField, string>;
  text.country = text.country.toUpperCase();
  if (text.country === 'US') text.region = text.region.toUpperCase();
  const refused = fields.flatMap((field): FieldRefusal[] => {
    const why = faultOf(field, text);
    return why ? [{ field, why }] : [];
  });
  if (refused.length > 0) return { kind: 'refused', fields: refused };
  return { kind: 'kept', kept: { ...text, addressLine2: text.addressLine2 || null } };
}

function faultOf(field: AddressField, text: Readonly<Record<AddressField, string>>): FieldRefusal['why'] | undefined {
  const value = text[field];
  if (value === '') return field === 'addressLine2' ? undefined : 'missing';
  if ([...value].length > MOST[field]) return 'too-long';
  if (UNPRINTABLE.test(value) || !TEXT.test(value)) return 'not-text';
  if (field === 'country') return isSupportedCountry(value) ? undefined : 'unknown';
  if (text.country !== 'US') return undefined;
  if (field === 'region') return REGIONS.has(value) ? undefined : 'unknown';
  return field === 'postalCode' && !ZIP.test(value) ? 'unknown' : undefined;
}
