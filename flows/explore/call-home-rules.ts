import type { OfferKeys } from '../call-home/offer.ts';
import type { Prompt } from '../prompt.ts';
import type { Played } from './play.ts';
import type { Step } from './step.ts';
import { hangUp, silence } from './step.ts';
import type { Deed } from './watched.ts';

/** What may never happen to a person inside who calls home. */
export function insideFaults({ line, end }: Played, deeds: readonly Deed[]): string[] {
  const faults: string[] = [];
  const named = (name: string) => deeds.find((deed) => deed.name === name);
  const [identified, allowed, connected] = [named('identify'), named('mayCall'), named('connect')];
  if (allowed && typeof lastOf(deeds, 'identify')?.result !== 'object') faults.push('a number is dialled for nobody');
  if (connected && (!allowed || allowed.result !== undefined)) faults.push('a call is placed that may not be');
  if (end === 'ended' && !connected && line.lastWords.length === 0) faults.push('a call ends without a word');
  if (identified && named('pinLocked')?.result !== false) faults.push('a PIN is asked for at a station that is locked');
  const pins = deeds.filter(({ name }) => name === 'identify').length;
  if (pins > mostPins) faults.push(`${pins} PINs are tried in one call`);
  const kept = named('keepName');
  if (kept && kept.step?.act === hangUp) faults.push('a name is kept of who has hung up');
  return faults;
}

const mostPins = 3;

const lastOf = (deeds: readonly Deed[], name: string): Deed | undefined =>
  deeds.filter((deed) => deed.name === name).at(-1);

interface Offered {
  readonly keys: OfferKeys;
  readonly outcome: string | undefined;
}

/** What may never happen to a person who is called (guide rows 7-14, Penal Code 632). */
export function offerFaults(
  { line: { steps }, end }: Played,
  deeds: readonly Deed[],
  { keys, outcome }: Offered,
): string[] {
  const faults: string[] = [];
  const last = steps.at(-1);
  if (outcome === 'accepted') faults.push(...consentFaults(steps, keys.accept));
  if (outcome === 'refused' && last?.act !== keys.refuse && lastOf(deeds, 'place')?.result !== 'failed')
    faults.push('a call is refused by another key');
  if (outcome === 'blocked' && deeds.length === 0) faults.push('a call is said to be blocked, and is not');
  for (const { name, step } of deeds) if (step?.act !== keys.block) faults.push(`${name} of a block without its key`);
  const placed = deeds.filter(({ name }) => name === 'place').length;
  const undone = deeds.filter(({ name, result }) => name === 'undo' && result === true).length;
  if (
    outcome !== 'blocked' &&
    outcome !== undefined &&
    placed !== undone &&
    lastOf(deeds, 'place')?.result === 'placed'
  )
    faults.push(`${outcome}, with a block in place`);
  if (end === 'ended' && outcome === undefined) faults.push('the offer ends without an outcome');
  return faults;
}

/** Everybody consents to the recording: the notice is told to its end first, in that language, and then the key goes down. */
function consentFaults(steps: readonly Step[], accept: string): string[] {
  const faults: string[] = [];
  const [before, last] = [steps.at(-2), steps.at(-1)];
  if (!last || last.act !== accept) return ['a call is accepted by another key'];
  const notice = (said: readonly Prompt[] = []) => said.some(({ key }) => key === 'offer.notice');
  if (notice(last.asked)) faults.push('the key that accepts is listened for while the notice is told');
  else if (!notice(last.announced) && !(notice(before?.said) && before?.act === silence))
    faults.push('a call is accepted before the notice was told to its end');
  else if (!notice(last.announced) && before?.language !== last.language)
    faults.push('a call is accepted in a language that had no notice');
  if (!last.fresh && !last.anew.includes(accept)) faults.push('a key counts that went down in the notice');
  return faults;
}
