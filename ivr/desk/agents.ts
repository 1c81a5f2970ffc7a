import { randomUUID } from 'node:crypto';
import { openingAt } from '#accounts/desk/hours.ts';
import { isSpoken } from '#accounts/desk/queue.ts';
import { deskTermsAt } from '#accounts/desk/terms.ts';
import { accountsOfNumber } from '#db/account-look-up.ts';
import { enterQueue } from '#db/desk/entries.ts';
import type { Agents, TimeOfDay } from '#flows/family-line/ports.ts';
import { theOpenOne } from '../family-line/open-account.ts';
import type { QueuedCall } from './place-in-queue.ts';
import { PlaceInQueue } from './place-in-queue.ts';

/** The agents' desk, as one call to the 866 line meets it. */
export function agentsOf(call: QueuedCall): Agents {
  const { platform, callId, callingNumber } = call;
  const { db, clock, terms } = platform;
  return {
    opening: async () => {
      const opening = await openingAt(db, clock.now());
      if (opening.kind === 'open') return opening;
      const { holiday, usual } = opening;
      const hours = usual && { opens: timeOf(usual.opens), closes: timeOf(usual.closes) };
      return { kind: 'closed', holiday, hours };
    },
    queue: async (language) => {
      if (!(await isSpoken(db, language))) return 'nobody';
      const account = callingNumber === undefined ? undefined : theOpenOne(await accountsOfNumber(db, callingNumber));
      const id = randomUUID();
      const entry = { id, callId, language, number: callingNumber, accountId: account?.id };
      const { mostWaiting: most } = await deskTermsAt(db, clock.now());
      if ((await enterQueue(db, { ...entry, node: terms.node, at: clock.now(), most })) === 'full') return 'full';
      return new PlaceInQueue(id, language, call);
    },
  };
}

/** "05:00" */
const timeOf = (text: string): TimeOfDay => ({ hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) });
