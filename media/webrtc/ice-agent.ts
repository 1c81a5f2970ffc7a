import { randomBytes } from 'node:crypto';
import { CandidatePair } from './candidate-pair.ts';
import type { IceCredentials } from './credentials.ts';
import { PEER_REFLEXIVE_PRIORITY, type Candidate } from './ice-candidate.ts';
import { isAuthentic, parseStun, TRANSACTION_BYTES, writeStun, type StunAddress, type StunMessage } from './stun.ts';

/** §14.2: no two checks closer to each other. */
const PACE_MS = 50;
/** RFC 7675 §5.1: asked about every five seconds, a fifth more or less; thirty seconds without an answer are the end. */
const CONSENT_MS = 5000;
const CONSENT_SPREAD = 0.2;
const CONSENT_LOST_MS = 30_000;
/** What a peer may name, and may come from unnamed. */
export const MOST_CANDIDATES = 16;
const MOST_PAIRS = MOST_CANDIDATES + 8;
/** Answers to checks of the peer, in one second: more is no ICE. */
const MOST_ANSWERS_PER_SECOND = 100;

/** What was agreed on in SDP. */
export type IceAgreement = {
  readonly local: IceCredentials;
  readonly remote: IceCredentials;
  readonly candidates: readonly Candidate[];
  /** We nominate (RFC 8445 §6.1.1). */
  readonly controlling: boolean;
};

type Options = {
  readonly send: (bytes: Buffer, to: StunAddress) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
};

const keyOf = ({ address, port }: StunAddress): string => `${address}:${port}`;

/**
 * ICE of one RTP session, RFC 8445, with one candidate of our own: a full agent that learns where the peer is from the checks of the peer as
 * well as from its own.
 *
 *     peer's check, authentic ──► answered ──► our own check of where it came from ──► answered: valid
 *     we control:  the first valid pair is nominated ──► answered: the path
 *     peer does:   it nominates one that is valid, or becomes so ──► the path
 *     path ──► every 5 s asked again ──► 30 s without an answer: lost (RFC 7675)
 *
 * Messages of strangers, who do not know our password, are not answered at all.
 */
export class IceAgent {
  readonly #send: Options['send'];
  readonly #now: Options['now'];
  readonly #random: Options['random'];
  readonly #tieBreaker = randomBytes(8).readBigUInt64BE();
  #pairs = new Map<string, CandidatePair>();
  #agreed: IceAgreement | undefined;
  #controlling = false;
  #path: CandidatePair | undefined;
  #formerPath: StunAddress | null = null;
  #consentMs: number;
  #askMs = 0;
  #paceMs = -PACE_MS;
  #secondMs = 0;
  #answers = 0;
  /** Messages that were not answered: of strangers, malformed, or too many. */
  ignored = 0;

  constructor(options: Options) {
    this.#send = options.send;
    this.#now = options.now;
    this.#random = options.random;
    this.#consentMs = options.now();
  }

