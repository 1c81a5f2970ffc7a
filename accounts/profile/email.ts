/** One @ with something on either side, a dot in the domain, no spaces: what else an address may be, its mail server knows. */
const ADDRESS = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;

/** At most 254 characters (RFC 5321 §4.5.3.1.3 less the brackets). */
export const isEmail = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);
