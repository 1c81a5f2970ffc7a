import type * as Werift from 'werift';
import { MASTER_KEY_BYTES, MASTER_SALT_BYTES, type MasterKey } from '#media/srtp/keys.ts';
import type { OwnCertificate } from './certificate.ts';
import { MESSAGE, NotProven, prf, provePeer, type HandshakeMessage } from './dtls-proof.ts';
import { HandshakeMessages } from './dtls-messages.ts';
import { isOpen, isSealed, readRecords, recordOf } from './dtls-records.ts';

/** `client` begins (SDP: `setup:active`), `server` waits (`setup:passive`). */
export type DtlsRole = 'client' | 'server';

/** Keys of both directions, RFC 5764 §4.2. */
export type SrtpKeys = { readonly local: MasterKey; readonly remote: MasterKey };

type Options = {
  readonly role: DtlsRole;
  readonly certificate: OwnCertificate;
  /** SHA-256 fingerprints of which the peer's certificate has one. */
  readonly fingerprints: readonly string[];
  readonly send: (bytes: Buffer) => void;
  readonly onKeys: (keys: SrtpKeys) => void;
  /** It has failed, and why: once. */
  readonly onFault: (error: Error) => void;
  /** Tests give another. */
  readonly load?: () => Promise<Dtls>;
};

/** What is used of werift. */
export type Dtls = Pick<typeof Werift, 'DtlsClient' | 'DtlsServer'>;
type Socket = Werift.DtlsClient | Werift.DtlsServer;

/** Loaded when the first browser calls, unless a server knows before: one of plain telephones never has it in memory. */
export const loadDtls = (): Promise<Dtls> => import('werift');

/** SHA-256 with ECDSA (RFC 5246 §7.4.1.4.1); the protection profile SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764 §4.1.2). */
const SIGNATURE_HASH = { hash: 4, signature: 3 } as const;
const PROFILE = 1;
const KEYS_LABEL = 'EXTRACTOR-dtls_srtp';
/** Datagrams of one handshake, with all repetitions: a browser needs four, and sends each five times at most. */
export const MOST_DATAGRAMS = 64;
/** What comes before the implementation is loaded. */
const MOST_WAITING = 8;
const HANDSHAKE_HEADER_BYTES = 12;
/** What the peer says last in the clear. */
const LAST_OPEN: Readonly<Record<DtlsRole, number>> = {
  server: MESSAGE.certificateVerify,
  client: MESSAGE.serverHelloDone,
};

/**
 * One DTLS 1.2 handshake for SRTP, RFC 5764: both sides show a certificate that SDP named by its fingerprint. Records and cryptography are
 * werift's; what goes into it was looked at and put in order (dtls-records.ts, dtls-messages.ts), and what comes out is believed only when the peer has proven who it is
 * (dtls-proof.ts).
 */
export class DtlsHandshake {
  readonly #options: Options;
  readonly #waiting: Buffer[] = [];
  readonly #messages = new HandshakeMessages();
  #sealed: Buffer | undefined;
  #socket: Socket | undefined;
  #loading = false;
  #started = false;
  #finished: Buffer | undefined;
  #datagrams = 0;
  #state: 'open' | 'done' | 'over' = 'open';

