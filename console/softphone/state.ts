/** Why the telephone in the page can not be used. */
export const whyNots = [
  'insecure',
  'no-microphone',
  'microphone-refused',
  'no-server',
  'not-let-in',
  'elsewhere',
] as const;
export type WhyNot = (typeof whyNots)[number];

/**
 *         turn on            registered           invited             answered
 *   off ----------> turning on ------> ready ---------------> ringing --------> talking
 *    ^ <-- failed ---'  ^               | ^ <------ ended ------'  ^              |
 *    |                  |               | '--------------------------- ended -----'
 *    |              disconnected <------'
 *    '-- turned off, taken elsewhere (from anywhere)
 *
 * It calls nobody but the desk: ready -- dialled --> dialling -- answered --> talking, about messages; or -- refused --> ready.
 *
 * A talk goes on without the server as long as its sound does: a connection that is lost in it is known by `connected`.
 */
export type Telephone =
  | { readonly kind: 'off'; readonly why: WhyNot | undefined }
  | { readonly kind: 'turning-on'; readonly again: boolean }
  | { readonly kind: 'ready'; readonly refused?: true }
  | { readonly kind: 'ringing'; readonly connected: boolean }
  | { readonly kind: 'dialling'; readonly connected: boolean }
  | { readonly kind: 'talking'; readonly about: About; readonly connected: boolean; readonly muted: boolean };

/** Who has called this telephone, or what it has called. */
export type About = 'call' | 'messages';

export type Happened =
  | { readonly kind: 'turn-on' }
  | { readonly kind: 'turned-off' }
  | { readonly kind: 'failed'; readonly why: WhyNot }
  | { readonly kind: 'registered' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'invited' }
  | { readonly kind: 'dialled' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'answered' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'muted'; readonly on: boolean };

export const off: Telephone = { kind: 'off', why: undefined };

/** How the telephone stands once this has happened; what means nothing to it changes nothing. */
export function after(telephone: Telephone, happened: Happened): Telephone {
  const isOff = telephone.kind === 'off';
  switch (happened.kind) {
    case 'turn-on':
      return isOff ? { kind: 'turning-on', again: false } : telephone;
    case 'turned-off':
      return off;
    case 'failed':
      return isOff ? telephone : { kind: 'off', why: happened.why };
    case 'registered':
      if (telephone.kind === 'turning-on') return { kind: 'ready' };
      return 'connected' in telephone ? { ...telephone, connected: true } : telephone;
    case 'disconnected':
      if ('connected' in telephone) return { ...telephone, connected: false };
      return isOff ? telephone : { kind: 'turning-on', again: true };
    case 'invited':
      return telephone.kind === 'ready' || telephone.kind === 'turning-on'
        ? { kind: 'ringing', connected: true }
        : telephone;
    case 'answered':
      if (telephone.kind !== 'ringing' && telephone.kind !== 'dialling') return telephone;
      return {
        kind: 'talking',
        about: telephone.kind === 'ringing' ? 'call' : 'messages',
        connected: telephone.connected,
        muted: false,
      };
    case 'dialled':
      return telephone.kind === 'ready' ? { kind: 'dialling', connected: true } : telephone;
    case 'refused':
      return telephone.kind === 'dialling' || telephone.kind === 'ready' ? { kind: 'ready', refused: true } : telephone;
    case 'ended':
      if (!('connected' in telephone)) return telephone;
      return telephone.connected ? { kind: 'ready' } : { kind: 'turning-on', again: true };
    case 'muted':
      return telephone.kind === 'talking' ? { ...telephone, muted: happened.on } : telephone;
  }
}

/** It can be rung. */
export const isReady = ({ kind }: Telephone): boolean => kind !== 'off' && kind !== 'turning-on';
