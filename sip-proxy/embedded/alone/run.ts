import type { Log } from '../log.ts';
import { startSipServer, type SipServerMetrics } from '../server.ts';
import { PrometheusMetrics, serveMetrics } from './prometheus.ts';
import type { Settings } from './settings.ts';

export interface Running {
  readonly sipPort: number;
  /** `protocol/address:port` of each contact. */
  readonly contacts: readonly string[];
  readonly adminPort: number;
  readonly metricsPort: number | undefined;
  close(): Promise<void>;
}

const none: SipServerMetrics = {
  received: {},
  sent: {},
  repeated: 0,
  repeatedRequests: 0,
  proxied: 0,
  malformed: 0,
  refused: {},
  clients: 0,
  dialogs: 0,
  transactions: 0,
  waitingForClient: 0,
  tooMany: 0,
  strangersTurnedAway: 0,
};

/**
 * Starts the server as the settings say, and says which of them have no effect.
 * Rejects with the system's error when a port cannot be had.
 */
export const run = async (settings: Settings, log: Log, version: string, now: number): Promise<Running> => {
  if (settings.ignored.length > 0)
    log.warn({ settings: settings.ignored }, 'these settings are not honoured by this server');
  let look = (): SipServerMetrics => none;
  const metrics = new PrometheusMetrics(() => look(), version, now);
  const server = await startSipServer({ ...settings.server, log, onCallTime: metrics.onCallTime });
  look = () => server.metrics();
  const served =
    settings.prometheus &&
    (await serveMetrics(metrics, settings.prometheus).catch(async (error: unknown) => {
      await server.close();
      throw error;
    }));
  return {
    sipPort: server.sipPort,
    contacts: server.contacts,
    adminPort: server.adminPort,
    metricsPort: served?.port,
    close: async () => {
      served?.close();
      await server.close();
    },
  };
};
