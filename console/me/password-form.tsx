import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Faults } from '../parts/faults.tsx';
import { SecretField } from '../parts/secret-field.tsx';
import { typedIn } from '../parts/typed.ts';
import { useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { CodeField } from './code-field.tsx';
import { missingOf, type MissingPassword } from './new-password.ts';

/** Another password of one's own. */
export function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const { words } = useWords();
  const { code: asksCode } = useMe();
  const { busy, failure, run } = useAct();
  const [shown, setShown] = useState(false);
  const [missing, setMissing] = useState<MissingPassword>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = typedIn(form);
    const code = typed('code').trim();
    const lacks = missingOf({
      ...{ current: typed('current'), newPassword: typed('new'), again: typed('again') },
      ...(asksCode && { code }),
    });
    setMissing(lacks);
    if (lacks !== undefined) return;
    const body = { password: typed('current'), newPassword: typed('new'), ...(asksCode && { code }) };
    void run(async () => {
      await bodyOf(client.PUT('/v1/staff/me/password', { body }));
      form.reset();
      onDone();
    });
  };
  return (
    <form class="own" onSubmit={submit} noValidate>
      <SecretField label={words.me.current} name="current" autocomplete="current-password" shown={shown} />
      {asksCode && <CodeField />}
      <SecretField
        label={words.me.newPassword}
        name="new"
        autocomplete="new-password"
        shown={shown}
        hint={words.me.rules}
      />
      <SecretField label={words.me.again} name="again" autocomplete="new-password" shown={shown} />
      <label class="check">
        <input type="checkbox" checked={shown} onChange={({ currentTarget }) => setShown(currentTarget.checked)} />
        {words.signIn.showPassword}
      </label>
      {missing !== undefined && (
        <p class="notice bad" role="alert">
          {words.me[missing]}
        </p>
      )}
      {missing === undefined && (
        <Faults
          failure={failure}
          wordsOf={words.staff.faults}
          codes={{ 'password-wrong': words.me.wrongPassword, 'staff-sign-in-locked': words.signIn.locked }}
        />
      )}
      <div class="acts">
        <button type="submit" class="primary" disabled={busy}>
          {words.me.setPassword}
        </button>
      </div>
    </form>
  );
}
