import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { apiServer } from '#api/server.ts';
import { openDatabase } from '#db/connect.ts';
import { listFacilities } from '#db/facilities.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { main } from './child.ts';
import { WrongSetting } from './config.ts';
import { newMetrics } from './observe.ts';

const settings = z.object({
  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  API_TOKEN: z.string({ error: 'must be given, 16 characters or more' }).min(16),
});

/** The HTTP API: calls and blocks, for those who show the token. */
main('api', async (config, log) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const own = settings.safeParse(process.env);
  if (!own.success)
    throw new WrongSetting(
      `wrong setting: ${own.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
  const { API_HOST: host, API_PORT: port, API_TOKEN: token } = own.data;
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
