import type { SipRequest } from '#sip-stack/message.ts';

/** Requests of scanners, told by what is in a header (`<spammers>` of drachtio.conf.xml). */
export interface Spammers {
  /** `reject`: 603; `discard`: no answer at all. */
  readonly action: 'reject' | 'discard';
  /** Lower-case header -> what it contains, case minded: whole for User-Agent, the user part for From and To. */
  readonly values: Readonly<Partial<Record<'user-agent' | 'from' | 'to', readonly string[]>>>;
}

/** The value that gives a scanner away; undefined for everybody else. */
export const spamIn = ({ values }: Spammers, request: SipRequest): string | undefined => {
  const said = {
    'user-agent': request.get('user-agent'),
    from: request.from.sipUri?.user,
    to: request.to.sipUri?.user,
  };
  for (const name of ['user-agent', 'from', 'to'] as const)
    for (const value of values[name] ?? []) if (said[name]?.includes(value) === true) return value;
  return undefined;
};
