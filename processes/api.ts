import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { apiServer } from '#api/server.ts';
import { openDatabase, type Database } from '#db/connect.ts';
import { listFacilities } from '#db/facilities.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { receiveText, type ArrivedText } from '#accounts/notices/receive-text.ts';
import { main } from './child.ts';
import type { Config } from './config.ts';
import { openGateway } from './gateway.ts';
import { moneyOf } from './money.ts';
import { newMetrics } from './observe.ts';

/** The HTTP API: calls and blocks, for those who show the token. */
main('api', async (config, log) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const { API_HOST: host, API_PORT: port, API_TOKEN: token } = config;
  const db = openDatabase(config.DATABASE_URL, { name: 'homeline api', max: 8 });
  const health = async () => {
    try {
      await listFacilities(db);
      return 'ok';
    } catch (error) {
      if (isUnavailable(error)) return 'no database';
      throw error;
    }
  };
  const { PUBLIC_URL: publicUrl, TWILIO_AUTH_TOKEN: authToken } = config;
  const texts =
    publicUrl !== undefined && authToken !== undefined
      ? { publicUrl, authToken, receive: receiveWith(config, db, log) }
      : undefined;
  const server = apiServer({ db, token, health, metrics: newMetrics('api'), log, ...(texts && { texts }) });
  await server.listen({ host, port });
  return {
    ports: { http: (server.server.address() as AddressInfo).port },
    stop: async () => {
      await server.close();
      await db.destroy();
    },
  };
});

function receiveWith(config: Config, db: Database, log: Logger) {
  const { funding } = moneyOf(db, openGateway(config, db, log));
  return (text: ArrivedText) => receiveText(db, funding, text);
}
