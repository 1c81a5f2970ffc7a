import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Faults } from '../parts/faults.tsx';
import { QrPicture } from '../qr/qr-picture.tsx';
import { useWords } from '../wording/words.tsx';

export interface Begun {
  /** Base32. */
  readonly secret: string;
  readonly uri: string;
}

interface SetUpCodeFormProps {
  readonly begun: Begun;
  readonly onCancel: () => void;
  readonly onConfirmed: (recoveryCodes: readonly string[]) => Promise<void>;
}

interface SetUpCodeProps extends Omit<SetUpCodeFormProps, 'onCancel'> {
  readonly onClose: () => void;
}

export function SetUpCode({ onClose, ...form }: SetUpCodeProps) {
  const { words } = useWords();
  return (
    <Dialog title={words.me.codeBegin} onClose={onClose}>
      <SetUpCodeForm {...form} onCancel={onClose} />
    </Dialog>
  );
}

/** The key as a picture and as text, and a code of it, by which it counts. */
export function SetUpCodeForm({ begun, onCancel, onConfirmed }: SetUpCodeFormProps) {
  const { words } = useWords();
  const { busy, failure, run } = useAct();
  const [code, setCode] = useState('');
  const id = useId();
  const digits = code.replaceAll(' ', '');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      const { recoveryCodes } = await bodyOf(client.PUT('/v1/staff/me/code', { body: { code: digits } }));
      await onConfirmed(recoveryCodes);
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <p>{words.me.codeScan}</p>
      <QrPicture text={begun.uri} label={words.me.codePicture} />
      <p>
        {words.me.codeType} <code class="key">{begun.secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <div class="reason">
        <label for={id}>{words.me.codeConfirm}</label>
        <input
          id={id}
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={7}
          value={code}
          onInput={({ currentTarget }) => setCode(currentTarget.value)}
        />
      </div>
      <Faults failure={failure} wordsOf={{}} codes={{ 'code-wrong': words.me.codeWrong }} />
      <div class="acts">
        <button type="button" onClick={onCancel}>
          {words.common.cancel}
        </button>
        <button type="submit" class="primary" disabled={busy || !/^[0-9]{6}$/.test(digits)}>
          {words.me.codeSubmit}
        </button>
      </div>
    </form>
  );
}
