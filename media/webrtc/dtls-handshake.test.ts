import { describe, expect, it } from 'vitest';
import { DtlsClient, DtlsServer } from 'werift';
import { CERTIFICATE_DAYS, Certificates, newCertificate, type OwnCertificate } from './certificate.ts';
import { DtlsHandshake, MOST_DATAGRAMS, type Dtls, type DtlsRole, type SrtpKeys } from './dtls-handshake.ts';

/** Handshakes in memory: of two of ours, and of ours with what a stranger makes of it. */

const [alice, bob, eve] = [newCertificate(Date.now()), newCertificate(Date.now()), newCertificate(Date.now())];

type End = { keys: SrtpKeys } | { fault: string };
type Change = {
  readonly role?: DtlsRole;
  readonly certificate?: OwnCertificate;
  readonly fingerprints?: readonly string[];
  readonly load?: () => Promise<Dtls>;
};

/** Two sides, and everything that goes from one to the other, through `path` where a test wants to change or lose it. */
const shake = (
  first: Change = {},
  second: Change = {},
  path: (bytes: Buffer, from: 'first' | 'second') => Buffer[] = (bytes) => [bytes],
) => {
  const sides: DtlsHandshake[] = [];
  const make = (n: 0 | 1, change: Change, own: OwnCertificate, peers: OwnCertificate): Promise<End> =>
    new Promise((resolve) => {
      sides[n] = new DtlsHandshake({
        role: n === 0 ? 'client' : 'server',
        certificate: own,
        fingerprints: [peers.fingerprint],
        send: (bytes) => {
          for (const one of path(Buffer.from(bytes), n === 0 ? 'first' : 'second'))
            setImmediate(() => sides[1 - n]!.receive(one));
        },
        onKeys: (keys) => resolve({ keys }),
        onFault: (error) => resolve({ fault: error.message }),
        ...change,
      });
    });
  const ends = [make(0, first, alice, bob), make(1, second, bob, alice)] as const;
  const start = (): void => {
    for (const side of sides) side.start();
  };
  return { sides, ends, start };
};
const ended = async ({ ends, start, sides }: ReturnType<typeof shake>): Promise<[End, End]> => {
  start();
  const both = await Promise.all(ends);
  for (const side of sides) side.close();
  return both;
};
const faults = (ends: readonly End[]): (string | undefined)[] =>
  ends.map((end) => ('fault' in end ? end.fault : undefined));
/** Of the side that is judged; the other one hears nothing more, and is not waited for. */
const faultOf = async (n: 0 | 1, shaking: ReturnType<typeof shake>): Promise<string | undefined> => {
  shaking.start();
  const end = await shaking.ends[n];
  for (const side of shaking.sides) side.close();
  return faults([end])[0];
};