  /** Where media goes: the nominated pair, before that the first valid one, after a restart what it was until there is one. */
  get path(): StunAddress | null {
    return (this.#path ?? this.#firstValid())?.remote ?? this.#formerPath;
  }

  /** A pair has been nominated. */
  get settled(): boolean {
    return this.#path !== undefined;
  }

  get controlling(): boolean {
    return this.#controlling;
  }

  /** Nobody agrees any more to be sent anything. */
  get lost(): boolean {
    return this.#agreed !== undefined && this.#now() - this.#consentMs >= CONSENT_LOST_MS;
  }

  /** Is this where the peer has been proven to be? */
  allows(source: StunAddress): boolean {
    if (this.#formerPath && keyOf(this.#formerPath) === keyOf(source)) return true;
    const pair = this.#pairs.get(keyOf(source));
    return pair !== undefined && (pair.heard || pair.state === 'valid');
  }

  /** What was agreed on. Other credentials of the peer are a restart (RFC 8839 §4.4.1.1.1). */
  follow(agreed: IceAgreement): void {
    const former = this.#agreed;
    this.#agreed = agreed;
    if (!former || former.remote.ufrag !== agreed.remote.ufrag || former.remote.pwd !== agreed.remote.pwd) {
      this.#formerPath = this.path;
      this.#controlling = agreed.controlling;
      this.#consentMs = this.#now();
      this.#path = undefined;
      this.#pairs = new Map();
    }
    for (const candidate of agreed.candidates) this.#pair(candidate, candidate.priority);
  }

  /** A datagram that may be STUN. */
  receive(bytes: Buffer, source: StunAddress): void {
    const message = parseStun(bytes);
    const agreed = this.#agreed;
    if (!message || !agreed) this.ignored += 1;
    else if (message.kind === 'request') this.#asked(message, bytes, source, agreed);
    else if (message.kind === 'success' || message.kind === 'error') this.#answered(message, bytes, source, agreed);
  }

  /** At least every 20 ms. */
  tick(): void {
    const agreed = this.#agreed;
    if (!agreed) return;
    const nowMs = this.#now();
    if (this.#path && nowMs >= this.#askMs) this.#ask(this.#path, agreed, nowMs);
    if (nowMs - this.#paceMs < PACE_MS) return;
    const pair = this.#next(nowMs);
    if (pair) this.#check(pair, agreed, nowMs);
  }

  #firstValid(): CandidatePair | undefined {
    for (const pair of this.#pairs.values()) if (pair.state === 'valid') return pair;
    return undefined;
  }

  /** The pair of an address; one that failed makes room where there is none. */
  #pair(remote: StunAddress, priority: number): CandidatePair | undefined {
    const key = keyOf(remote);
    const known = this.#pairs.get(key);
    if (known) return known;
    if (this.#pairs.size >= MOST_PAIRS) {
      const failed = [...this.#pairs].find(([, { state }]) => state === 'failed');
      if (!failed) return undefined;
      this.#pairs.delete(failed[0]);
    }
    const pair = new CandidatePair({ address: remote.address, port: remote.port }, priority);
    this.#pairs.set(key, pair);
    return pair;
  }

  /** The pair to be checked now: what nominates, or was asked for by a check of the peer, before the others. */
  #next(nowMs: number): CandidatePair | undefined {
    const due = [...this.#pairs.values()].filter((pair) => pair.due(nowMs) && !pair.giveUp());
    const urgency = (pair: CandidatePair): number => (pair.nominating ? 2 : pair.heard ? 1 : 0);
    return due.sort((a, b) => urgency(b) - urgency(a) || b.priority - a.priority)[0];
  }

  #check(pair: CandidatePair, agreed: IceAgreement, nowMs: number): void {
    const transaction = randomBytes(TRANSACTION_BYTES);
    pair.sent(transaction, this.#controlling, nowMs);
    this.#paceMs = nowMs;
    this.#request(pair, transaction, agreed);
  }

  /** Consent, RFC 7675. */
  #ask(path: CandidatePair, agreed: IceAgreement, nowMs: number): void {
    const transaction = randomBytes(TRANSACTION_BYTES);
    path.asked(transaction, this.#controlling);
    this.#askMs = nowMs + CONSENT_MS * (1 - CONSENT_SPREAD + 2 * CONSENT_SPREAD * this.#random());
    this.#request(path, transaction, agreed);
  }

  #request(pair: CandidatePair, transaction: Buffer, { local, remote }: IceAgreement): void {
    const content = {
      username: `${remote.ufrag}:${local.ufrag}`,
      // RFC 8445 §7.1.1: what a peer that does not know this address of ours shall think of it
      priority: PEER_REFLEXIVE_PRIORITY,
      useCandidate: this.#controlling && pair.nominating,
      ...(this.#controlling ? { controlling: this.#tieBreaker } : { controlled: this.#tieBreaker }),
    };
    this.#send(writeStun('request', transaction, content, remote.pwd), pair.remote);
  }

  /** A check of the peer, RFC 8445 §7.3. */
  #asked(message: StunMessage, bytes: Buffer, source: StunAddress, agreed: IceAgreement): void {
    const nowMs = this.#now();
    const { local, remote } = agreed;
    const known = message.username === `${local.ufrag}:${remote.ufrag}` && isAuthentic(bytes, message, local.pwd);
    if (!known || this.#tooMany(nowMs)) {
      this.ignored += 1;
      return;
    }
    if (this.#conflicts(message)) {
      this.#send(writeStun('error', message.transaction, { errorCode: 487 }, local.pwd), source);
      return;
    }
    const pair = this.#pair(source, message.priority ?? 0);
    if (!pair) return;
    this.#send(writeStun('success', message.transaction, { xorMapped: source }, local.pwd), source);
    if (!pair.heard || pair.state === 'failed') {
      pair.heard = true;
      pair.recheck(nowMs);
    }
    if (!message.useCandidate || this.#controlling) return;
    pair.wanted = true;
    this.#choose(pair);
  }

  #tooMany(nowMs: number): boolean {
    if (nowMs - this.#secondMs >= 1000) {
      this.#secondMs = nowMs;
      this.#answers = 0;
    }
    this.#answers += 1;
    return this.#answers > MOST_ANSWERS_PER_SECOND;
  }

  /** §7.3.1.1: both control, or none does. The greater tie-breaker controls. True: the peer has to change its mind. */
  #conflicts({ controlling, controlled }: StunMessage): boolean {
    if (this.#controlling && controlling !== undefined) {
      if (this.#tieBreaker >= controlling) return true;
      this.#switchRole();
    } else if (!this.#controlling && controlled !== undefined) {
      if (this.#tieBreaker < controlled) return true;
      this.#switchRole();
    }
    return false;
  }

  #switchRole(): void {
    this.#controlling = !this.#controlling;
    for (const pair of this.#pairs.values()) pair.nominating = false;
    const valid = this.#firstValid();
    if (valid) this.#nominate(valid);
  }

  /** An answer to a check of ours, §7.2.5. */
  #answered(message: StunMessage, bytes: Buffer, source: StunAddress, agreed: IceAgreement): void {
    const pair = this.#pairs.get(keyOf(source));
    if (!pair || !isAuthentic(bytes, message, agreed.remote.pwd)) {
      this.ignored += 1;
      return;
    }
    const check = pair.answered(message.transaction);
    if (!check) return;
    if (message.kind === 'error') {
      // the role that the check was sent in is given up, and that once
      if (message.errorCode !== 487 || check.controlling !== this.#controlling) return;
      this.#switchRole();
      return pair.recheck(this.#now());
    }
    this.#consentMs = this.#now();
    pair.state = 'valid';
    if (check.nominates && this.#controlling) {
      pair.nominating = false;
      pair.wanted = true;
    } else this.#nominate(pair);
    this.#choose(pair);
  }

  /** We control: the first pair that is valid is the one. */
  #nominate(pair: CandidatePair): void {
    if (!this.#controlling || this.#path || [...this.#pairs.values()].some(({ nominating }) => nominating)) return;
    pair.nominating = true;
    pair.recheck(this.#now());
  }

  #choose(pair: CandidatePair): void {
    if (!pair.wanted || pair.state !== 'valid' || this.#path === pair) return;
    this.#path = pair;
    this.#formerPath = null;
    this.#askMs = this.#now() + CONSENT_MS * (1 - CONSENT_SPREAD + 2 * CONSENT_SPREAD * this.#random());
  }
}
