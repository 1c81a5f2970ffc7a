import type { IncomingCall } from '#sip-proxy/drachtio.ts';

/** What an agent's phone has dialled, of what the desk has for it (README.md). */
export type Dialled =
  { readonly kind: 'ready' | 'away' | 'inbox' } | { readonly kind: 'listen'; readonly extension: string };

const codes = { '*1': 'ready', '*0': 'away', '*9': 'inbox' } as const;
/** Before an agent's extension. */
const listenCode = '*8';

/** Undefined: nothing that the desk has. */
export function dialledAtDesk({ requestUri }: Pick<IncomingCall, 'requestUri'>): Dialled | undefined {
  const user = /^sips?:([^@;]+)@/i.exec(requestUri)?.[1]?.replace(/^%2a/i, '*') ?? '';
  if (user.startsWith(listenCode)) return { kind: 'listen', extension: user.slice(listenCode.length) };
  return Object.hasOwn(codes, user) ? { kind: codes[user as keyof typeof codes] } : undefined;
}
