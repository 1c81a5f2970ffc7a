/** What a key pressed on the page means: a command, the beginning of one, or nothing. */
export type Pressed =
  | { readonly kind: 'find' }
  | { readonly kind: 'keys' }
  | { readonly kind: 'block' }
  | { readonly kind: 'phone'; readonly does: 'answer' | 'hold' | 'mute' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'go'; readonly to: 'desk' | 'calls' | 'refunds' | 'cheques' | 'documents' | 'figures' | 'audit' }
  | { readonly kind: 'nothing' };

const places = { d: 'desk', c: 'calls', r: 'refunds', q: 'cheques', i: 'documents', f: 'figures', a: 'audit' } as const;

const onThePhone = { t: 'answer', h: 'hold', m: 'mute' } as const;

/** `begun`: `g` was pressed before. */
export function pressed(key: string, begun: boolean): Pressed {
  if (begun) {
    const to = Object.hasOwn(places, key) ? places[key as keyof typeof places] : undefined;
    return to ? { kind: 'go', to } : { kind: 'nothing' };
  }
  if (key === '/') return { kind: 'find' };
  if (key === '?') return { kind: 'keys' };
  if (key === 'b') return { kind: 'block' };
  if (Object.hasOwn(onThePhone, key)) return { kind: 'phone', does: onThePhone[key as keyof typeof onThePhone] };
  return key === 'g' ? { kind: 'begun' } : { kind: 'nothing' };
}
