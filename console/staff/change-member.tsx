import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Faults } from '../parts/faults.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import { changesOf, typedMember, type Member } from './known-member.ts';
import { MemberFields } from './member-fields.tsx';
import { useChoices } from './use-choices.ts';

interface ChangeMemberProps {
  readonly member: Member;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Another name, role, language, phone or facilities. */
export function ChangeMember({ member, onClose, onDone }: ChangeMemberProps) {
  const { words } = useWords();
  const { busy, failure, run } = useAct();
  const say = useSay();
  const choices = useChoices();
  const [typed, setTyped] = useState(() => typedMember(member));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changes = changesOf(member, typed);
  const missing =
    Object.keys(changes).length === 0
      ? words.staff.nothingChanged
      : reason.trim() === ''
        ? words.staff.needReason
        : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing !== undefined) return;
    void run(async () => {
      const params = { path: { id: member.id } };
      await bodyOf(client.PUT('/v1/staff/members/{id}', { params, body: { ...changes, reason: reason.trim() } }));
      say(words.staff.saved(typed.name.trim()));
      onDone();
    });
  };
  return (
    <Dialog title={words.staff.changeTitle(member.name)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <MemberFields typed={typed} choices={choices} memberId={member.id} onChange={setTyped} />
        <Reason label={words.staff.reason} hint={words.staff.reasonHint} value={reason} onChange={setReason} />
        <div class="effect">
          <p>
            <strong>{words.staff.changeEffect}</strong>
          </p>
        </div>
        <Faults failure={failure} wordsOf={words.staff.faults} />
        <Ending missing={tried ? missing : undefined} busy={busy} submit={words.staff.save} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
