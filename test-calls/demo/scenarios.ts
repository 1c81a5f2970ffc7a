import type { Language } from '#flows/language.ts';
import type { Answered } from '../people.ts';
import { callFromInside, hearsFirstWords, pressAndHear, voices } from '../people.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { babble, repeated } from '../phone/sound.ts';
import type { Stage } from '../stage.ts';
import type { Cast } from './cast.ts';

export interface Played {
  readonly inside: OutgoingCall;
  readonly outside: Answered | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly disposition: string;
  /** The same number is called as in that scenario, once that is over. */
  readonly after?: string;
  readonly language?: Language;
  /** The person's first call. */
  readonly first?: boolean;
  play(stage: Stage, cast: Cast): Promise<Played>;
}

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

/** Somebody calls, somebody else answers and does something. */
const answered =
  (
    act: (stage: Stage, answered: Answered, inside: () => OutgoingCall | undefined) => Promise<void>,
  ): Scenario['play'] =>
  async (stage, cast) => {
    let caller: OutgoingCall | undefined;
    const outside = pickUp(stage, cast.number, (party) => act(stage, party, () => caller));
    const inside = (caller = await callFromInside(stage, cast.number, cast));
    const party = await outside;
    await inside.ended;
    return { inside, outside: party };
  };

const unanswered =
  (meet: (call: IncomingCall) => void): Scenario['play'] =>
  async (stage, cast) => {
    stage.person(cast.number, meet);
    const inside = await callFromInside(stage, cast.number, cast);
    await inside.ended;
    return { inside, outside: undefined };
  };

async function accept(stage: Stage, party: Answered, language: Language = 'en'): Promise<void> {
  await party.call.ear.waitFor(await stage.menu(language));
  await pressAndHear(party, '1', await stage.sound(language, 'offer.accepted'));
}

/** Both speak, from before the bridge stands until so long after it. */
async function talk(stage: Stage, party: Answered, inside: OutgoingCall | undefined, ms: number): Promise<void> {
  void inside?.speak(voices.inside);
  void party.call.speak(voices.outside);
  if (inside) await stage.bridged(inside);
  await stage.pause(ms);
}

/** The longest first: calls are placed a few at a time. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'talked',
    title: 'a first call: says a name, is accepted, they talk, the called party hangs up',
    disposition: 'talked',
    first: true,
    play: answered(async (stage, party, inside) => {
      await hearsFirstWords(stage, party);
      await accept(stage, party);
      await talk(stage, party, inside(), 4_000);
      await party.call.hangup();
    }),
  },
  {
    name: 'no-key',
    title: 'somebody answers, listens and presses nothing',
    disposition: 'no-key',
    play: answered(async (stage, party) => {
      await hearsFirstWords(stage, party);
      await party.call.ended;
    }),
  },
  {
    name: 'machine',
    title: 'an answering machine talks and never presses',
    disposition: 'no-key',
    play: answered(async (_stage, party) => {
      void party.call.speak(repeated(babble({ ms: 4_000, seed: 3 })));
      await party.call.ended;
    }),
  },
  {
    name: 'spanish',
    title: 'in Spanish on both sides, the caller hangs up',
    disposition: 'talked',
    language: 'es',
    first: true,
    async play(stage, cast) {
      const outside = pickUp(stage, cast.number, async (party) => {
        await hearsFirstWords(stage, party);
        await party.call.press('*');
        await accept(stage, party, 'es');
      });
      const inside = await callFromInside(stage, cast.number, cast);
      const party = await outside;
      await talk(stage, party, inside, 2_500);
      await inside.hangup();
      await party.call.ended;
      return { inside, outside: party };
    },
  },
  {
    name: 'limit',
    title: 'the time limit, with its warning (shortened)',
    disposition: 'limit-reached',
    play: answered(async (stage, party, inside) => {
      await hearsFirstWords(stage, party);
      await accept(stage, party);
      await talk(stage, party, inside(), 0);
      await party.call.ended;
    }),
  },
  {
    name: 'blocked',
    title: 'blocked for good with the 9 key',
    disposition: 'blocked',
    play: answered(async (stage, party) => {
      await hearsFirstWords(stage, party);
      await pressAndHear(party, '9', await stage.offerBlocked('en'));
      await party.call.ended;
    }),
  },
  {
    name: 'already-blocked',
    title: 'the next call to that number is stopped before it rings',
    disposition: 'already-blocked',
    after: 'blocked',
    async play(stage, cast) {
      let rang = false;
      stage.person(cast.number, () => (rang = true));
      const inside = await callFromInside(stage, cast.number, cast);
      await inside.ended;
      if (rang) throw new Error('a blocked number rang');
      return { inside, outside: undefined };
    },
  },
  {
    name: 'refused',
    title: 'refused with the 2 key, in the middle of the announcement',
    disposition: 'refused',
    play: answered(async (stage, party) => {
      await hearsFirstWords(stage, party);
      await pressAndHear(party, '2', await stage.sound('en', 'offer.refused'));
      await party.call.ended;
    }),
  },
  {
    name: 'hung-up-in-offer',
    title: 'the called party hangs up in the middle of the announcement',
    disposition: 'hung-up-in-offer',
    play: answered(async (stage, party) => {
      await hearsFirstWords(stage, party);
      await stage.pause(1_500);
      await party.call.hangup();
    }),
  },
  {
    name: 'no-answer',
    title: 'it rings and nobody answers',
    disposition: 'no-answer',
    play: unanswered((call) => call.ring()),
  },
  {
    name: 'caller-cancelled',
    title: 'the caller hangs up while it rings',
    disposition: 'caller-cancelled',
    async play(stage, cast) {
      const ringing = new Promise<IncomingCall>((resolve) =>
        stage.person(cast.number, (call) => {
          call.ring();
          resolve(call);
        }),
      );
      const inside = await callFromInside(stage, cast.number, cast);
      const outside = await ringing;
      await stage.pause(500);
      await inside.hangup();
      await outside.ended;
      return { inside, outside: { call: outside } };
    },
  },
  { name: 'busy', title: 'the line is busy', disposition: 'busy', play: unanswered((call) => call.reject(486)) },
];

/** Who plays each scenario: a person and a number of its own, but for what goes on with another's number. */
export const castOf = ({ name, after, language = 'en', first = false }: Scenario): Cast => {
  const at = (wanted: string) => scenarios.findIndex((scenario) => scenario.name === wanted);
  return {
    label: name,
    pin: String(7100 + at(name)),
    language,
    number: `+121355501${50 + at(after ?? name)}`,
    saysName: first,
  };
};
