import { seedDemoDocuments } from '#accounts/documents/demo.ts';
import { remadePicture } from '#accounts/documents/picture.ts';
import { secretHasher } from '#accounts/identity/hasher.ts';
import { newToken } from '#accounts/identity/keys.ts';
import { needsCode } from '#accounts/access/table.ts';
import { seedDemoStaff, type DemoStaff } from '#accounts/staff/demo.ts';
import { seedDemo } from '#db/seed/demo.ts';
import type { Demo } from '#db/seed/demo.ts';
import { seedDemoDesk, type DemoAgent } from '#db/seed/demo-desk.ts';
import { openStorage } from '#media/recordings/storage.ts';
import { certificateFilesOf } from './api-certificate.ts';
import type { Config } from './config.ts';
import { given, readFiles } from './config.ts';
import { documentsOf } from './documents.ts';
import { staffOf } from './staff-deps.ts';
import { storageOf } from './storage.ts';
import { startSystem, type System } from './system.ts';
import { whyNot } from './why-not.ts';

/** Whoever tries it out may call the line of families as well; set to nothing, there is none. */
const demoSettings = { FAMILY_LINE_NUMBER: '+18669490290' };

/** The telephone in an agent's page comes by WebSocket: at the port beside 5060, beside another at any that is free. */
const webSocketOf = ({ SIP_PORT: port = '5060', SIP_WSS_PORT: wss }: Record<string, string>) =>
  wss === undefined ? { SIP_WS_PORT: port === '5060' ? '5066' : '0' } : {};

/** Who may be played. */
type Shown = Demo & { readonly agents: readonly DemoAgent[]; readonly staff: readonly DemoStaff[] };

/** `npm start`: the platform on this machine, with demonstration people unless a database is given. */
let stop = (): void => process.exit(1);
process.on('SIGINT', () => stop());
process.on('SIGTERM', () => stop());
try {
  console.log('Homeline: starting ...');
  let demo: Shown | undefined;
  const read = readFiles(process.env);
  const environment = given({ ...(read['DATABASE_URL'] ? {} : demoSettings), ...webSocketOf(given(read)), ...read });
  const system = await startSystem({
    environment,
    say: (text) => console.log(text),
    prepare: async (db, config) => {
      if (config.DATABASE_URL !== undefined && environment['DATABASE_URL'] !== undefined) return;
      const options = { pinPepper: config.PIN_PEPPER, realm: config.SIP_REALM, now: new Date() };
      const seeded = { ...(await seedDemo(db, options)), agents: await seedDemoDesk(db, options) };
      demo = { ...seeded, staff: await seedDemoStaff(db, await staffOf(config), config.IDENTITY_SECRET) };
      const passwords = await secretHasher(config.IDENTITY_SECRET, 'password');
      const documents = documentsOf(config, await openStorage(storageOf(config)), { remake: remadePicture });
      await seedDemoDocuments(db, documents, await passwords.hash(newToken()));
    },
  });
  console.log(welcome(system.sip, system.config, demo));
  let stopping = false;
  stop = () => {
    if (stopping) return;
    stopping = true;
    console.log('\nNo new calls; waiting for those in progress to end ...');
    system.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(whyNot(error));
        process.exit(1);
      },
    );
  };
} catch (error) {
  console.error(whyNot(error));
  process.exit(1);
}

function welcome(sip: System['sip'], config: Config, demo: Shown | undefined): string {
  const { host, port, tcp } = sip;
  const address = `${host}:${port}`;
  const transports = tcp === undefined ? 'UDP' : tcp === port ? 'UDP and TCP' : `UDP; TCP at port ${tcp}`;
  const { VAR_FOLDER, API_HOST, API_PORT, FAMILY_LINE_NUMBER: familyLine } = config;
  const api = `${certificateFilesOf(config) ? 'https' : 'http'}://${API_HOST}:${API_PORT}`;
  const lines = [
    `Homeline serves SIP on ${address} (${transports}). Logs and recordings: ${VAR_FOLDER}. Ctrl-C stops.`,
    `The API is at ${api}/openapi.json; its token is API_TOKEN in ${VAR_FOLDER}/secrets.json.`,
  ];
  if (demo) {
    const phone = ({ username, password, name }: { username: string; password: string; name: string }) =>
      `  ${name.padEnd(22)} user ${username.padEnd(9)} password ${password}`;
    lines.push(
      '',
      `Register softphones with the registrar ${address}:`,
      ' inside, to place calls:',
      ...demo.stations.map(phone),
      ' at home, to be called:',
      ...demo.homePhones.map((home) => `${phone(home)}   answers ${home.number}`),
      '',
      'Then dial, from an inside phone, the number of a home phone: for Home 1',
      `  sip:${demo.homePhones[0]?.number ?? ''}@${address}   (or sip:0@${address} to be asked for the number)`,
      'PINs (followed by #):',
      ...demo.people.map(({ name, pin, facilityId }) => `  ${name.padEnd(22)} ${pin}   ${facilityId}`),
      'At home press 1 to accept, 2 to refuse, 9 to block, * for Spanish.',
    );
    if (familyLine !== undefined)
      lines.push(
        `To pay, to block or to reach an agent, dial from a home phone: sip:${familyLine}@${address}`,
        'At the desk, for who asks for an agent (ivr/desk/README.md):',
        ...demo.agents.map(
          (agent) => `${phone(agent)}   ${agent.supervisor ? 'supervisor' : `extension ${agent.extension}`}`,
        ),
        'They dial *1 to take calls, *0 to take none, *9 to hear voice messages; a supervisor *8 and an extension to listen.',
      );
  }
  if (demo) lines.push(...consoleLines(`${api}/console/`, demo.staff));
  return lines.join('\n');
}

function consoleLines(address: string, staff: readonly DemoStaff[]): readonly string[] {
  const people = staff.map(({ username, password, name, role }) => {
    const shown = password ?? '(the one that was set since)';
    return `  ${name.padEnd(22)} user ${username.padEnd(9)} password ${shown}   ${role}`;
  });
  const lines = [`The agents’ console is at ${address}; there sign in`, ...people];
  const coded = staff.filter(({ role }) => needsCode(role)).map(({ name }) => name);
  if (coded.length === 0) return lines;
  const who = coded.join(', ');
  return [...lines, `At the first sign-in ${who} sets up a code: an app of one-time codes on a phone scans it.`];
}
