import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import type { Failure } from '../ask/failure.ts';
import { useAct } from '../ask/use-act.ts';
import { saidOf } from '../parts/failed.tsx';
import { typedIn } from '../parts/typed.ts';
import { Settings } from '../settings/settings.tsx';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { useSession, type Me } from './session.tsx';
import type { Away } from './why-out.ts';

/** The page of who is not signed in. What was typed leaves this page with the one request that signs in. */
export function SignIn({ why }: { readonly why: Away }) {
  const { words } = useWords();
  const { enter } = useSession();
  const { busy, failure, run } = useAct();
  const [shown, setShown] = useState(false);
  const id = useId();
  const wrong = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    document.title = `${words.signIn.title} · Homeline`;
  }, [words]);
  useEffect(() => {
    if (failure) wrong.current?.focus();
  }, [failure]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = typedIn(event.currentTarget);
    const code = typed('code').replaceAll(' ', '');
    void run(async () => {
      const body = {
        username: typed('username').trim(),
        password: typed('password'),
        ...(code !== '' && { code }),
      };
      enter(await bodyOf<Me>(client.POST('/v1/staff/sessions', { body })));
    });
  };
  const told = why === 'first' ? undefined : words.signIn[why];
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <p class="brand">
          Homeline <small>{words.brandNote}</small>
        </p>
        <h1>{words.signIn.title}</h1>
        {told !== undefined && !failure && (
          <p class="notice" role="status">
            {told}
          </p>
        )}
        {failure && (
          <p class="notice bad" role="alert" tabIndex={-1} ref={wrong} id={`${id}w`}>
            {signInSaid(words, failure)}
          </p>
        )}
        <label for={`${id}u`}>{words.signIn.username}</label>
        <input
          id={`${id}u`}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          autofocus
        />
        <label for={`${id}p`}>{words.signIn.password}</label>
        <input
          id={`${id}p`}
          name="password"
          {...(shown ? { type: 'text' as const } : { type: 'password' as const })}
          autocomplete="current-password"
          required
          {...(failure && { 'aria-describedby': `${id}w` })}
        />
        <label class="check">
          <input type="checkbox" checked={shown} onChange={({ currentTarget }) => setShown(currentTarget.checked)} />
          {words.signIn.showPassword}
        </label>
        <label for={`${id}c`}>{words.signIn.code}</label>
        <input id={`${id}c`} name="code" autocomplete="one-time-code" maxLength={12} aria-describedby={`${id}h`} />
        <p class="hint" id={`${id}h`}>
          {words.signIn.codeHint}
        </p>
        <button type="submit" class="primary wide" disabled={busy}>
          {words.signIn.submit}
        </button>
      </form>
      <Settings />
    </main>
  );
}

function signInSaid(words: Wording, failure: Failure): string {
  if (failure.code === 'staff-code-needed') return words.signIn.codeNeeded;
  if (failure.code === 'staff-password-expired') return words.signIn.expired;
  if (failure.code === 'staff-sign-in-locked') return words.signIn.locked;
  if (failure.status === 401 || failure.status === 400) return words.signIn.wrong;
  return saidOf(words, failure);
}
