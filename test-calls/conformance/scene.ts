import { mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { AdminClient } from './admin-client.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';
import { EventSocket } from './event-socket.ts';
import { Names } from './names.ts';
import type { Pair } from './pair.ts';
import type { Fields, RawEntry, Trace } from './trace.ts';
import { WirePhone } from './wire-phone.ts';

/** A scenario, written once against the wire. It is over when everything it wants to have seen is there. */
export type Play = (scene: Scene) => Promise<void>;

/** What every case of a run shares. */
export interface House {
  readonly pair: Pair;
  /** A folder that the servers can read and write. */
  readonly folder: string;
  readonly coreUuid: string;
}

/** What one case is played with: phones, applications, endpoints. All that they see is the trace. */
export class Scene {
  readonly pair: Pair;
  /** Of this case alone. */
  readonly folder: string;
  readonly names = new Names();
  readonly #sounds: string;
  readonly #phones: WirePhone[] = [];
  readonly #clients: AdminClient[] = [];
  readonly #routed: AdminClient[] = [];
  readonly #endpoints: Endpoint[] = [];
  readonly #sockets: EventSocket[] = [];
  readonly #facts: RawEntry[] = [];
  readonly #silenced = new Set<string>();
  /** Endpoints whose end belongs to the case. */
  readonly #ended = new Set<Endpoint>();

  constructor(house: House, number: number) {
    const { pair, folder, coreUuid } = house;
    this.pair = pair;
    this.folder = join(folder, `case-${number}`);
    this.#sounds = join(folder, 'sounds');
    mkdirSync(this.folder, { recursive: true });
    this.names.know(this.folder, 'folder');
    this.names.know(this.#sounds, 'sounds');
    this.names.know(coreUuid, 'core');
    for (const address of Object.values(networkInterfaces()).flat())
      if (address && !address.internal) this.names.know(address.address, 'machine');
    this.names.knowPort(pair.sipPort, 'sip server');
    this.names.knowPort(pair.adminPort, 'admin port');
    this.names.knowPort(pair.mediaSipPort, 'media server');
    this.names.knowPort(pair.eventSocketPort, 'event socket');
  }

  /** The path of a sound that all cases share. */
  sound(name: string): string {
    return join(this.#sounds, name);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** A name for a room that no other case has. */
  room(name: string): string {
    const room = `${name}-${this.folder.slice(this.folder.lastIndexOf('-') + 1)}-${Date.now().toString(36)}`;
    this.names.know(room, name);
    return room;
  }

  async phone(name: string): Promise<WirePhone> {
    const phone = await WirePhone.open(name);
    this.names.knowPort(phone.port, name);
    this.#phones.push(phone);
    return phone;
  }

  /** An application that is connected and may command, with routes to it. */
  async app(name = 'app', ...routes: readonly string[]): Promise<AdminClient> {
    const app = await this.stranger(name);
    await app.ask(`authenticate|${this.pair.adminSecret}`, undefined, 'fence');
    for (const route of routes) await app.ask(`route|${route}`, undefined, 'fence');
    if (routes.length > 0) this.#routed.push(app);
    return app;
  }

  /** A connection to the admin port that has not said anything yet. */
  async stranger(name = 'app'): Promise<AdminClient> {
    const app = await AdminClient.open(name, this.pair.adminPort);
    this.#clients.push(app);
    return app;
  }

  async endpoint(name: string, options?: EndpointOptions): Promise<Endpoint> {
    const { mediaSipPort: sipPort, eventSocketPort, eventSocketPassword: password } = this.pair;
    const endpoint = await Endpoint.open(name, { sipPort, eventSocketPort, password }, options);
    this.names.know(endpoint.call.id, `call ${name}`);
    this.names.know(`z9hG4bK-invite-${endpoint.call.id}`, `branch of the INVITE of ${name}`);
    this.names.know(`z9hG4bK-ack-${endpoint.call.id}`, `branch of the ACK of ${name}`);
    this.names.know(endpoint.call.localTag, `tag of ${name}`);
    this.names.know(endpoint.call.remoteTag ?? '', `server tag of ${name}`);
    this.names.know(endpoint.uuid, `channel ${name}`);
    this.names.knowPort(endpoint.phone.port, `phone ${name}`);
    const outbound = /:(\d+)$/.exec(endpoint.data['variable_sip_h_X-esl-outbound'] ?? '')?.[1];
    if (outbound !== undefined) this.names.knowPort(Number(outbound), `controller ${name}`);
    this.names.knowPort(endpoint.mediaPort, `rtp ${name}`);
    this.names.knowPort(endpoint.mediaPort + 1, `rtcp ${name}`);
    this.names.knowPort(Number(/m=audio (\d+)/.exec(endpoint.rtp.sdp())?.[1]), `ear ${name}`);
    endpoint.onId = (id, as) => this.names.know(id, as);
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** A connection to the event socket; with the password unless it is a stranger's. */
  async socket(name = 'socket', { authorised = true } = {}): Promise<EventSocket> {
    const socket = await EventSocket.open(name, this.pair.eventSocketPort);
    this.#sockets.push(socket);
    if (authorised) {
      await socket.told('auth/request');
      await socket.ask(`auth ${this.pair.eventSocketPassword}`, 'auth');
    }
    return socket;
  }

  /** Something that is no message: a file that was written, a sound that was heard. */
  fact(what: string, fields: Fields): void {
    this.#facts.push({ what, fields });
  }

  /** Tracks whose order is a matter of chance: the case says in facts what it saw. */
  silence(...tracks: readonly string[]): void {
    for (const track of tracks) this.#silenced.add(track);
  }

  /** The endpoint's end is part of the trace; resolves when its last event is there. */
  async end(endpoint: Endpoint): Promise<void> {
    this.#ended.add(endpoint);
    await endpoint.events.next('CHANNEL_DESTROY');
    await endpoint.control.closed;
  }

  /** The trace so far, once everything that is under way has arrived. */
  async trace(): Promise<Trace> {
    for (const app of this.#clients) await Promise.race([app.fence(), app.closed]);
    for (const phone of this.#phones) await phone.fence(this.pair.sipPort);
    for (const endpoint of this.#endpoints) {
      if (this.#ended.has(endpoint)) continue;
      await endpoint.events.ask(`api uuid_kill ${endpoint.uuid}`, 'fence');
      await endpoint.events.next('CHANNEL_DESTROY');
    }
    return this.names.trace(this.#tracks());
  }

  async close(): Promise<void> {
    // a server that has not noticed yet that an application is gone would give it the next call
    for (const app of this.#routed)
      await Promise.race([app.ask('remove_route|invite', undefined, 'fence'), app.closed]);
    for (const app of this.#clients) app.close();
    for (const phone of this.#phones) phone.close();
    for (const socket of this.#sockets) socket.close();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  #tracks(): Map<string, readonly RawEntry[]> {
    const tracks = new Map<string, readonly RawEntry[]>();
    const add = (name: string, entries: readonly RawEntry[]): void => {
      if (!this.#silenced.has(name) && entries.some(({ silent }) => silent !== true)) tracks.set(name, entries);
    };
    for (const phone of this.#phones) add(phone.name, phone.track);
    for (const app of this.#clients) {
      add(`${app.name} frames`, app.frames);
      add(`${app.name} replies`, app.replies);
    }
    for (const socket of this.#sockets) {
      add(`${socket.name} replies`, socket.replies.filter(told));
      add(`${socket.name} events`, socket.events);
    }
    const end = this.#endOfPlay();
    for (const endpoint of this.#endpoints) this.#endpointTracks(endpoint, end, add);
    add('facts', this.#facts);
    return tracks;
  }

  /** The number of the first event that came of ending what the case left standing. */
  #endOfPlay(): number {
    const left = this.#endpoints.filter((endpoint) => !this.#ended.has(endpoint));
    const ends = left.map(({ events }) => events.events.find(({ fields }) => fields['Answer-State'] === 'hangup'));
    return Math.min(...ends.map((entry) => Number(entry?.fields['Event-Sequence'] ?? Infinity)));
  }

  /** What ended an endpoint that the case left standing does not belong to it. */
  #endpointTracks(endpoint: Endpoint, end: number, add: (name: string, entries: readonly RawEntry[]) => void): void {
    const whole = this.#ended.has(endpoint);
    const { name, phone, control, events } = endpoint;
    const until = (entries: readonly RawEntry[], over: (entry: RawEntry) => boolean): readonly RawEntry[] => {
      const at = whole ? -1 : entries.findIndex(over);
      return at < 0 ? entries : entries.slice(0, at);
    };
    const hungUp = ({ fields }: RawEntry): boolean => Number(fields['Event-Sequence']) >= end;
    add(`${name} events`, until(events.events, hungUp));
    add(`${name} controller events`, until(control.events, hungUp));
    const notice = ({ what }: RawEntry): boolean => what === 'text/disconnect-notice';
    const replies = control.replies.filter((entry) => (told(entry) && !whole ? !notice(entry) : told(entry)));
    add(`${name} replies`, replies);
    add(
      `${name} phone`,
      until(phone.track, ({ what }) => what === 'BYE').filter(({ what }) => what !== '100 INVITE'),
    );
  }
}

/** Answers to what only prepares the case are no part of it. */
const told = ({ what }: RawEntry): boolean =>
  !['reply to connect', 'reply to auth', 'reply to fence', 'auth/request'].includes(what);
