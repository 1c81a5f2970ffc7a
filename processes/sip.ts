import { startSipServer } from '#sip-proxy/embedded/server.ts';
import { main } from './child.ts';
import { newMetrics, observe } from './observe.ts';

/** The embedded SIP server, which drachtio-server stands for in production. */
main('sip', async (config, log) => {
  const server = await startSipServer({
    sip: { host: config.SIP_HOST, port: config.SIP_PORT },
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
    ports: { sip: server.sipPort, admin: server.adminPort, observe: observed.port },
    stop: () => server.close(),
  };
});
