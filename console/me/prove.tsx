import { useState } from 'preact/hooks';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { WaysOut } from '../parts/ending.tsx';
import { Faults } from '../parts/faults.tsx';
import { SecretField } from '../parts/secret-field.tsx';
import { typedIn } from '../parts/typed.ts';
import { useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { CodeField } from './code-field.tsx';

export interface Proof {
  readonly password: string;
  readonly code?: string;
}

interface ProveFormProps {
  readonly submit: string;
  readonly danger?: boolean;
  readonly onCancel?: () => void;
  /** What is done once they have proven who they are; what it throws is told here. */
  readonly work: (proof: Proof) => Promise<void>;
}

interface ProveProps extends Omit<ProveFormProps, 'onCancel'> {
  readonly title: string;
  readonly onClose: () => void;
}

export function Prove({ title, onClose, ...form }: ProveProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <ProveForm {...form} onCancel={onClose} />
    </Dialog>
  );
}

/** Asks for the password again, and for a code where one is asked: nobody else does this at an empty desk. */
export function ProveForm({ submit, danger = false, onCancel, work }: ProveFormProps) {
  const { words } = useWords();
  const { code: asksCode } = useMe();
  const { busy, failure, run } = useAct();
  const [missing, setMissing] = useState(false);
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = typedIn(event.currentTarget);
    const [password, code] = [typed('current'), typed('code').trim()];
    const lacks = password === '' || (asksCode && code === '');
    setMissing(lacks);
    if (!lacks) void run(() => work({ password, ...(asksCode && { code }) }));
  };
  return (
    <form onSubmit={submitted} noValidate>
      <p>{words.me.codeProve}</p>
      <SecretField label={words.me.current} name="current" autocomplete="current-password" shown={false} />
      {asksCode && <CodeField />}
      {missing && (
        <p class="notice bad" role="alert">
          {words.me.needAll}
        </p>
      )}
      {!missing && (
        <Faults
          failure={failure}
          wordsOf={{}}
          codes={{ 'password-wrong': words.me.wrongPassword, 'staff-sign-in-locked': words.signIn.locked }}
        />
      )}
      <WaysOut busy={busy} submit={submit} danger={danger} onCancel={onCancel} />
    </form>
  );
}
