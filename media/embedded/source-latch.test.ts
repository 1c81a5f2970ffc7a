import type { RemoteInfo } from 'node:dgram';
import { beforeEach, describe, expect, it } from 'vitest';
import { SourceLatch, type Address, type LatchedSocket } from './source-latch.ts';

class Socket implements LatchedSocket {
  readonly log: string[] = [];
  address(): Address {
    return { address: '10.0.0.1', port: 30_000 };
  }
  connect(port: number, address: string): void {
    this.log.push(`connect ${address}:${port}`);
  }
  disconnect(): void {
    this.log.push('disconnect');
  }
  send(_packet: Buffer, port?: number, address?: string): void {
    this.log.push(address === undefined ? 'send' : `send ${address}:${port}`);
  }
}

const from = (address: string, port: number): RemoteInfo => ({ address, port, family: 'IPv4', size: 0 });
const AGREED = { address: '192.0.2.7', port: 4000 };
let socket: Socket;
let latch: SourceLatch;
/** A packet from there, with this RTP sequence number. */
const hear = (address: string, port: number, sequence = 0): boolean => latch.accept(from(address, port), sequence);
const hears = (address: string, port: number, ...sequences: number[]): boolean[] =>
  sequences.map((sequence) => hear(address, port, sequence));
const send = (): void => latch.send(Buffer.alloc(1));
beforeEach(() => {
  socket = new Socket();
  latch = new SourceLatch(socket);
});

describe('whom a leg listens to', () => {
  it('is nobody before there is an agreement', () => {
    expect(latch.canSend).toBe(false);
    expect(hear('192.0.2.7', 4000)).toBe(false);
    send();
    expect(socket.log).toEqual([]);
  });

  it('is the address agreed on, for good once it was heard', () => {
    latch.expect(AGREED);
    send();
    expect(hear('192.0.2.7', 4000)).toBe(true);
    send();
    expect(socket.log).toEqual(['send 192.0.2.7:4000', 'connect 192.0.2.7:4000', 'send']);
  });

  it('is the first source heard, when the agreed address is not the one it sends from', () => {
    latch.expect(AGREED);
    expect(hear('203.0.113.9', 6000)).toBe(true);
    expect(hear('198.51.100.1', 6000)).toBe(false);
    expect(hear('203.0.113.9', 6001)).toBe(false);
    expect(hear('203.0.113.9', 6000)).toBe(true);
    send();
    expect(socket.log).toEqual(['send 203.0.113.9:6000']);
  });

  it('is the agreed address again as soon as that is heard', () => {
    latch.expect(AGREED);
    hear('203.0.113.9', 6000);
    expect(hear('192.0.2.7', 4000)).toBe(true);
    send();
    expect(socket.log).toEqual(['connect 192.0.2.7:4000', 'send']);
  });

  it('changes with a new agreement, and stays with the same one', () => {
    latch.expect(AGREED);
    hear('192.0.2.7', 4000);
    latch.expect({ ...AGREED });
    send();
    latch.expect({ address: '192.0.2.8', port: 5000 });
    send();
    latch.expect(null);
    send();
    expect(socket.log).toEqual(['connect 192.0.2.7:4000', 'send', 'disconnect', 'send 192.0.2.8:5000']);
    expect(latch.canSend).toBe(false);
  });

  it('is never ourselves', () => {
    latch.expect({ address: '10.0.0.1', port: 30_000 });
    expect(latch.canSend).toBe(false);
    expect(hear('10.0.0.1', 30_000)).toBe(false);
  });
});

describe('a stranger who is faster than the phone', () => {
  const NAT = ['203.0.113.9', 6000] as const;
  const STRANGER = ['198.51.100.1', 7000] as const;
  beforeEach(() => latch.expect(AGREED));

  it('loses the call to whoever goes on talking', () => {
    expect(hear(...STRANGER)).toBe(true);
    expect(hears(...NAT, 10, 11, 12, 13)).toEqual([false, false, false, false]);
    expect(hear(...NAT, 14)).toBe(true);
    expect(hear(...STRANGER, 1)).toBe(false);
    send();
    expect(socket.log).toEqual(['send 203.0.113.9:6000']);
  });

  it('does not get a call that somebody has been heard in five times', () => {
    hears(...NAT, 1, 2, 3, 4, 5);
    expect(hears(...STRANGER, 1, 2, 3, 4, 5, 6, 7)).not.toContain(true);
    expect(hear(...NAT, 40)).toBe(true);
  });

  it('proves nothing by strewing packets, or by saying one again and again', () => {
    hear(...NAT, 1);
    expect(hears(...STRANGER, 10, 20, 30, 40, 50, 60)).not.toContain(true);
    expect(hears(...STRANGER, 61, 61, 61, 61, 61)).not.toContain(true);
    // What comes twice or late does not begin anew either.
    expect(hears(...STRANGER, 62, 61, 63, 62, 64)).toEqual([false, false, false, false, true]);
  });

  it('counts on at the end of the numbers', () => {
    hear(...STRANGER, 5);
    expect(hears(...NAT, 65_533, 65_534, 65_535, 0, 1)).toEqual([false, false, false, false, true]);
  });

  it('gives way to the agreed host at once, whatever its port, and only to the agreed address that does', () => {
    hears(...STRANGER, 1, 2, 3, 4, 5, 6);
    expect(hear(AGREED.address, 4002)).toBe(true);
    expect(hears(...STRANGER, 7, 8, 9, 10, 11, 12)).not.toContain(true);
    expect(hear(AGREED.address, 4004)).toBe(false);
    expect(hear(AGREED.address, AGREED.port)).toBe(true);
    expect(socket.log).toEqual(['connect 192.0.2.7:4000']);
  });

  it('is watched among eight at once, the latest of them', () => {
    hear(...STRANGER);
    hears('203.0.113.1', 1, 1, 2, 3, 4);
    for (let n = 0; n < 8; n++) hear('203.0.113.2', 1 + n, 1);
    expect(hear('203.0.113.1', 1, 5)).toBe(false);
    expect(hears('203.0.113.1', 1, 6, 7, 8, 9)).toEqual([false, false, false, true]);
  });

  it('means nothing for the next agreement', () => {
    hear(...STRANGER, 1);
    hears(...NAT, 1, 2, 3, 4);
    latch.expect({ address: '192.0.2.8', port: 5000 });
    expect(hear(...NAT, 5)).toBe(true);
    send();
    expect(socket.log).toEqual(['send 203.0.113.9:6000']);
  });
});
