import { startMediaServer } from '#media/embedded/server.ts';
import { main } from './child.ts';
import { newMetrics, observe } from './observe.ts';

/** The embedded media server, which FreeSWITCH stands for in production. */
main('media', async (config, log) => {
  const server = await startMediaServer({
    sip: { host: config.MEDIA_HOST, port: config.MEDIA_SIP_PORT },
    eventSocket: { host: config.FREESWITCH_HOST, port: config.FREESWITCH_PORT, password: config.FREESWITCH_SECRET },
    rtp: {
      host: config.MEDIA_HOST,
      portMin: config.RTP_PORT_MIN,
      portMax: config.RTP_PORT_MAX,
      io: config.RTP_IO,
    },
    browsers: config.SIP_WS_PORT !== undefined || config.SIP_WSS_PORT !== undefined,
    log: (level, event, fields) => log[level]({ ...fields }, event),
  });
  const observed = await observe(
    config.OBSERVE_PORT,
    newMetrics('media'),
    () => 'ok',
    () => ({ ...server.metrics(), state: server.dump() }),
    { host: config.OBSERVE_HOST },
  );
  return {
    ports: { sip: server.sipPort, eventSocket: server.eventSocketPort, observe: observed.port },
    stop: () => server.close(),
  };
});
