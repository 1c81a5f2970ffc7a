import type { en } from './en.ts';

/** Every text in another language: the same keys, the same places for values. */
type Said<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Said<T[K]> };

export type Wording = Said<typeof en>;
