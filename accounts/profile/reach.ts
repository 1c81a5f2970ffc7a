import { usMobile, type MobileRefusal } from '../funding/mobile.ts';
import { isEmail } from './email.ts';

/** How a holder wants to be told things, as they wrote it. */
export interface Reach {
  readonly notices: 'text' | 'e-mail' | 'both' | 'none';
  /** Where texts go: of the United States. */
  readonly mobile?: string | undefined;
  readonly email?: string | undefined;
}

export type ReachRefusal = MobileRefusal | 'mobile-needed' | 'email-needed' | 'invalid-email';

const written = (text: string | undefined): string | undefined => text?.trim() || undefined;

/** The first thing that is wrong, or what is kept. */
export function reachOf(reach: Reach):
  | {
      readonly kind: 'reach';
      readonly reach: {
        readonly notices: Reach['notices'];
        readonly mobile: string | null;
        readonly email: string | null;
      };
    }
  | { readonly kind: 'refused'; readonly reason: ReachRefusal } {
  const refused = (reason: ReachRefusal) => ({ kind: 'refused', reason }) as const;
  const { notices } = reach;
  const [text, email] = [written(reach.mobile), written(reach.email)];
  if (text === undefined && (notices === 'text' || notices === 'both')) return refused('mobile-needed');
  if (email === undefined && (notices === 'e-mail' || notices === 'both')) return refused('email-needed');
  if (email !== undefined && !isEmail(email)) return refused('invalid-email');
  const mobile = text === undefined ? undefined : usMobile(text);
  if (mobile?.kind === 'refused') return mobile;
  return { kind: 'reach', reach: { notices, mobile: mobile?.number ?? null, email: email ?? null } };
}
