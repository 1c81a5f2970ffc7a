import { startSipServer } from '#sip-proxy/embedded/server.ts';

/** The embedded SIP server alone. Its first word is where it listens. */
const host = '127.0.0.1';
const server = await startSipServer({
  sip: { host, port: 0 },
  admin: { host, port: 0, secret: 'word' },
});
process.on('message', () => process.send?.({ kind: 'state', metrics: server.metrics() }));
process.on('disconnect', () => void server.close().then(() => process.exit(0)));
process.send?.({ kind: 'ready', sipPort: server.sipPort, adminPort: server.adminPort });
