import { useState } from 'preact/hooks';
import { bodyOf } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { Heading } from '../parts/heading.tsx';
import { Table } from '../parts/list.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Badge, When } from '../parts/shown.tsx';
import { AddMember } from '../staff/add-member.tsx';
import { ChangeMember } from '../staff/change-member.tsx';
import type { Member } from '../staff/known-member.ts';
import { MemberActs } from '../staff/member-act.tsx';
import { ShownOnce, type Made } from '../staff/shown-once.tsx';
import { useWords } from '../wording/words.tsx';

type Open =
  | { readonly dialog: 'add' }
  | { readonly dialog: 'change' | 'acts'; readonly member: Member }
  | { readonly dialog: 'made'; readonly made: Made };

/** Who works here: their roles, and what is done about them. */
export function StaffPage() {
  const { words } = useWords();
  const [open, setOpen] = useState<Open>();
  const answer = useAnswer('members', (client, signal) => bodyOf(client.GET('/v1/staff/members', { signal })));
  const close = () => setOpen(undefined);
  const done = (made?: Made) => {
    setOpen(made && { dialog: 'made', made });
    answer.reload();
  };
  return (
    <>
      <Heading
        title={words.staff.title}
        acts={
          <button type="button" class="primary" onClick={() => setOpen({ dialog: 'add' })}>
            {words.staff.add} …
          </button>
        }
      />
      <Loaded answer={answer}>{({ members }) => <Members members={members} onOpen={setOpen} />}</Loaded>
      {open?.dialog === 'add' && <AddMember onClose={close} onAdded={done} />}
      {open?.dialog === 'change' && <ChangeMember member={open.member} onClose={close} onDone={() => done()} />}
      {open?.dialog === 'acts' && <MemberActs member={open.member} onClose={close} onDone={done} />}
      {open?.dialog === 'made' && <ShownOnce made={open.made} onClose={close} />}
    </>
  );
}

function Members({ members, onOpen }: { readonly members: readonly Member[]; readonly onOpen: (open: Open) => void }) {
  const { words } = useWords();
  if (members.length === 0) return <p class="empty">{words.staff.none}</p>;
  return (
    <Table
      label={words.staff.title}
      rows={members}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.staff.name,
          cell: ({ name, username }) => (
            <>
              {name}
              <small>{username}</small>
            </>
          ),
        },
        {
          head: words.staff.role,
          cell: ({ role, agentId, facilityIds }) => (
            <>
              {words.session.roles[role]}
              {agentId !== undefined && (
                <small>
                  {words.staff.desk}: {agentId}
                </small>
              )}
              {facilityIds.length > 0 && <small>{facilityIds.join(', ')}</small>}
            </>
          ),
        },
        { head: words.staff.language, cell: ({ language }) => words.common.languages[language] },
        {
          head: words.staff.code,
          cell: ({ code, passwordDue, endedAt }) =>
            endedAt === undefined && (
              <>
                {code ? words.staff.hasCode : words.staff.noCode}
                {passwordDue && <small>{words.staff.passwordDue}</small>}
              </>
            ),
        },
        {
          head: words.common.status,
          cell: ({ addedAt, endedAt }) => (
            <>
              <Badge kind={endedAt === undefined ? 'active' : 'ended'}>
                {endedAt === undefined ? words.staff.works : words.staff.left}
              </Badge>
              <small>
                {endedAt === undefined && `${words.staff.since} `}
                <When at={endedAt ?? addedAt} />
              </small>
            </>
          ),
        },
        {
          head: words.cheques.actsHead,
          right: true,
          cell: (member) =>
            member.endedAt === undefined && (
              <div class="acts">
                <button
                  type="button"
                  aria-label={words.staff.changeTitle(member.name)}
                  onClick={() => onOpen({ dialog: 'change', member })}
                >
                  {words.staff.change} …
                </button>
                <button
                  type="button"
                  aria-label={`${words.staff.more}: ${member.name}`}
                  onClick={() => onOpen({ dialog: 'acts', member })}
                >
                  {words.staff.more} …
                </button>
              </div>
            ),
        },
      ]}
    />
  );
}
