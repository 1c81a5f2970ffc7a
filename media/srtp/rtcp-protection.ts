import { PacketCipher } from './cipher.ts';
import { sessionKeys, type MasterKey } from './keys.ts';
import { ReplayWindow } from './replay-window.ts';

/**
 * SRTCP, RFC 3711 §3.4: all after the first header and SSRC is encrypted, then follow a bit that says so with an index, and the tag, which
 * has 80 bits with both of our suites (RFC 4568 §6.2).
 */

const CLEAR_BYTES = 8;
const INDEX_BYTES = 4;
const TAG_BYTES = 10;
const ENCRYPTED = 0x80000000;
/** §9.2. */
const MOST_PACKETS = 2 ** 31;

const apply = (cipher: PacketCipher, packet: Buffer, index: number): void =>
  cipher.apply(packet, CLEAR_BYTES, packet.length, packet.readUInt32BE(4), index >>> 16, index & 0xffff);

export class RtcpSender {
  readonly #cipher: PacketCipher;
  #index = 0;

  constructor(master: MasterKey) {
    this.#cipher = new PacketCipher(sessionKeys(master, 'rtcp'));
  }

  /** Undefined when the key has been used up. */
  protect(packet: Uint8Array): Buffer | undefined {
    if (this.#index >= MOST_PACKETS || packet.length < CLEAR_BYTES) return undefined;
    const bytes = Buffer.alloc(packet.length + INDEX_BYTES + TAG_BYTES);
    bytes.set(packet);
    apply(this.#cipher, bytes.subarray(0, packet.length), this.#index);
    const end = bytes.writeUInt32BE((ENCRYPTED | this.#index) >>> 0, packet.length);
    bytes.set(this.#cipher.tag(bytes.subarray(0, end), TAG_BYTES), end);
    this.#index += 1;
    return bytes;
  }
}

export class RtcpReceiver {
  readonly #cipher: PacketCipher;
  readonly #replay = new ReplayWindow();

  constructor(master: MasterKey) {
    this.#cipher = new PacketCipher(sessionKeys(master, 'rtcp'));
  }

  /** The RTCP packet, decrypted in place; undefined when it is none, forged, repeated, not encrypted, or too old. */
  open(bytes: Buffer): Buffer | undefined {
    const end = bytes.length - INDEX_BYTES - TAG_BYTES;
    if (end < CLEAR_BYTES) return undefined;
    const word = bytes.readUInt32BE(end);
    const index = word & 0x7fffffff;
    if (word < ENCRYPTED || !this.#replay.fresh(index)) return undefined;
    if (!this.#cipher.authentic(bytes.subarray(0, end + INDEX_BYTES), bytes.subarray(end + INDEX_BYTES)))
      return undefined;
    this.#replay.note(index);
    const packet = bytes.subarray(0, end);
    apply(this.#cipher, packet, index);
    return packet;
  }
}
