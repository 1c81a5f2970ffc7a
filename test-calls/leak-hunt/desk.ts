import { ha1Of, saveCredentials } from '#db/credentials.ts';
import type { Database } from '#db/connect.ts';
import { saveAgent } from '#db/desk/agents.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import type { Config } from '#processes/config.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import { Phone } from '../phone/phone.ts';
import { babble } from '../phone/sound.ts';
import type { Stage } from '../stage.ts';

/** As many as payments are played at the same time: nobody waits for so long that they give up. */
const AGENTS = ['241', '242', '243', '244', '245', '246', '247', '248'];
const password = 'of the hunt';
const username = (extension: string): string => `hunt-${extension}`;

/** What somebody says who is put through, until they are asked for their card: an agent who hears it knows that they talk. */
export const saidToAgent = babble({ ms: 500, seed: 8_660 });

/** Agents who are there at whatever hour this is played, and have no wrap-up. */
export async function seedDesk(db: Database, { SIP_REALM: realm }: Config): Promise<void> {
  for (const extension of AGENTS) {
    const agent = { id: extension, name: `Agent ${extension}`, extension, languages: ['en'] as const };
    await saveAgent(db, { ...agent, supervisor: false, active: true }, new Date());
    const name = username(extension);
    await saveCredentials(db, { username: name, realm, ha1: ha1Of(name, realm, password), agentId: extension });
  }
  const always = { inForceFrom: '2026-01-02', opens: '00:00', closes: '24:00' };
  await db
    .insertInto('deskHours')
    .values([1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ ...always, weekday })))
    .execute();
  await db.updateTable('deskTerms').set({ wrapUpSeconds: 0 }).execute();
  await db.updateTable('agent').set({ state: 'ready' }).where('id', 'in', AGENTS).execute();
}

/** The agents' phones, each of which takes every call that it is given and takes a payment of this many dollars in it. */
export class AgentsPhones {
  readonly #phones: readonly Phone[];

  private constructor(phones: readonly Phone[]) {
    this.#phones = phones;
  }

  static async open(stage: Stage, dollars: number): Promise<AgentsPhones> {
    const { host, port } = stage.system.sip;
    const phones = await Promise.all(
      AGENTS.map(async (extension) => {
        const name = username(extension);
        const phone = await Phone.start({ name, domain: host, digest: { username: name, password } });
        // A call that goes wrong is a payment that is not paid.
        phone.onCall((call) => void attend(stage, call, dollars).catch(() => call.hangup()));
        const { status } = await phone.register(`sip:${host}:${port}`);
        if (status !== 200) throw new Error(`the phone of ${name} could not register: ${status}`);
        return phone;
      }),
    );
    return new AgentsPhones(phones);
  }

  async close(): Promise<void> {
    await Promise.all(this.#phones.map((phone) => phone.stop()));
  }
}

async function attend(stage: Stage, call: IncomingCall, dollars: number): Promise<void> {
  const hears = async (key: PromptKey, values: Record<string, Value> = {}): Promise<void> => {
    if (!(await call.ear.waitFor(await stage.sound('en', key, values)))) throw new Error(`${key} was not heard`);
  };
  await call.answer();
  await hears('desk.take');
  await call.press('1');
  await call.ear.waitFor(saidToAgent);
  await call.press('*7');
  await hears('amount.ask');
  await call.press(`${dollars}#`);
  await hears('pay.done', { amount: { kind: 'money', cents: dollars * 100 } });
  await call.hangup();
}
