import type { Database } from '../connect.ts';
import { ha1Of, saveCredentials } from '../credentials.ts';
import { saveAgent, type Agent } from '../desk/agents.ts';
import { demoSecrets, type DemoOptions, type DemoSecrets } from './demo.ts';

/** Who answers families that ask for an agent; both are away until they dial that they are there. */
const agents = [
  { username: 'agent1', id: 'demo-ana', name: 'Ana Torres', extension: '701', supervisor: false },
  { username: 'agent2', id: 'demo-ray', name: 'Ray Ortega', extension: '702', supervisor: true },
] as const;

export type DemoAgent = DemoSecrets & Pick<Agent, 'name' | 'extension' | 'supervisor'>;

/** Adds the agents of the invented agency, to an empty or already seeded database. */
export async function seedDemoDesk(
  db: Database,
  { pinPepper, realm, now }: Pick<DemoOptions, 'pinPepper' | 'realm' | 'now'>,
): Promise<readonly DemoAgent[]> {
  return Promise.all(
    agents.map(async ({ username, ...agent }) => {
      const { password } = demoSecrets(pinPepper, username);
      await saveAgent(db, { ...agent, languages: ['en', 'es'], active: true }, now);
      await saveCredentials(db, { username, realm, ha1: ha1Of(username, realm, password), agentId: agent.id });
      const { name, extension, supervisor } = agent;
      return { username, password, name, extension, supervisor };
    }),
  );
}
