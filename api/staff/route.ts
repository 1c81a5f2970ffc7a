import type { IncomingHttpHeaders } from 'node:http';
import type { Act, Role } from '#accounts/access/acts.ts';
import type { DocumentDeps } from '#accounts/documents/ports.ts';
import type { StaffDeps } from '#accounts/staff/ports.ts';
import type { HolderDeps } from '#accounts/refunds/ports.ts';
import type { Database } from '#db/connect.ts';
import type { AuditEntry } from '#db/staff/audit.ts';
import type { DeskFeed } from '../desk-feed.ts';
import type { Asked, Route } from '../routes.ts';
import type { LiveFeed } from './views/live-feed.ts';
import type { SoftphoneHouse } from './views/softphone.ts';
import type { Sounds } from './views/sounds.ts';

/** What the routes of staff work with; a part of them that needs more adds it here. */
export interface StaffHouse extends StaffDeps {
  /** How often it is looked whether the session of an event stream is still good, milliseconds; watch.ts says so unless it is given. */
  readonly streamCheckMs?: number;
  /** Absent: nothing is decided here about refunds and cheques. */
  readonly refunds?: HolderDeps;
  /** Absent: nor about who somebody is. */
  readonly documents?: DocumentDeps;
  /** Absent: no recording is heard here. */
  readonly sounds?: Sounds;
  /** Absent: nobody hears here of the calls that go on, as they change. */
  readonly live?: LiveFeed;
  /** Absent: no page has a telephone here. */
  readonly softphone?: SoftphoneHouse;
  /** Absent: nor of the desk. */
  readonly desk?: DeskFeed;
}

/** Who asks: somebody who works here and is signed in. */
export interface Staff {
  readonly id: string;
  readonly role: Role;
  /** At the desk; undefined: they are none of its agents. */
  readonly agentId: string | undefined;
  /** Those of facility staff; facilitiesOf() and seesFacility() say what follows from them. */
  readonly facilityIds: readonly string[];
  readonly sessionId: string;
}

export interface StaffAsked extends Asked {
  readonly staff: Staff;
  readonly headers: IncomingHttpHeaders;
  /** The request came by https. */
  readonly secure: boolean;
  /** Aborted when whoever asks is gone, and when the session is over while an event stream runs. */
  readonly gone: AbortSignal;
  /**
   * Writes down what is done: in the transaction of every change, and before anything is heard. The act is the route's unless the entry has one; no
   * secret, neither before nor after.
   */
  audit(this: void, trx: Database, entry: Omit<AuditEntry, 'act'> & { readonly act?: string }): Promise<void>;
}

export interface StaffAnswer {
  readonly status: number;
  /** JSON; a Buffer or a Readable with `content-type` among the headers. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row of what staff may ask: its act is looked up in the table of accounts/access/ for whoever asks. */
export interface StaffRoute extends Omit<Route, 'run'> {
  readonly door: 'staff';
  readonly act: Act;
  run(db: Database, deps: StaffHouse, asked: StaffAsked): Promise<StaffAnswer>;
}
