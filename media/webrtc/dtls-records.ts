/**
 * DTLS records as they come, RFC 6347 §4.1, looked at before anything else sees them:
 *
 *     | type | version 254.253 | epoch | sequence number, 6 bytes | length | ... |
 */

const HEADER_BYTES = 13;
const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const DTLS_1_2 = [254, 253] as const;

export type DtlsRecord = {
  readonly type: number;
  readonly epoch: number;
  readonly bytes: Buffer;
  readonly body: Buffer;
};

/** RFC 7983 §7. */
export const isDtls = (bytes: Uint8Array): boolean => bytes[0]! >= 20 && bytes[0]! <= 63;

/** The records of a datagram; undefined when there is anything in it that is none. */
export function readRecords(datagram: Buffer): DtlsRecord[] | undefined {
  const records: DtlsRecord[] = [];
  let at = 0;
  while (at < datagram.length) {
    if (datagram.length - at < HEADER_BYTES) return undefined;
    const type = datagram[at]!;
    const end = at + HEADER_BYTES + datagram.readUInt16BE(at + 11);
    if (
      type < CHANGE_CIPHER_SPEC ||
      type > APPLICATION_DATA ||
      datagram[at + 1] !== DTLS_1_2[0] ||
      end > datagram.length
    )
      return undefined;
    const bytes = datagram.subarray(at, end);
    records.push({ type, epoch: datagram.readUInt16BE(at + 3), bytes, body: bytes.subarray(HEADER_BYTES) });
    at = end;
  }
  return records;
}

/** A record of one handshake message that is not encrypted; such records have no numbers that anybody looks at. */
export const recordOf = (message: Buffer): Buffer => {
  const header = Buffer.from([HANDSHAKE, ...DTLS_1_2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(message.length, 11);
  return Buffer.concat([header, message]);
};

/** The end of a handshake, encrypted. */
export const isSealed = ({ type, epoch }: DtlsRecord): boolean => type === HANDSHAKE && epoch > 0;
/** What comes before it. Alerts are nothing here: anybody could send them. */
export const isOpen = ({ type, epoch }: DtlsRecord): boolean => type === HANDSHAKE && epoch === 0;
