import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { useDesk } from '../live/use-desk.tsx';
import { Failed } from '../parts/failed.tsx';
import { Badge } from '../parts/shown.tsx';
import { useMay, useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { CallForMe } from './call-for-me.tsx';
import { isReady, type Telephone } from './state.ts';
import { useTelephone } from './use-telephone.ts';

/** The telephone of who is signed in: whether calls are given to them, on which telephone, and the call that is theirs. */
export function PhonePanel() {
  const { words } = useWords();
  const { agentId } = useMe();
  const may = useMay();
  const { desk, mine, refresh } = useDesk();
  const { busy, failure, run } = useAct();
  const [wanted, setWanted] = useState<'ready' | 'away'>();
  const hasPlace = may('phone.use') && agentId !== undefined;
  const phone = useTelephone(hasPlace);
  if (!hasPlace) return null;
  const { telephone, turnOn, turnOff, hearMessages } = phone;
  const state = mine.value?.state;
  const turn = (state: 'ready' | 'away') => {
    setWanted(state);
    void run(async () => {
      await bodyOf(client.PUT('/v1/staff/desk/me', { body: { state } }));
      refresh();
    });
  };
  const isOff = telephone.kind === 'off';
  return (
    <section class="phone" aria-label={words.phone.title}>
      <h2>{words.phone.title}</h2>
      <CallForMe phone={phone} />
      <div class="switch" role="group" aria-label={words.phone.takes}>
        {(['ready', 'away'] as const).map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={state === one}
            disabled={(busy && wanted === one) || state === 'ringing' || state === 'talking'}
            onClick={() => turn(one)}
          >
            {words.phone[one]}
          </button>
        ))}
      </div>
      {failure && <Failed failure={failure} />}
      {telephone.kind === 'ready' && (
        <button type="button" disabled={state === 'ringing' || state === 'talking'} onClick={hearMessages}>
          {words.phone.messages.hear(desk.value?.messages ?? 0)}
        </button>
      )}
      <div class="here">
        <p role="status">
          <Badge kind={isReady(telephone) ? 'ready' : isOff ? 'away' : 'wrap-up'}>{badgeOf(words, telephone)}</Badge>
          <span>{toldOf(words, telephone, mine.value?.phone)}</span>
        </p>
        <button type="button" onClick={isOff ? turnOn : turnOff}>
          {isOff ? words.phone.turnOn : words.phone.turnOff}
        </button>
      </div>
    </section>
  );
}

const badgeOf = ({ phone: words }: Wording, telephone: Telephone): string =>
  isReady(telephone) ? words.on : telephone.kind === 'off' ? words.off : words.turningOn;

/** Whether it rings here, and if not, why, and where it does. */
function toldOf({ phone: words }: Wording, telephone: Telephone, registered: 'page' | 'table' | undefined): string {
  if ('connected' in telephone && !telephone.connected) return words.lost;
  if (telephone.kind === 'ready' && telephone.refused) return words.messages.refused;
  if (isReady(telephone)) return words.ringsHere;
  if (telephone.kind === 'turning-on') return telephone.again ? words.lost : words.microphone;
  if (telephone.kind === 'off' && telephone.why) return words.whyNot[telephone.why];
  return registered === 'table' ? words.ringsOnTable : words.ringsNowhere;
}