describe('a handshake', () => {
  it('gives both sides the same keys: what one sends with is what the other hears with', async () => {
    const [client, server] = (await ended(shake())) as [{ keys: SrtpKeys }, { keys: SrtpKeys }];
    expect(client.keys.local).toEqual(server.keys.remote);
    expect(client.keys.remote).toEqual(server.keys.local);
    const all = [client, server].flatMap(({ keys }) => [
      keys.local.key.toString('hex'),
      keys.local.salt.toString('hex'),
    ]);
    expect(all.map((text) => text.length)).toEqual([32, 28, 32, 28]);
    expect(new Set(all).size).toBe(4);
  });

  it('gives the keys that werift exports (RFC 5764 §4.2)', async () => {
    let theirs: { localKey: Buffer; localSalt: Buffer; remoteKey: Buffer; remoteSalt: Buffer } | undefined;
    class Watched extends DtlsServer {
      override extractSessionKeys = (keyBytes: number, saltBytes: number) =>
        super.extractSessionKeys(keyBytes, saltBytes);
      constructor(options: ConstructorParameters<typeof DtlsServer>[0]) {
        super(options);
        this.onConnect.subscribe(() => (theirs = this.extractSessionKeys(16, 14) as typeof theirs));
      }
    }
    const load = async () => ({ DtlsClient, DtlsServer: Watched });
    const [, server] = (await ended(shake({}, { load }))) as [End, { keys: SrtpKeys }];
    expect(server.keys.local).toEqual({ key: theirs!.localKey, salt: theirs!.localSalt });
    expect(server.keys.remote).toEqual({ key: theirs!.remoteKey, salt: theirs!.remoteSalt });
  });

  it.each([
    ['one of the server, in the midst of it', 'second', 3],
    ['the end of it, of the server', 'second', 7],
    ['the first of the client', 'first', 1],
    ['one of the client, in the midst of it', 'first', 4],
  ] as const)('is finished also when a datagram is lost: %s', async (_, side, nth) => {
    let count = 0;
    const lossy = shake({}, {}, (bytes, from) => {
      if (from === side) count += 1;
      return from === side && count === nth ? [] : [bytes];
    });
    expect(faults(await ended(lossy))).toEqual([undefined, undefined]);
    expect(count).toBeGreaterThan(nth);
  });

  it('is finished also when each datagram comes twice', async () => {
    expect(faults(await ended(shake({}, {}, (bytes) => [bytes, bytes])))).toEqual([undefined, undefined]);
  });

  it('is finished also when its encrypted end is faster than what comes before it, without a repetition', async () => {
    const held: Buffer[] = [];
    let ends = 0;
    const is = (bytes: Buffer, epoch: number): boolean => bytes[0] === 22 && bytes.readUInt16BE(3) === epoch;
    const shaking = shake({}, {}, (bytes, from) => {
      if (from === 'second') return [bytes];
      if (is(bytes, 1)) {
        ends += 1;
        return [bytes, ...held.splice(0)];
      }
      const late = is(bytes, 0) && (bytes[13] === CLIENT_KEY_EXCHANGE || bytes[13] === CERTIFICATE_VERIFY);
      if (late) held.push(bytes);
      return late ? [] : [bytes];
    });
    expect(faults(await ended(shaking))).toEqual([undefined, undefined]);
    expect(ends).toBe(1);
  });

  it('waits for what implements it: what comes before is not lost', async () => {
    let release = (): void => undefined;
    const wait = new Promise<void>((resolve) => (release = resolve));
    const load = async (): Promise<Dtls> => wait.then(() => ({ DtlsClient, DtlsServer }));
    const shaking = shake({}, { load }, (bytes, from) => {
      if (from === 'first') setImmediate(release);
      return [bytes];
    });
    expect(faults(await ended(shaking))).toEqual([undefined, undefined]);
  });

  it('that cannot be loaded is a fault', async () => {
    const load = (): Promise<Dtls> => Promise.reject(new Error('not installed'));
    expect(await faultOf(1, shake({}, { load }))).toBe('not installed');
  });
});

const CLIENT_HELLO = 1;
const CERTIFICATE_VERIFY = 15;
const CLIENT_KEY_EXCHANGE = 16;
/** Which side has keys when the client has said all it has to say, to its encrypted end, and the server has heard it. */
const keysAfterAll = async (client: Change, change = (bytes: Buffer): Buffer => bytes): Promise<[boolean, boolean]> => {
  const keys: [boolean, boolean] = [false, false];
  await new Promise<void>((said) => {
    const isEnd = (bytes: Buffer): boolean => bytes[0] === 22 && bytes.readUInt16BE(3) === 1;
    const shaking = shake(client, {}, (bytes, from) => {
      if (from === 'first' && isEnd(bytes)) setImmediate(() => setImmediate(() => setImmediate(said)));
      return from === 'first' ? [change(bytes)] : [bytes];
    });
    sides = shaking.sides;
    shaking.ends.forEach((end, n) => void end.then((one) => (keys[n] = 'keys' in one)));
    shaking.start();
  });
  for (const side of sides) side.close();
  return keys;
};
let sides: DtlsHandshake[] = [];

