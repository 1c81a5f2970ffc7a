import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { changesOf } from '../audit/changes.ts';
import { Heading } from '../parts/heading.tsx';
import { LongTable } from '../parts/list.tsx';
import { When } from '../parts/shown.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

type Entry = Body<'/v1/staff/audit'>['entries'][number];
interface Narrowed {
  readonly staffId?: string;
  readonly resource?: string;
}

/** What staff did, the newest first: who, what, why, and how it stood before and after. */
export function AuditPage() {
  const { words } = useWords();
  const [narrowed, setNarrowed] = useState<Narrowed & { readonly name?: string }>({});
  const { staffId, resource } = narrowed;
  const pages = usePages<Entry>(`${staffId ?? ''} ${resource ?? ''}`, async (client, cursor, signal) => {
    const query = {
      ...(staffId !== undefined && { staffId }),
      ...(resource !== undefined && { resource }),
      ...(cursor !== undefined && { cursor }),
    };
    const { entries, next } = await bodyOf(client.GET('/v1/staff/audit', { params: { query }, signal }));
    return { rows: entries, next };
  });
  const only = [narrowed.name, resource].filter((one) => one !== undefined);
  return (
    <>
      <Heading
        title={words.audit.title}
        acts={
          only.length > 0 && (
            <button type="button" onClick={() => setNarrowed({})}>
              {words.audit.all(only.join(', '))}
            </button>
          )
        }
      />
      <LongTable
        label={words.audit.title}
        pages={pages}
        none={words.audit.none}
        keyOf={({ id }) => id}
        columns={[
          { head: words.common.at, cell: ({ at }) => <When at={at} /> },
          {
            head: words.audit.who,
            cell: ({ by: { kind, staffId, name } }) =>
              staffId === undefined ? (
                wordFor(words.audit.kinds, kind)
              ) : (
                <button
                  type="button"
                  class="link"
                  onClick={() => setNarrowed({ ...narrowed, staffId, name: name ?? staffId })}
                >
                  {name ?? staffId}
                </button>
              ),
          },
          { head: words.audit.act, cell: ({ act }) => wordFor(words.audit.acts, act) },
          {
            head: words.audit.what,
            cell: ({ resource: { kind, id } }) => (
              <>
                <button type="button" class="link" onClick={() => setNarrowed({ ...narrowed, resource: kind })}>
                  {wordFor(words.audit.resources, kind)}
                </button>
                {id !== undefined && (
                  <small>
                    <code>{id}</code>
                  </small>
                )}
              </>
            ),
          },
          { head: words.common.reason, cell: ({ reason }) => reason ?? words.common.none },
          {
            head: words.audit.change,
            cell: ({ before, after }) => (
              <ul class="changes">
                {changesOf(before, after).map(({ name, was, is }) => (
                  <li key={name}>
                    {name}: {was !== undefined && <del>{was}</del>} {is !== undefined && <ins>{is}</ins>}
                  </li>
                ))}
              </ul>
            ),
          },
        ]}
      />
    </>
  );
}
