import type { AddressInfo } from 'node:net';
import { apiServer } from '#api/server.ts';
import { openDatabase } from '#db/connect.ts';
import { listFacilities } from '#db/facilities.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { main } from './child.ts';
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
  const server = apiServer({ db, token, health, metrics: newMetrics('api'), log });
  await server.listen({ host, port });
  return {
    ports: { http: (server.server.address() as AddressInfo).port },
    stop: async () => {
      await server.close();
      await db.destroy();
    },
  };
});
