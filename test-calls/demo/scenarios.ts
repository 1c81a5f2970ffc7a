import type { Language } from '#flows/language.ts';
import type { Answered } from '../people.ts';
import { callFromInside, hearsFirstWords, pressAndHear, voices } from '../people.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { babble, repeated } from '../phone/sound.ts';
import type { Stage } from '../stage.ts';

export interface Played {
  readonly inside: OutgoingCall;
  readonly outside: Answered | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly disposition: string;
  play(stage: Stage): Promise<Played>;
}

const home = '+12135550142';
const secondHome = '+12135550143';
const alex = { pin: '4821' };
const luz = { pin: '1964', language: 'es' } as const;

/** The called party picks up after a ring or two and does something; resolves with what was measured once it is done. */
function pickUp(stage: Stage, number: string, act: (answered: Answered) => Promise<void>): Promise<Answered> {
  return new Promise((resolve, reject) => {
    stage.person(number, (call) => {
      const run = async () => {
        call.ring();
        await call.answer({ delayMs: 700 });
        const answered: Answered = { call };
        await act(answered);
        resolve(answered);
      };
      run().catch(reject);
    });
  });
}

const accept = async (stage: Stage, answered: Answered, language: Language = 'en') => {
  await answered.call.ear.waitFor(await stage.menu(language));
  await pressAndHear(answered, '1', await stage.sound(language, 'offer.accepted'));
};

const answeredScenario = (
  name: string,
  title: string,
  disposition: string,
  act: (stage: Stage, answered: Answered, inside: () => OutgoingCall | undefined) => Promise<void>,
  who: { pin: string; language?: Language; saysName?: boolean } = alex,
): Scenario => ({
  name,
  title,
  disposition,
  async play(stage) {
    let caller: OutgoingCall | undefined;
    const outside = pickUp(stage, home, (answered) => act(stage, answered, () => caller));
    const inside = (caller = await callFromInside(stage, home, who));
    const answered = await outside;
    await inside.ended;
    return { inside, outside: answered };
  },
});

const unanswered = (
  name: string,
  title: string,
  disposition: string,
  meet: (call: IncomingCall) => void,
): Scenario => ({
  name,
  title,
  disposition,
  async play(stage) {
    stage.person(home, meet);
    const inside = await callFromInside(stage, home, alex);
    await inside.ended;
    return { inside, outside: undefined };
  },
});

/** Both say something for a while. */
async function talk(stage: Stage, answered: Answered, inside: OutgoingCall | undefined, ms: number): Promise<void> {
  void inside?.speak(voices.inside);
  void answered.call.speak(voices.outside);
  if (inside) await stage.bridged(inside);
  await stage.pause(ms);
}

export const scenarios: readonly Scenario[] = [
  answeredScenario(
    'talked',
    'First call: says a name, is accepted, they talk, the called party hangs up',
    'talked',
    async (stage, answered, inside) => {
      await hearsFirstWords(stage, answered);
      await accept(stage, answered);
      await talk(stage, answered, inside(), 4_000);
      await answered.call.hangup();
    },
    { ...alex, saysName: true },
  ),
  answeredScenario(
    'refused',
    'Refused with the 2 key, in the middle of the announcement',
    'refused',
    async (stage, answered) => {
      await hearsFirstWords(stage, answered);
      await pressAndHear(answered, '2', await stage.sound('en', 'offer.refused'));
      await answered.call.ended;
    },
  ),
  answeredScenario('no-key', 'Answers, listens, presses nothing', 'no-key', async (stage, answered) => {
    await hearsFirstWords(stage, answered);
    await answered.call.ended;
  }),
  answeredScenario('machine', 'An answering machine talks and never presses', 'no-key', async (_stage, answered) => {
    void answered.call.speak(repeated(babble({ ms: 4_000, seed: 3 })));
    await answered.call.ended;
  }),
  unanswered('busy', 'The line is busy', 'busy', (call) => call.reject(486)),
  unanswered('no-answer', 'It rings and nobody answers', 'no-answer', (call) => call.ring()),
  {
    name: 'caller-cancelled',
    title: 'The caller hangs up while it rings',
    disposition: 'caller-cancelled',
    async play(stage) {
      const ringing = new Promise<IncomingCall>((resolve) =>
        stage.person(home, (call) => {
          call.ring();
          resolve(call);
        }),
      );
      const inside = await callFromInside(stage, home, alex);
      const outside = await ringing;
      await stage.pause(500);
      await inside.hangup();
      await outside.ended;
      return { inside, outside: { call: outside } };
    },
  },
  answeredScenario(
    'hung-up-in-offer',
    'The called party hangs up in the middle of the announcement',
    'hung-up-in-offer',
    async (stage, answered) => {
      await hearsFirstWords(stage, answered);
      await stage.pause(1_500);
      await answered.call.hangup();
    },
  ),
  answeredScenario(
    'limit',
    'The time limit, with its warning (shortened)',
    'limit-reached',
    async (stage, answered, inside) => {
      await hearsFirstWords(stage, answered);
      await accept(stage, answered);
      await talk(stage, answered, inside(), 0);
      await answered.call.ended;
    },
  ),
  {
    name: 'spanish',
    title: 'In Spanish on both sides',
    disposition: 'talked',
    async play(stage) {
      const outside = pickUp(stage, home, async (answered) => {
        await hearsFirstWords(stage, answered);
        await answered.call.press('*');
        await accept(stage, answered, 'es');
      });
      const inside = await callFromInside(stage, home, { ...luz, saysName: true });
      const answered = await outside;
      await talk(stage, answered, inside, 2_500);
      await inside.hangup();
      await answered.call.ended;
      return { inside, outside: answered };
    },
  },
  {
    name: 'blocked',
    title: 'Blocked for good with the 9 key',
    disposition: 'blocked',
    async play(stage) {
      const outside = pickUp(stage, secondHome, async (answered) => {
        await hearsFirstWords(stage, answered);
        await pressAndHear(answered, '9', await stage.offerBlocked('en'));
        await answered.call.ended;
      });
      const inside = await callFromInside(stage, secondHome, alex);
      const answered = await outside;
      await inside.ended;
      return { inside, outside: answered };
    },
  },
  {
    name: 'already-blocked',
    title: 'The next call to that number is stopped before it rings',
    disposition: 'already-blocked',
    async play(stage) {
      let rang = false;
      stage.person(secondHome, () => (rang = true));
      const inside = await callFromInside(stage, secondHome, alex);
      await inside.ended;
      if (rang) throw new Error('a blocked number rang');
      return { inside, outside: undefined };
    },
  },
];
