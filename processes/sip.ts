import { startSipServer } from '#sip-proxy/embedded/server.ts';
import { main } from './child.ts';
import { newMetrics, observe } from './observe.ts';
import { sipContacts } from './sip-contacts.ts';

/** The embedded SIP server, which drachtio-server stands for in production. */
main('sip', async (config, log) => {
  const [sip, ...contacts] = sipContacts(config);
  const server = await startSipServer({
    sip,
    contacts,
    admin: { host: config.DRACHTIO_HOST, port: config.DRACHTIO_PORT, secret: config.DRACHTIO_SECRET },
    log,
  });
  const observed = await observe(
    config.OBSERVE_PORT,
    newMetrics('sip'),
    () => 'ok',
    () => ({ ...server.metrics(), state: server.dump() }),
    { host: config.OBSERVE_HOST },
  );
  return {
    ports: {
      ...{ sip: server.sipPort, admin: server.adminPort, observe: observed.port },
      ...Object.fromEntries(['tcp', 'ws', 'wss'].flatMap((protocol) => portOf(protocol, server.contacts))),
    },
    stop: () => server.close(),
  };
});

/** The port of the first contact of this protocol, under its name. */
const portOf = (protocol: string, contacts: readonly string[]): [string, number][] => {
  const found = contacts.find((contact) => contact.startsWith(`${protocol}/`));
  return found === undefined ? [] : [[protocol, Number(found.slice(found.lastIndexOf(':') + 1))]];
};
