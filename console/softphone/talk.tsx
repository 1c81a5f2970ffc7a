import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { secondsBetween, shownSeconds } from '../format/time.ts';
import { PHONE_IDS } from '../keys/use-keys.ts';
import { useDesk, type MyDesk } from '../live/use-desk.tsx';
import { useNow } from '../live/use-now.ts';
import { Failed } from '../parts/failed.tsx';
import { useWords } from '../wording/words.tsx';
import { Codes } from './codes.tsx';
import { Keypad } from './keypad.tsx';
import { Listening } from './listening.tsx';
import { LastPayment } from './last-payment.tsx';
import { Transfer } from './transfer.tsx';
import type { TelephoneInPage } from './use-telephone.ts';

interface TalkProps {
  /** With a family; undefined: another call, such as a supervisor's who listens. */
  readonly call: MyDesk['call'];
  readonly codes: MyDesk['codes'];
  readonly phone: TelephoneInPage;
}

/** What an agent does in a talk. On the telephone on their table they do the rest there. */
export function Talk({ call, codes, phone: { telephone, hangUp, mute, press } }: TalkProps) {
  const { words } = useWords();
  const now = useNow();
  const { refresh } = useDesk();
  const { busy, failure, run } = useAct();
  const [shown, setShown] = useState<'keypad' | 'transfer'>();
  const aside = call?.aside;
  const here = telephone.kind === 'talking' ? telephone : undefined;
  const order = (kind: 'hold' | 'resume') =>
    void run(async () => {
      const path = '/v1/staff/desk/me/talk';
      await bodyOf(kind === 'hold' ? client.POST(`${path}/hold`) : client.POST(`${path}/resume`));
      refresh();
    });
  return (
    <>
      <p class="head" role="status">
        {aside ? words.phone.asides[aside] : words.phone.talking}
        {call?.talkingAt !== undefined && (
          <span class="number" aria-hidden="true">
            {' '}
            {shownSeconds(secondsBetween(call.talkingAt, now))}
          </span>
        )}
      </p>
      {here && !here.connected && (
        <p class="hint" role="status">
          {words.phone.talkGoesOn}
        </p>
      )}
      {call?.payment && aside !== 'paying' && <LastPayment payment={call.payment} />}
      {here && !call && <Listening press={press} />}
      <div class="buttons">
        {call && (
          <button
            type="button"
            id={PHONE_IDS.hold}
            aria-pressed={aside === 'held'}
            disabled={busy || aside === 'paying'}
            onClick={() => order(aside === 'held' ? 'resume' : 'hold')}
          >
            {aside === 'held' ? words.phone.resume : words.phone.hold}
          </button>
        )}
        {call && (
          <button type="button" disabled={aside === 'paying'} onClick={() => setShown('transfer')}>
            {words.phone.transfer} …
          </button>
        )}
        {here && (
          <button type="button" id={PHONE_IDS.mute} aria-pressed={here.muted} onClick={() => mute(!here.muted)}>
            {here.muted ? words.phone.unmute : words.phone.mute}
          </button>
        )}
        {here && (
          <button
            type="button"
            aria-expanded={shown === 'keypad'}
            onClick={() => setShown(shown === 'keypad' ? undefined : 'keypad')}
          >
            {words.phone.keypad}
          </button>
        )}
      </div>
      {here && shown === 'keypad' && <Keypad onPress={press} />}
      {failure && <Failed failure={failure} />}
      {here && (
        <button type="button" class="danger" onClick={hangUp}>
          {words.phone.end}
        </button>
      )}
      {call && <Codes call={call} codes={codes} />}
      {shown === 'transfer' && <Transfer onClose={() => setShown(undefined)} />}
    </>
  );
}
