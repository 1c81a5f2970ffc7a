import type { Database } from '#db/connect.ts';
import type { PromptStore } from '#media/prompts/prompt-store.ts';
import type { Sequences } from '#media/prompts/sequence.ts';
import type { MediaServers } from '#media/servers/media-servers.ts';
import type { SipServer } from '#sip-proxy/drachtio.ts';
import type { Trunk } from '#sip-proxy/trunks/trunk.ts';
import type { Limits } from './admission.ts';
import type { Log } from './cdr/call-record.ts';
import type { NoteSpool } from './cdr/note-spool.ts';
import type { Clock } from './clock.ts';
import type { FamilyLineHouse } from './family-line/house.ts';
import type { Meter } from './meter.ts';

/** Terms of service that an operator sets; times in seconds. */
export interface Terms {
  /** Distinguishes this process from its like; a process that starts under the same name takes up what the last one left. */
  readonly node: string;
  readonly realm: string;
  readonly digestSecret: string;
  readonly pinPepper: string;
  /** Wrong PINs of one facility in an hour at which an alarm is raised. */
  readonly wrongPinsAnHour: number;
  readonly spoolFolder: string;
  readonly callingNumber: string;
  readonly trunks: readonly Trunk[];
  readonly ringSeconds: number;
  readonly warningSeconds: number;
  readonly probeSeconds: number;
  /** How long the database may take for a block before the called party is told that it will come. */
  readonly blockSeconds: number;
  /** What this process may carry; calls beyond are refused with 503 and Retry-After. */
  readonly limits: Limits;
  /** The user part of a request that names no number but the service: the number is then asked for. */
  readonly serviceUsers: readonly string[];
}

/** Everything a call stands on. */
export interface Platform {
  readonly sip: SipServer;
  readonly media: MediaServers;
  readonly db: Database;
  /** What waits for the database while it is away. */
  readonly notes: NoteSpool;
  readonly prompts: PromptStore;
  readonly sequences: Sequences;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  /** How late the process lately comes to what is due, milliseconds. */
  readonly loopDelayMs: () => number;
  readonly terms: Terms;
  /** Undefined: no number leads to the 866 line. */
  readonly familyLine?: FamilyLineHouse;
}
