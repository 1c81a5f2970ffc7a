import type { SipServer } from './drachtio.ts';

export interface SipAddress {
  readonly host: string;
  readonly port: number;
}

interface Log {
  warn(fields: object, text: string): void;
}

/**
 * The servers in the order in which a process tries them: `ivr-2` begins with the second, so that processes spread over them without knowing of each
 * other, and each has one that is its own.
 */
export function inTurn<A>(servers: readonly A[], node: string): A[] {
  const own = Math.max(0, Number(/(\d+)$/.exec(node)?.[1] ?? 1) - 1) % servers.length;
  return [...servers.slice(own), ...servers.slice(0, own)];
}

/** Connects to the first that can be used; `own` when it is the first of all. Rejects as the last of them did. */
export async function firstThatServes(
  servers: readonly SipAddress[],
  connect: (at: SipAddress) => Promise<SipServer>,
  log: Log,
): Promise<{ readonly sip: SipServer; readonly own: boolean }> {
  let fault: unknown = new Error('no SIP server is named');
  for (const [nth, at] of servers.entries())
    try {
      return { sip: await connect(at), own: nth === 0 };
    } catch (error) {
      fault = error;
      if (servers.length > 1) log.warn({ sip: `${at.host}:${at.port}`, err: error }, 'a SIP server can not be used');
    }
  throw fault;
}

interface Home {
  readonly at: SipAddress;
  readonly connect: (at: SipAddress) => Promise<SipServer>;
  /** Whether nothing is going on here. */
  readonly idle: () => boolean;
  readonly clock: { wait(ms: number, signal?: AbortSignal): Promise<void> };
}

/** How often a process that is a guest looks whether its own server is back. Milliseconds. */
export const lookHomeMs = 10_000;

/** Resolves when the server of its own can be used again and nothing would be lost by going there; rejects with the signal's reason. */
export async function homeIsBack({ at, connect, idle, clock }: Home, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.wait(lookHomeMs, signal);
    if (!idle()) continue;
    const sip = await connect(at).catch(() => undefined);
    sip?.close();
    if (sip && idle()) return;
  }
}
