import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Faults } from '../parts/faults.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import type { Member } from './known-member.ts';
import type { Made } from './shown-once.tsx';

type MemberAct = 'password' | 'without-code' | 'sign-out' | 'end';

interface MemberActProps {
  readonly member: Member;
  readonly onClose: () => void;
  /** `made`: a password that is told once. */
  readonly onDone: (made?: Made) => void;
}

/** What is done with somebody who works here: another password, out of every session, out for good. */
export function MemberActs({ member, onClose, onDone }: MemberActProps) {
  const { words } = useWords();
  const { busy, failure, run } = useAct();
  const say = useSay();
  const [act, setAct] = useState<MemberAct>();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const name = useId();
  // Who has no code cannot have lost it.
  const acts: readonly MemberAct[] = [
    'password',
    ...(member.code ? (['without-code'] as const) : []),
    'sign-out',
    'end',
  ];
  const missing = act === undefined ? words.staff.needAct : reason.trim() === '' ? words.staff.needReason : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (act === undefined || missing !== undefined) return;
    void run(async () => {
      const made = await done(member, act, reason.trim());
      if (act === 'sign-out' || act === 'end') say(words.staff.dones[act](member.name));
      onDone(made);
    });
  };
  return (
    <Dialog title={words.staff.moreTitle(member.name)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <fieldset>
          <legend class="unseen">{words.staff.moreTitle(member.name)}</legend>
          {acts.map((one) => (
            <label class="check" key={one}>
              <input type="radio" name={name} checked={act === one} onChange={() => setAct(one)} />
              {words.staff.acts[one]}
            </label>
          ))}
        </fieldset>
        <Reason label={words.staff.reason} hint={words.staff.reasonHint} value={reason} onChange={setReason} />
        <div class="effect" aria-live="polite">
          {act !== undefined && (
            <p>
              <strong>{words.staff.effects[act]}</strong>
            </p>
          )}
        </div>
        <Faults failure={failure} wordsOf={words.staff.faults} />
        <Ending
          missing={tried ? missing : undefined}
          busy={busy}
          submit={words.staff.submit}
          onCancel={onClose}
          {...(act === 'end' && { danger: true as const })}
        />
      </form>
    </Dialog>
  );
}

async function done({ id, name, username }: Member, act: MemberAct, reason: string): Promise<Made | undefined> {
  const params = { path: { id } };
  switch (act) {
    case 'sign-out':
      await bodyOf(client.POST('/v1/staff/members/{id}/sign-out', { params, body: { reason } }));
      return undefined;
    case 'end':
      await bodyOf(client.POST('/v1/staff/members/{id}/end', { params, body: { reason } }));
      return undefined;
    case 'password':
    case 'without-code': {
      const body = { reason, withoutCode: act === 'without-code' };
      const { password } = await bodyOf(client.POST('/v1/staff/members/{id}/password', { params, body }));
      return { name, username, password };
    }
  }
}
