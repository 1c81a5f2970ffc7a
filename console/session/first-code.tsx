import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { ProveForm } from '../me/prove.tsx';
import { RecoveryCodesOnce } from '../me/recovery-codes.tsx';
import { SetUpCodeForm, type Begun } from '../me/set-up-code.tsx';
import { useWords } from '../wording/words.tsx';
import { LockedPage } from './locked-page.tsx';
import { useSession } from './session.tsx';

type Step =
  | { readonly at: 'prove' }
  | { readonly at: 'confirm'; readonly begun: Begun }
  | { readonly at: 'codes'; readonly codes: readonly string[] };

/** The page of whose role needs a second factor and has none yet. They go on once they have kept the recovery codes. */
export function FirstCode() {
  const { words } = useWords();
  const { ask } = useSession();
  const [step, setStep] = useState<Step>({ at: 'prove' });
  if (step.at === 'codes')
    return (
      <LockedPage key={step.at} title={words.me.recoveryTitle} explain={words.me.recoveryExplain}>
        <RecoveryCodesOnce codes={step.codes} onClose={ask} />
      </LockedPage>
    );
  return (
    <LockedPage key={step.at} title={words.me.firstCodeTitle} explain={words.me.firstCodeExplain}>
      {step.at === 'prove' && (
        <ProveForm
          submit={words.me.codeNext}
          work={async (body) => {
            const begun = await bodyOf(client.POST('/v1/staff/me/code', { body }));
            setStep({ at: 'confirm', begun });
          }}
        />
      )}
      {step.at === 'confirm' && (
        <SetUpCodeForm
          begun={step.begun}
          onCancel={() => setStep({ at: 'prove' })}
          onConfirmed={async (codes) => setStep({ at: 'codes', codes })}
        />
      )}
    </LockedPage>
  );
}
