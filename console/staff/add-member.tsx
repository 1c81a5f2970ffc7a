import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Faults } from '../parts/faults.tsx';
import { useWords } from '../wording/words.tsx';
import { facilitiesOf, typedMember } from './known-member.ts';
import { MemberFields } from './member-fields.tsx';
import type { Made } from './shown-once.tsx';
import { useChoices } from './use-choices.ts';

interface AddMemberProps {
  readonly onClose: () => void;
  readonly onAdded: (made: Made) => void;
}

/** Somebody begins to work here: what is made for them is told by who added them. */
export function AddMember({ onClose, onAdded }: AddMemberProps) {
  const { words } = useWords();
  const { busy, failure, run } = useAct();
  const choices = useChoices();
  const [typed, setTyped] = useState(() => typedMember(undefined));
  const [username, setUsername] = useState('');
  const [tried, setTried] = useState(false);
  const id = useId();
  const missing = typed.name.trim() === '' || username.trim() === '' ? words.staff.needName : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing !== undefined) return;
    const { name, role, language, agentId } = typed;
    const body = {
      ...{ username: username.trim(), name: name.trim(), role, language, facilityIds: [...facilitiesOf(typed)] },
      ...(agentId !== '' && { agentId }),
    };
    void run(async () => {
      const { member, password } = await bodyOf(client.POST('/v1/staff/members', { body }));
      onAdded({ name: member.name, username: member.username, password });
    });
  };
  return (
    <Dialog title={words.staff.add} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div class="reason">
          <label for={id}>{words.staff.username}</label>
          <input
            id={id}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            aria-describedby={`${id}h`}
            value={username}
            onInput={({ currentTarget }) => setUsername(currentTarget.value)}
          />
          <p class="hint" id={`${id}h`}>
            {words.staff.usernameHint}
          </p>
        </div>
        <MemberFields typed={typed} choices={choices} onChange={setTyped} />
        <div class="effect">
          <p>
            <strong>{words.staff.addEffect}</strong>
          </p>
        </div>
        <Faults failure={failure} wordsOf={words.staff.faults} />
        <Ending missing={tried ? missing : undefined} busy={busy} submit={words.staff.add} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
