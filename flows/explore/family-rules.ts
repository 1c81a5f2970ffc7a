import type { CardGiven, Opened, Scope } from '../family-line/ports.ts';
import type { Value } from '../prompt.ts';
import type { Played } from './play.ts';
import type { Step } from './step.ts';
import type { Deed } from './watched.ts';

/** Done only after a question that named what would be done, and was answered with the key that confirms. */
const confirmed: Readonly<Record<string, (deed: Deed, step: Step, savedLastFour: string | undefined) => boolean>> = {
  'payments.charge': ({ given: [, cents, card] }, step, saved) =>
    tells(step, (value) => value.kind === 'money' && value.cents === cents) &&
    tells(step, (value) => value.kind === 'last-four' && value.digits === lastFourOf(card as CardGiven, saved)),
  'blocks.place': ({ given: [, scope] }, step) => names(step, scope as Scope),
  'blocks.lift': ({ given: [, scope] }, step) => names(step, scope as Scope),
  'funding.turnOff': () => true,
  'openings.open': (_, step) => step.asking.some(({ key }) => key === 'terms.accept'),
};

/** Only for who has said the passcode before: anybody can forge a calling number. */
const guarded = ['accounts.overview', 'blocks.lift', 'funding.of', 'funding.turnOff'];

/** What is wrong with a deed at the moment at which it is done, after others. */
export function deedFault(deed: Deed, before: readonly Deed[], savedLastFour: string | undefined): string[] {
  const faults: string[] = [];
  const { name, step } = deed;
  const rule = confirmed[name];
  if (rule && !(step?.fresh && step.act === '1')) faults.push(`${name} without a confirmation`);
  else if (rule && step && !rule(deed, step, savedLastFour))
    faults.push(`${name} of something else than was read back`);
  const proven = before.some(saysPasscode);
  const savedCharge = name === 'payments.charge' && (deed.given[2] as CardGiven).kind === 'saved';
  if (!proven && (savedCharge || guarded.includes(name))) faults.push(`${name} without a passcode`);
  return faults;
}

/** The passcode was said, or chosen for an account that was opened by it. */
const saysPasscode = ({ name, result }: Deed): boolean =>
  (name === 'accounts.checkPasscode' && result === 'right') ||
  (name === 'openings.open' && (result as Opened | undefined)?.kind === 'opened');

/** How often the main menu may be heard before the line may end the call by itself, whatever is pressed. */
const manyRounds = 10;

/** Whoever is asked this waits for an agent already: both ways out lead back to where they wait, and they are told so. */
const asksWhereToCall = ({ asked }: Step): boolean => asked.some(({ key }) => /^call-back\.(number|enter)$/.test(key));

/** Whoever is asked this has said their message: both ways out send it. */
const asksWhetherToSend = ({ asked }: Step): boolean => asked.some(({ key }) => key === 'message.send');
/** Penal Code 632: to its end, so announced. */
const tellsThatItIsKept = ({ announced }: Step): boolean => announced.some(({ key }) => key === 'message.terms');
const offersMessage = ({ asked }: Step): boolean => asked.some(({ key }) => key === 'message.offer');
const sends = ({ asked }: Step): boolean => asked.some(({ key }) => /^message\.sent/.test(key));

/** Of a message that somebody leaves as no agent can be had: a `0` in it is no way to one. */
const isOfMessage = (step: Step): boolean => asksWhetherToSend(step) || asksWhereToCall(step) || step.verb === 'record';

/** `0` reaches the agents, and `*` goes back to something that was asked before, wherever they are listened for. */
export function wayFaults({ line: { steps, lastWords }, end }: Played, deeds: readonly Deed[]): string[] {
  const faults: string[] = [];
  const asked = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    asked.set(step.question, (asked.get(step.question) ?? 0) + 1);
    if (step.verb === 'record' && !steps.slice(0, index + 1).some(tellsThatItIsKept))
      faults.push(`a voice is recorded of somebody who was not told so: ${step.name}`);
    if (!step.isMenu && (step.verb === 'ask' || step.verb === 'record')) continue;
    const next = steps[index + 1];
    if (step.isMenu && step.asking[Number(step.act) - 1] && next?.asked[0]?.key === 'menu.not-a-choice')
      faults.push(`${step.act} is offered, and is no choice: ${step.name}`);
    if (asksWhereToCall(step) && (step.act === '0' || step.act === '*')) {
      const said = next ? next.announced : lastWords;
      const isSent = next && sends(next);
      if (!isSent && said[0]?.key !== 'call-back.still' && !(step.act === '*' && next && asksWhereToCall(next)))
        faults.push(`${step.act} does not lead back to the queue from: ${step.name}`);
      continue;
    }
    if (asksWhetherToSend(step) && (step.act === '0' || step.act === '*')) {
      if (next && !asksWhereToCall(next)) faults.push(`${step.act} does not send the message: ${step.name}`);
      continue;
    }
    if (step.act === '0') {
      const reached = deeds.filter(({ name }) => name === 'agents.opening').map(({ after }) => after);
      // Who asks for an agent again, when there is none, is told whither from there: that question, however often it is asked.
      const isTold = reached.some(
        (after) =>
          after <= index &&
          steps
            .slice(after, index)
            .every((one) => one.question === step.question || isOfMessage(one) || offersMessage(one)),
      );
      if (!isTold && !reached.includes(index + 1)) faults.push(`0 reaches no agent from: ${step.name}`);
    }
    if (step.act === '*') {
      const isBack = next ? asked.has(next.question) : end !== 'ended' || Math.max(...asked.values()) >= manyRounds;
      if (!isBack) faults.push(`* does not go back from: ${step.name}`);
    }
  }
  return faults;
}

const tells = ({ asked }: Step, what: (value: Value) => boolean): boolean =>
  asked.some(({ values }) => Object.values(values).some(what));

const lastFourOf = (card: CardGiven, saved: string | undefined): string | undefined =>
  card.kind === 'saved' ? saved : card.number.lastFour();

const names = (step: Step, scope: Scope): boolean =>
  scope === 'all'
    ? step.asked.some(({ key }) => key.endsWith('-all'))
    : tells(step, (value) => value.kind === 'name' && value.text === scope.name);
