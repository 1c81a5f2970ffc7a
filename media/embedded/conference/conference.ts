import { randomUUID } from 'node:crypto';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import type { Channel } from '#media/embedded/channel.ts';
import type { Engine } from '#media/embedded/engine.ts';
import type { EventHeaders } from '#media/embedded/event-socket/event.ts';
import type { Ticking } from '#media/embedded/tick.ts';
import { ConferenceRecordings } from './conference-recordings.ts';
import { conferenceHeaders, MAINTENANCE, memberHeaders } from './headers.ts';
import { Member } from './member.ts';
import { SoundQueue } from './sound-queue.ts';

/** mod_conference's own, where its configuration names none. */
const DOMAIN = 'cluecon.com';
const FALSE: ReadonlySet<string> = new Set(['no', 'off', 'false', 'f', '0', 'disabled', 'inactive', 'disallow']);

/**
 * Everybody hears everybody but themselves: each 20 ms what all said is added up once, and each member gets the sum without their own part.
 *
 *     member says ─► queue ─┐                    ┌─► sum - own ─► member hears
 *     member says ─► queue ─┼─► sum (32 bits) ───┼─► sum - own ─► member hears
 *     sounds ───────────────┘                    └─► sum ───────► recordings
 */
export class Conference implements Ticking {
  readonly engine: Engine;
  readonly name: string;
  readonly profile: string;
  readonly uuid = randomUUID();
  readonly recordings = new ConferenceRecordings(this);
  readonly sounds = new SoundQueue((file, samples) => this.#soundEnded(file, samples, false));
  readonly asyncSounds = new SoundQueue((file, samples) => this.#soundEnded(file, samples, true));
  readonly startedMs: number;
  locked = false;
  /** What who comes must type; empty: nothing. */
  pin = '';
  /** 0: as many as come. */
  maxMembers = 0;
  /** Seconds between the last mandatory member's leaving and the end. */
  graceSeconds = 0;
  readonly #members: Member[] = [];
  readonly #sum = new Int32Array(FRAME_SAMPLES);
  readonly #onOver: () => void;
  #floor: Member | undefined;
  #waitsForModerator: boolean;
  #atLeast = 1;
  #endsAtMs = Infinity;
  #over = false;

  constructor(
    engine: Engine,
    options: { name: string; profile: string; flags: ReadonlySet<string>; onOver: () => void },
  ) {
    this.engine = engine;
    this.name = options.name;
    this.profile = options.profile;
    this.startedMs = engine.now();
    this.#waitsForModerator = options.flags.has('wait-mod');
    this.#onOver = options.onOver;
  }

  get domain(): string {
    return DOMAIN;
  }

  /** Who has the floor: who came first, then who begins to talk while that one does not. */
  get floor(): Member | undefined {
    return this.#floor;
  }

  /** The newest first, as mod_conference lists them. */
  get members(): readonly Member[] {
    return [...this.#members].reverse();
  }

  get count(): number {
    return this.#members.length - this.ghosts;
  }

  get ghosts(): number {
    return this.#members.reduce((ghosts, member) => ghosts + (member.ghost ? 1 : 0), 0);
  }

  get waitsForModerator(): boolean {
    return this.#waitsForModerator;
  }

  get full(): boolean {
    return this.maxMembers > 0 && this.count >= this.maxMembers;
  }

  member(id: number): Member | undefined {
    return this.#members.find((member) => member.id === id);
  }

  join(channel: Channel, id: number, flags: ReadonlySet<string>, end: () => void): Member {
    const member = new Member({ id, channel, conference: this, flags, end });
    this.#members.push(member);
    if (flags.has('mintwo')) this.#atLeast = 2;
    if (member.moderator) this.#waitsForModerator = false;
    const { variables } = channel;
    variables.set('conference_name', this.name);
    variables.set('conference_uuid', this.uuid);
    variables.set('conference_member_id', String(id));
    variables.set('conference_moderator', String(member.moderator));
    variables.set('conference_ghost', String(member.ghost));
    this.tellOf(member, 'add-member');
    if (!this.#floor) this.#giveFloor(member);
    return member;
  }

  /** The member's application is over. Ends the conference when nobody who keeps it is left. */
  leave(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    this.#members.splice(at, 1);
    if (this.#floor === member) this.#floor = undefined;
    member.sounds.stop('all');
    this.tellOf(member, 'del-member');
    const ends = member.flags.has('endconf') || this.#members.length < this.#atLeast;
    if (ends) return this.end();
    if (!member.flags.has('mandatory_member_endconf')) return;
    if (this.#members.some((other) => other.flags.has('mandatory_member_endconf'))) return;
    this.#endsAtMs = this.engine.now() + this.graceSeconds * 1000;
  }

  /** Everybody leaves; those without `hangup_after_conference=false` are hung up. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.sounds.stop('all');
    this.asyncSounds.stop('all');
    for (const member of [...this.#members]) {
      const { channel } = member;
      if (FALSE.has((channel.variables.get('hangup_after_conference') ?? '').toLowerCase())) member.end();
      else channel.hangup('NORMAL_CLEARING');
    }
    this.recordings.stopAll();
    this.tell('conference-destroy');
    this.#onOver();
  }

  /** 20 ms. */
  tick(): void {
    if (this.#over) return;
    const sum = this.#sum.fill(0);
    const members = this.#members;
    if (this.#waitsForModerator) for (const member of members) member.withhold();
    else for (const member of members) member.contribute(sum);
    this.sounds.mixInto(sum);
    this.asyncSounds.mixInto(sum);
    this.recordings.put(sum);
    for (const member of members) member.receive(sum);
    if (this.#endsAtMs <= this.engine.now()) this.end();
  }

  /** Live state, for people. */
  dump(): unknown {
    const { name, uuid, locked, recordings } = this;
    const members = this.#members.map(({ id, channel, speaks, hears }) => ({
      id,
      channel: channel.uuid,
      speaks,
      hears,
    }));
    return { name, uuid, locked, recordings: recordings.paths, members };
  }

  /** An event about the conference. */
  tell(action: string, extra: EventHeaders = {}): void {
    this.engine.bus.fire('CUSTOM', {
      subclass: MAINTENANCE,
      headers: () => Object.assign(conferenceHeaders(this), { Action: action }, extra),
    });
  }

  /** An event about a member. */
  tellOf(member: Member, action: string, extra: EventHeaders = {}): void {
    this.engine.bus.fire('CUSTOM', {
      subclass: MAINTENANCE,
      channel: member.channel.uuid,
      headers: () => Object.assign(conferenceHeaders(this), memberHeaders(member), { Action: action }, extra),
    });
  }

  talkingChanged(member: Member, change: 'began' | 'ended'): void {
    if (!member.speaks) {
      if (change === 'began') this.tellOf(member, 'mute-detect');
      return;
    }
    this.tellOf(member, change === 'began' ? 'start-talking' : 'stop-talking');
    if (change === 'began' && member !== this.#floor && !this.#floor?.talking.now) this.#giveFloor(member);
  }

  #giveFloor(member: Member): void {
    const before = this.#floor;
    this.#floor = member;
    const ids = { 'Old-ID': before ? String(before.id) : 'none', 'New-ID': String(member.id) };
    this.tellOf(member, 'floor-change', ids);
  }

  sendToOthers(sender: Member, digit: string, duration: number): void {
    for (const member of this.#members)
      if (member !== sender && !member.flags.has('skip-dtmf')) member.channel.keys.send(digit, duration);
  }

  memberSoundEnded(member: Member, file: string, samples: number): void {
    this.tellOf(member, 'play-file-member-done', { ...lengthOf(samples), File: file });
  }

  #soundEnded(file: string, samples: number, async: boolean): void {
    this.tell('play-file-done', { ...lengthOf(samples), File: file, ...(async ? { Async: 'true' } : {}) });
  }
}

const lengthOf = (samples: number): EventHeaders => ({
  seconds: String(Math.floor(samples / 8000)),
  milliseconds: String(Math.floor(samples / 8)),
  samples: String(samples),
});