  constructor(options: Options) {
    this.#options = options;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** There is a way to the peer: who is the client begins. */
  start(): void {
    if (this.#started || this.#state !== 'open') return;
    this.#started = true;
    void this.#load();
  }

  receive(datagram: Buffer): void {
    const records = this.#state === 'over' ? undefined : readRecords(datagram);
    if (!records || this.#datagrams >= MOST_DATAGRAMS) return;
    this.#datagrams += 1;
    for (const record of records) {
      if (isSealed(record)) this.#sealed = Buffer.from(record.bytes);
      else if (isOpen(record) && this.#state === 'open')
        for (const message of this.#messages.take(record.body) ?? []) this.#take(recordOf(message));
      this.#end();
    }
  }

  /** The encrypted end is taken once all is there that comes before it; after that its repetition asks for ours again. */
  #end(): void {
    const sealed = this.#sealed;
    if (!sealed || (this.#state === 'open' && this.#messages.lastType !== LAST_OPEN[this.#options.role])) return;
    this.#sealed = undefined;
    this.#take(sealed);
  }

  #take(record: Buffer): void {
    if (this.#socket) return this.#give(record);
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(record);
    void this.#load();
  }

  close(): void {
    this.#state = 'over';
    this.#waiting.length = 0;
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const dtls = await (this.#options.load ?? loadDtls)();
      if (this.#state !== 'open') return;
      const socket = (this.#socket = this.#open(dtls));
      for (const bytes of this.#waiting.splice(0)) this.#give(bytes);
      if ('connect' in socket && this.#started) await socket.connect();
    } catch (error) {
      this.#fail(error);
    }
  }

  #open({ DtlsClient, DtlsServer }: Dtls): Socket {
    const { role, certificate } = this.#options;
    const transport = {
      type: 'rtp',
      address: { address: '', family: 'IPv4', port: 0 },
      closed: false,
      onData: () => undefined,
      send: async (bytes: Buffer) => {
        if (this.#state !== 'over') this.#options.send(bytes);
      },
      close: async () => undefined,
    };
    const socket = new (role === 'client' ? DtlsClient : DtlsServer)({
      transport,
      cert: certificate.certificatePem,
      key: certificate.keyPem,
      signatureHash: SIGNATURE_HASH,
      srtpProfiles: [PROFILE],
      certificateRequest: true,
      extendedMasterSecret: true,
    });
    const take = socket.onHandleHandshakes;
    socket.onHandleHandshakes = (messages) => {
      for (const { msg_type, fragment } of messages)
        if (msg_type === MESSAGE.finished) this.#finished ??= Buffer.from(fragment);
      return take(messages);
    };
    socket.onConnect.subscribe(() => this.#connected(socket));
    socket.onError.subscribe((error) => this.#fail(error));
    return socket;
  }

  #give(bytes: Buffer): void {
    try {
      this.#socket!.transport.socket.onData(bytes, ['', 0]);
    } catch (error) {
      this.#fail(error);
    }
  }

  #connected(socket: Socket): void {
    if (this.#state !== 'open') return;
    try {
      if (socket.srtp.srtpProfile !== PROFILE) throw new NotProven('the peer knows no protection of SRTP that we know');
      const { masterSecret } = socket.cipher;
      const peerIs = this.#options.role === 'client' ? 'server' : 'client';
      const { fingerprints } = this.#options;
      provePeer({ messages: said(socket, peerIs), finished: this.#finished, masterSecret, peerIs, fingerprints });
      const keys = this.#keys(socket, masterSecret);
      this.#state = 'done';
      this.#options.onKeys(keys);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** RFC 5764 §4.2: keys of client and server, then their salts. */
  #keys({ cipher }: Socket, masterSecret: Buffer): SrtpKeys {
    const randoms = [cipher.localRandom.serialize(), cipher.remoteRandom.serialize()];
    if (this.#options.role === 'server') randoms.reverse();
    const bytes = prf(masterSecret, KEYS_LABEL, Buffer.concat(randoms), 2 * (MASTER_KEY_BYTES + MASTER_SALT_BYTES));
    const piece = (at: number, length: number): Buffer => Buffer.from(bytes.subarray(at, at + length));
    const of = (n: number): MasterKey => ({
      key: piece(n * MASTER_KEY_BYTES, MASTER_KEY_BYTES),
      salt: piece(2 * MASTER_KEY_BYTES + n * MASTER_SALT_BYTES, MASTER_SALT_BYTES),
    });
    const [client, server] = [of(0), of(1)];
    return this.#options.role === 'client' ? { local: client, remote: server } : { local: server, remote: client };
  }

  #fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.close();
    this.#options.onFault(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Messages of both sides before the peer's `finished`, in order: the client's comes before the server's. */
const said = ({ dtls }: Socket, peerIs: 'client' | 'server'): HandshakeMessage[] =>
  dtls.sortedHandshakeCache
    .filter(({ msg_type }) => peerIs === 'server' || msg_type !== MESSAGE.finished)
    .map((message) => {
      const bytes = message.serialize();
      return { type: message.msg_type, bytes, body: bytes.subarray(HANDSHAKE_HEADER_BYTES) };
    });
