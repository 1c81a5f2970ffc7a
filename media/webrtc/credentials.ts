import { randomInt } from 'node:crypto';

/** User name fragment and password of one side, RFC 8839 §5.4. */
export type IceCredentials = { readonly ufrag: string; readonly pwd: string };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const word = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** §5.4: at least 24 and 128 bits of randomness. */
export const newCredentials = (): IceCredentials => ({ ufrag: word(8), pwd: word(24) });

export const isUfrag = (text: string): boolean => /^[A-Za-z0-9+/]{4,256}$/.test(text);
export const isPwd = (text: string): boolean => /^[A-Za-z0-9+/]{22,256}$/.test(text);
