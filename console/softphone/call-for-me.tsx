import { useDesk, type MyDesk } from '../live/use-desk.tsx';
import { Badge, NumberLink } from '../parts/shown.tsx';
import { PHONE_IDS } from '../keys/use-keys.ts';
import { Link } from '../routing/router.tsx';
import { useWords } from '../wording/words.tsx';
import { Messages } from './messages.tsx';
import { Talk } from './talk.tsx';
import type { TelephoneInPage } from './use-telephone.ts';
import { WrapUp } from './wrap-up.tsx';

type Call = NonNullable<MyDesk['call']>;

/** The call that is the agent's, on whichever telephone, or a ringing telephone in the page. */
export function CallForMe({ phone }: { readonly phone: TelephoneInPage }) {
  const { words } = useWords();
  const { mine } = useDesk();
  const { telephone, answer, hangUp } = phone;
  const { state, call } = mine.value ?? {};
  if (telephone.kind === 'ringing')
    return (
      <div class="mine rings" role="alert">
        <p class="head">{words.phone.rings}</p>
        {call && state === 'ringing' && <WhoCalls call={call} />}
        <div class="acts">
          <button type="button" class="primary" id={PHONE_IDS.answer} onClick={answer}>
            {words.phone.answer}
          </button>
          <button type="button" onClick={hangUp}>
            {words.phone.refuse}
          </button>
        </div>
      </div>
    );
  if (telephone.kind === 'dialling' || (telephone.kind === 'talking' && telephone.about === 'messages'))
    return (
      <div class="mine">
        <Messages phone={phone} />
      </div>
    );
  if (call && state === 'ringing')
    return (
      <div class="mine rings" role="alert">
        <p class="head">{words.phone.ringsElsewhere}</p>
        <WhoCalls call={call} />
      </div>
    );
  if (telephone.kind === 'talking' || state === 'talking')
    return (
      <div class="mine">
        {call && state === 'talking' && <WhoCalls call={call} />}
        <Talk call={state === 'talking' ? call : undefined} codes={mine.value?.codes ?? []} phone={phone} />
      </div>
    );
  if (call && state === 'wrap-up')
    return (
      <div class="mine">
        <WrapUp call={call} codes={mine.value?.codes ?? []} until={mine.value?.until} />
      </div>
    );
  return null;
}

/** Number, account and language, who passed it on, and what they wrote. */
function WhoCalls({ call: { number, accountId, accountNumber, language, way, from, note } }: { readonly call: Call }) {
  const { words } = useWords();
  return (
    <div class="who-calls">
      <p>
        <NumberLink number={number} /> <Badge kind="plain">{words.common.languages[language]}</Badge>
      </p>
      {accountId !== undefined && (
        <p>
          {words.common.account} <Link to={{ page: 'account', id: accountId }}>{accountNumber ?? accountId}</Link>
        </p>
      )}
      {way === 'call-back' && <p>{words.desk.callBack}</p>}
      {from && <p>{words.phone.from(from.name, from.extension)}</p>}
      {note !== undefined && <blockquote>{note}</blockquote>}
    </div>
  );
}
