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
const send = (): void => latch.send(Buffer.alloc(1));
beforeEach(() => {
  socket = new Socket();
  latch = new SourceLatch(socket);
});

describe('whom a leg listens to', () => {
  it('is nobody before there is an agreement', () => {
    expect(latch.canSend).toBe(false);
    expect(latch.accept(from('192.0.2.7', 4000))).toBe(false);
    send();
    expect(socket.log).toEqual([]);
  });

  it('is the address agreed on, for good once it was heard', () => {
    latch.expect(AGREED);
    send();
    expect(latch.accept(from('192.0.2.7', 4000))).toBe(true);
    send();
    expect(socket.log).toEqual(['send 192.0.2.7:4000', 'connect 192.0.2.7:4000', 'send']);
  });

  it('is the first source heard, when the agreed address is not the one it sends from', () => {
    latch.expect(AGREED);
    expect(latch.accept(from('203.0.113.9', 6000))).toBe(true);
    expect(latch.accept(from('198.51.100.1', 6000))).toBe(false);
    expect(latch.accept(from('203.0.113.9', 6001))).toBe(false);
    expect(latch.accept(from('203.0.113.9', 6000))).toBe(true);
    send();
    expect(socket.log).toEqual(['send 203.0.113.9:6000']);
  });

  it('is the agreed address again as soon as that is heard', () => {
    latch.expect(AGREED);
    latch.accept(from('203.0.113.9', 6000));
    expect(latch.accept(from('192.0.2.7', 4000))).toBe(true);
    send();
    expect(socket.log).toEqual(['connect 192.0.2.7:4000', 'send']);
  });

  it('changes with a new agreement, and stays with the same one', () => {
    latch.expect(AGREED);
    latch.accept(from('192.0.2.7', 4000));
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
    expect(latch.accept(from('10.0.0.1', 30_000))).toBe(false);
  });
});
