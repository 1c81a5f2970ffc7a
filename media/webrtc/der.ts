/** ASN.1 in DER (X.690), as much as a certificate of our own needs to be written. */

const length = (bytes: number): Buffer => {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits = Buffer.from(bytes.toString(16).padStart(bytes > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits]);
};

/** An element: its tag, how long it is, and what is in it. */
export const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => element(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => element(0x31, ...parts);
/** A positive number, its bytes as they are. */
export const integer = (bytes: Buffer): Buffer =>
  element(0x02, bytes[0]! & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);
export const bitString = (bytes: Buffer): Buffer => element(0x03, Buffer.from([0]), bytes);
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
/** An object identifier, as its bytes in hexadecimal. */
export const objectId = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
/** Years 1950 to 2049, UTC, to the second. */
export const utcTime = (date: Date): Buffer =>
  element(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
