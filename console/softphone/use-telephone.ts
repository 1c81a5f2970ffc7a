import { useCallback, useEffect, useReducer, useRef } from 'preact/hooks';
import { background, bodyOf, client } from '../ask/client.ts';
import { after as waitFor, every } from '../clock.ts';
import { askForMicrophone } from './microphone.ts';
import { ring } from './ringing.ts';
import type { SipPhone } from './sip-phone.ts';
import { after, off, type Happened, type Telephone, type WhyNot } from './state.ts';

/** Windows of one browser tell each other which of them has the telephone. */
const CHANNEL = 'homeline-telephone';
/** That it is on outlives a window that is loaded anew. */
const KEPT = 'homeline-telephone';
/** Who talks works: the server hears of it every so often, milliseconds. */
const IN_USE_MS = 60_000;
const INBOX = '*9';

/** What can be done with the telephone in the page. */
export interface TelephoneInPage {
  readonly telephone: Telephone;
  readonly turnOn: () => void;
  readonly turnOff: () => void;
  readonly answer: () => void;
  /** Calls what reads the agents their voice messages (ivr/desk/README.md). */
  readonly hearMessages: () => void;
  readonly hangUp: () => void;
  readonly mute: (on: boolean) => void;
  readonly press: (key: string) => void;
}

/** What is there once it is on. */
interface Standing {
  readonly phone: SipPhone;
  readonly username: string;
}

/** `wanted`: who is signed in has a place at the desk. */
export function useTelephone(wanted: boolean): TelephoneInPage {
  const [telephone, happened] = useReducer<Telephone, Happened>(after, off);
  const standing = useRef<Standing>(undefined);
  const audio = useRef<AudioContext>(undefined);
  const others = useRef<BroadcastChannel>(undefined);
  /** Of the last who turned it on or off: what one before has begun comes to nothing. */
  const turn = useRef(0);

  const letGo = useCallback((tell: boolean) => {
    turn.current++;
    const { phone, username } = standing.current ?? {};
    standing.current = undefined;
    void phone?.stop();
    if (!tell || username === undefined) return;
    const path = { params: { path: { username } }, keepalive: true };
    void bodyOf(background.DELETE('/v1/staff/softphone/{username}', path)).catch(() => undefined);
  }, []);

  const turnOn = useCallback(() => {
    const mine = ++turn.current;
    // Made while somebody presses a button: else browsers keep it silent.
    audio.current ??= new AudioContext();
    void audio.current.resume();
    happened({ kind: 'turn-on' });
    const fail = (why: WhyNot) => {
      if (mine !== turn.current) return;
      sessionStorage.removeItem(KEPT);
      happened({ kind: 'failed', why });
      letGo(true);
    };
    void (async () => {
      const why = await askForMicrophone();
      if (why) return fail(why);
      try {
        const [{ SipPhone }, account] = await Promise.all([
          import('./sip-phone.ts'),
          bodyOf(client.POST('/v1/staff/softphone')),
        ]);
        if (mine !== turn.current) return;
        const phone = new SipPhone(
          account,
          (what) => {
            if (mine !== turn.current) return;
            if (what.kind === 'failed') fail(what.why);
            else happened(what);
          },
          waitFor,
        );
        standing.current = { phone, username: account.username };
        others.current?.postMessage('taken');
        await phone.start();
        sessionStorage.setItem(KEPT, 'on');
      } catch {
        fail('no-server');
      }
    })();
  }, [letGo]);

  const turnOff = useCallback(() => {
    sessionStorage.removeItem(KEPT);
    letGo(true);
    happened({ kind: 'turned-off' });
  }, [letGo]);

  useEffect(() => {
    if (!wanted) return undefined;
    const channel = (others.current = new BroadcastChannel(CHANNEL));
    channel.addEventListener('message', () => {
      if (!standing.current) return;
      sessionStorage.removeItem(KEPT);
      letGo(false);
      happened({ kind: 'failed', why: 'elsewhere' });
    });
    if (sessionStorage.getItem(KEPT) === 'on') turnOn();
    const left = () => letGo(true);
    addEventListener('pagehide', left);
    return () => {
      removeEventListener('pagehide', left);
      channel.close();
      // Who signs in next turns it on themselves.
      sessionStorage.removeItem(KEPT);
      left();
    };
  }, [wanted, turnOn, letGo]);

  const { kind } = telephone;
  useEffect(() => (kind === 'ringing' && audio.current ? ring(audio.current) : undefined), [kind]);
  useEffect(() => {
    if (kind !== 'talking') return undefined;
    const inUse = () => void bodyOf(client.GET('/v1/staff/me')).catch(() => undefined);
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    const over = every(IN_USE_MS, inUse);
    return () => {
      removeEventListener('beforeunload', stay);
      over();
    };
  }, [kind]);

  return {
    ...{ telephone, turnOn, turnOff },
    answer: () => void standing.current?.phone.answer(),
    hearMessages: () => void standing.current?.phone.dial(INBOX),
    hangUp: () => void standing.current?.phone.hangUp(),
    mute: (on) => standing.current?.phone.mute(on),
    press: (key) => standing.current?.phone.press(key),
  };
}