describe('who does not prove to be who SDP says is not believed', () => {
  it('a client with another certificate', async () => {
    expect(await faultOf(1, shake({ certificate: eve }))).toMatch(/another fingerprint/);
  });

  it('a server with another certificate', async () => {
    expect(await faultOf(0, shake({}, { certificate: eve }))).toMatch(/another fingerprint/);
  });

  it('one of several fingerprints is enough', async () => {
    const fingerprints = [eve.fingerprint, alice.fingerprint];
    expect(faults(await ended(shake({}, { fingerprints })))).toEqual([undefined, undefined]);
  });

  it('a client that has the certificate, which anybody may see, and not its key', async () => {
    const certificate = { ...alice, keyPem: eve.keyPem };
    expect(await faultOf(1, shake({ certificate }))).toMatch(/client is not signed with the key/);
  });

  it('a server that has the certificate and not its key', async () => {
    const certificate = { ...bob, keyPem: eve.keyPem };
    expect(await faultOf(0, shake({}, { certificate }))).toMatch(/server is not signed with the key/);
  });

  it('a client without a certificate', async () => {
    const load = async () => {
      class Shy extends DtlsClient {
        constructor(options: ConstructorParameters<typeof DtlsClient>[0]) {
          super(options);
          // it never heard that one is wanted
          Object.defineProperty(this.dtls, 'requestedCertificateTypes', { get: () => [], set: () => undefined });
        }
      }
      return { DtlsClient: Shy, DtlsServer };
    };
    expect(await keysAfterAll({ load })).toEqual([false, false]);
  });

  it('a side that knows no SRTP', async () => {
    const load = async () => {
      class Plain extends DtlsClient {
        constructor(options: ConstructorParameters<typeof DtlsClient>[0]) {
          super({ ...options, srtpProfiles: [] });
        }
      }
      return { DtlsClient: Plain, DtlsServer };
    };
    expect(await faultOf(1, shake({ load }))).toMatch(/no protection of SRTP/);
  });

  it('anybody on the way who changes what was said before there were keys', async () => {
    let hellos = 0;
    const change = (bytes: Buffer): Buffer => {
      if (bytes[0] !== 22 || bytes.readUInt16BE(3) !== 0 || bytes[13] !== CLIENT_HELLO) return bytes;
      hellos += 1;
      // a byte of the random in the second one, which is the one that counts
      if (hellos === 2) bytes[13 + 12 + 2 + 10]! ^= 1;
      return bytes;
    };
    expect(await keysAfterAll({}, change)).toEqual([false, false]);
    expect(hellos).toBe(2);
  });
});

describe('what is sent to a handshake from outside', () => {
  it('is left alone when it is malformed, an alert, or more than there can be', async () => {
    let given = 0;
    const load = async () => {
      class Counting extends DtlsServer {
        constructor(options: ConstructorParameters<typeof DtlsServer>[0]) {
          super(options);
          this.transport.socket.onData = () => void (given += 1);
        }
      }
      return { DtlsClient, DtlsServer: Counting };
    };
    const side = new DtlsHandshake({
      ...{ role: 'server', certificate: bob, fingerprints: [alice.fingerprint], load },
      ...{ send: () => undefined, onKeys: () => undefined, onFault: () => undefined },
    });
    const record = (type: number, body: string, epoch = 0): Buffer => {
      const bytes = Buffer.from(body, 'hex');
      const header = Buffer.from([type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 0, 0, bytes.length]);
      return Buffer.concat([header, bytes]);
    };
    const hello = record(22, '01000004 0000 000000 000004 fefd0000'.replaceAll(' ', ''));
    side.receive(hello);
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBe(1);
    const bad = [
      record(21, '0200'),
      record(22, '01ffffff0000000000000004fefd0000'),
      record(22, '010000040000000002000004fefd0000'),
      record(22, '0100'),
      hello.subarray(0, 20),
      Buffer.concat([hello, Buffer.from([22])]),
      record(23, '00'),
      Buffer.from([22, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (const bytes of bad) side.receive(bytes);
    expect(given).toBe(1);
    for (let n = 0; n < 2 * MOST_DATAGRAMS; n += 1) side.receive(hello);
    expect(given).toBeLessThanOrEqual(MOST_DATAGRAMS);
    expect(given).toBeGreaterThan(MOST_DATAGRAMS / 2);
    side.close();
  });
});

describe('our certificate', () => {
  it('is one for all calls, and another one before it is too old', () => {
    let nowMs = Date.now();
    const certificates = new Certificates(() => nowMs);
    const first = certificates.current;
    nowMs += (CERTIFICATE_DAYS - 1) * 86_400_000;
    expect(certificates.current).toBe(first);
    nowMs += 86_400_000;
    expect(certificates.current.fingerprint).not.toBe(first.fingerprint);
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });
});
