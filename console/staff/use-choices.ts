import { bodyOf } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import type { Choices } from './known-member.ts';

/** Phones at the desk and facilities to choose from; undefined until they are known. */
export const useChoices = (): Choices | undefined =>
  useAnswer('choices', (client, signal) => bodyOf(client.GET('/v1/staff/members/choices', { signal }))).value;
