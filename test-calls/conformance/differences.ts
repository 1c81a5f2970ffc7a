import type { Allowed, Awaited } from './allowed.ts';

export const allowed: readonly Allowed[] = [];

export const awaited: readonly Awaited[] = [];
