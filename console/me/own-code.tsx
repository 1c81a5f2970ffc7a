import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useSay } from '../parts/said.tsx';
import { useMe, useSession } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { Prove } from './prove.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUpCode, type Begun } from './set-up-code.tsx';

type Step =
  | { readonly at: 'begin' | 'remove' | 'renew' }
  | { readonly at: 'confirm'; readonly begun: Begun }
  | { readonly at: 'codes'; readonly codes: readonly string[] };

/** The second factor: set up, taken off, and what stands in for it when the phone is lost. */
export function OwnCode() {
  const { words } = useWords();
  const { code, codeRequired, recoveryCodesLeft = 0 } = useMe();
  const { enter } = useSession();
  const say = useSay();
  const [step, setStep] = useState<Step>();
  const close = () => setStep(undefined);
  const refresh = async () => enter(await bodyOf(client.GET('/v1/staff/me')));
  const shown = async (codes: readonly string[]) => {
    setStep({ at: 'codes', codes });
    await refresh();
  };
  return (
    <section class="card">
      <h2>{words.me.codeTitle}</h2>
      <p>{code ? words.me.codeOn(recoveryCodesLeft) : words.me.codeOff}</p>
      {codeRequired && <p class="hint">{words.me.codeOfRole}</p>}
      <div class="acts">
        {!code && (
          <button type="button" class="primary" onClick={() => setStep({ at: 'begin' })}>
            {words.me.codeBegin} …
          </button>
        )}
        {code && (
          <>
            <button type="button" onClick={() => setStep({ at: 'renew' })}>
              {words.me.recoveryNew} …
            </button>
            <button type="button" onClick={() => setStep({ at: 'begin' })}>
              {words.me.codeMove} …
            </button>
            {!codeRequired && (
              <button type="button" class="danger" onClick={() => setStep({ at: 'remove' })}>
                {words.me.codeRemove} …
              </button>
            )}
          </>
        )}
      </div>
      {step?.at === 'begin' && (
        <Prove
          title={code ? words.me.codeMove : words.me.codeBegin}
          submit={words.me.codeNext}
          onClose={close}
          work={async (body) => {
            const begun = await bodyOf(client.POST('/v1/staff/me/code', { body }));
            setStep({ at: 'confirm', begun });
          }}
        />
      )}
      {step?.at === 'confirm' && <SetUpCode begun={step.begun} onClose={close} onConfirmed={shown} />}
      {step?.at === 'renew' && (
        <Prove
          title={words.me.recoveryNew}
          submit={words.me.recoveryNew}
          onClose={close}
          work={async (body) => {
            const { recoveryCodes } = await bodyOf(client.POST('/v1/staff/me/recovery-codes', { body }));
            await shown(recoveryCodes);
          }}
        />
      )}
      {step?.at === 'remove' && (
        <Prove
          title={words.me.codeRemove}
          submit={words.me.codeRemove}
          danger
          onClose={close}
          work={async (body) => {
            await bodyOf(client.POST('/v1/staff/me/code/removal', { body }));
            close();
            say(words.me.codeRemoved);
            await refresh();
          }}
        />
      )}
      {step?.at === 'codes' && <RecoveryCodes codes={step.codes} onClose={close} />}
    </section>
  );
}
