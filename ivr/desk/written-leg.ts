import { randomUUID } from 'node:crypto';
import { endDeskLeg, planDeskLeg, updateDeskLeg, type DeskLeg } from '#db/desk/legs.ts';
import { legReference, plannedReference } from '../call/leg-reference.ts';
import { place, type Placed, type Placing } from '../call/place.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { Leg } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';

export type Rung = { readonly kind: 'answered'; readonly leg: Leg } | Extract<Placed, { readonly kind: 'ended' }>;

/** Rings an agent, a supervisor, or a family that is called back, with a leg that is written down. Rejects with the signal's reason. */
export async function ringWritten(
  order: Omit<Placing, 'onPlanned' | 'onSent'>,
  about: Pick<DeskLeg, 'entryId' | 'side'>,
  { callId, platform }: { readonly callId: string; readonly platform: Platform },
): Promise<Rung> {
  const written = new WrittenLeg(platform, about);
  const { onPlanned, onSent } = written;
  const placed = await place({ ...order, onPlanned, onSent }, { ...platform, record: unwritten(callId) });
  if (placed.kind === 'ended') {
    await written.over();
    order.signal.throwIfAborted();
    return placed;
  }
  const leg = new Leg(about.side === 'family' ? 'outside' : 'inside', placed.dialog, placed.endpoint, platform.clock);
  written.answered(leg);
  return { kind: 'answered', leg };
}

/**
 * A leg that the desk rings, written down as it goes: before the INVITE leaves, when it has left, when the phone has answered, when
 * it is over. So whoever starts after this process has died ends it (recovery.ts). A database that is away keeps no phone from ringing.
 */
class WrittenLeg implements Pick<Placing, 'onPlanned' | 'onSent'> {
  readonly #id = randomUUID();
  readonly #platform: Platform;
  readonly #about: Pick<DeskLeg, 'entryId' | 'side'>;
  /** One after the other: the phone may answer before it is written that it was rung. */
  #written: Promise<void> = Promise.resolve();

  constructor(platform: Platform, about: Pick<DeskLeg, 'entryId' | 'side'>) {
    this.#platform = platform;
    this.#about = about;
  }

  readonly onPlanned: Placing['onPlanned'] = (plan, endpoint) => {
    const { clock, db, terms } = this.#platform;
    const leg = { id: this.#id, node: terms.node, ...this.#about, ...plannedReference(plan, endpoint) };
    return this.#write(() => planDeskLeg(db, { ...leg, plannedAt: clock.now() }));
  };

  readonly onSent: Placing['onSent'] = ({ transactionId }) => {
    void this.#write(() => updateDeskLeg(this.#platform.db, this.#id, { transactionId }));
  };

  /** The phone has answered; this is its leg until it ends. */
  answered(leg: Leg): void {
    const { dialogId, endpointUuid, localTag, remoteTag, remoteTarget } = legReference(leg);
    const known = { dialogId, endpointUuid, localTag, remoteTag, remoteTarget };
    void this.#write(() => updateDeskLeg(this.#platform.db, this.#id, known));
    if (leg.ended.aborted) void this.over();
    else leg.ended.addEventListener('abort', () => void this.over(), { once: true });
  }

  /** Nothing of it is left with a phone. Resolves when that is written. */
  over(): Promise<void> {
    const { clock, db } = this.#platform;
    return this.#write(() => endDeskLeg(db, this.#id, clock.now()));
  }

  #write(work: () => Promise<void>): Promise<void> {
    return (this.#written = this.#written.then(work).catch((error: unknown) => {
      this.#platform.log.warn({ entry: this.#about.entryId, err: error }, 'a leg of the desk is not written down');
    }));
  }
}
